/** The service `directory`: the public names, first come, owned by the account whose facet published them. */
import { SlotRef, slotRef } from '../capdata.js';
import { isPromise, storedKref, type KernelObjectId } from '../ids.js';
import { keptIface } from '../outcome.js';
import { isName, readPublication, type Publication } from '../principal.js';
import { hold, release } from '../refcount.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import type { KernelService, ServiceAnswer, ServiceCall } from './types.js';

const reject = (reason: string): ServiceAnswer => ({ kind: 'rejected', reason });
const done: ServiceAnswer = { kind: 'fulfilled', value: undefined };

export const directoryService: KernelService = {
  name: 'directory',
  iface: () => 'directory',
  homeFacet: account => ({ kind: 'facet', account }),
  systemFacet: () => ({ kind: 'facet', account: '' }),
  call: callDirectory,
};

function callDirectory({ state, data, method, args }: ServiceCall): ServiceAnswer {
  const account = data['account'] as string;
  const [name, object] = args;
  if (!['publish', 'unpublish', 'lookup'].includes(method)) return reject(`directory has no method ${method}`);
  if (typeof name !== 'string' || !isName(name)) return reject('a public name has 1 to 128 characters of a-z 0-9 . _ - and begins with a letter or digit');
  const known = readPublication(state.rows, name);
  if (method === 'lookup') return known ? { kind: 'fulfilled', value: slotRef(known.kref, known.iface || undefined) } : reject(`nothing is published as @${name}`);
  if (name.startsWith('sys.') && account !== '') return reject('names under sys. are for governance');
  if (known && known.owner !== account) return reject(`@${name} belongs to somebody else`);
  if (method === 'unpublish') return unpublish(state, name, known);
  if (!(object instanceof SlotRef) || isPromise(storedKref(object.slot))) return reject('publish takes a name and an object');
  publish(state, name, { kref: storedKref(object.slot) as KernelObjectId, iface: keptIface(object.iface ?? ''), owner: account });
  return done;
}

/** Puts an object under a public name in the place of what was there. */
export function publish(state: KernelState, name: string, publication: Publication): void {
  hold(state, publication.kref);
  const known = readPublication(state.rows, name);
  state.rows.set(keys.published(name), JSON.stringify(publication));
  if (known) release(state, known.kref);
}

function unpublish(state: KernelState, name: string, known: Publication | undefined): ServiceAnswer {
  if (!known) return reject(`nothing is published as @${name}`);
  state.rows.delete(keys.published(name));
  release(state, known.kref);
  return done;
}
