/** The service `storage`: text that vats publish at dotted paths, provable in the app state. An account writes below its address. */
import { addServiceObject, refTo, type KernelService, type KernelState, type Passable, type ServiceAnswer, type ServiceCall } from '../../../kernel/index.js';

const segmentPattern = /^[A-Za-z0-9_-]{1,100}$/;
const pathMax = 256;
/** Of one value, in bytes of UTF-8. */
export const publishedBytesMax = 64 * 1024;

const sizeKey = (path: string): string => `x.storage.${path}`;
const reject = (reason: string): ServiceAnswer => ({ kind: 'rejected', reason });
const done: ServiceAnswer = { kind: 'fulfilled', value: undefined };

/** A facet's or node's `path` is empty only for system vats. */
export const storageService: KernelService = {
  name: 'storage',
  iface: data => (data.kind === 'facet' ? 'storage' : 'storageNode'),
  homeFacet: account => ({ kind: 'facet', path: account }),
  systemFacet: () => ({ kind: 'facet', path: '' }),
  call: call => (call.data.kind === 'facet' ? callFacet(call) : callNode(call)),
};

export function isPath(text: unknown): text is string {
  return typeof text === 'string' && text.length <= pathMax && text.split('.').every(segment => segmentPattern.test(segment));
}

function callFacet({ state, data, method, args }: ServiceCall): ServiceAnswer {
  if (method !== 'node') return reject(`storage has no method ${method}`);
  return nodeBelow(state, data['path'] as string, args[0]);
}

function nodeBelow(state: KernelState, above: string, path: Passable | undefined): ServiceAnswer {
  if (!isPath(path)) return reject('a path is dotted segments of A-Z a-z 0-9 _ -');
  const full = above === '' ? path : `${above}.${path}`;
  if (full.length > pathMax) return reject(`a path has at most ${pathMax} characters`);
  if (full === 'sys' || full.startsWith('sys.')) return reject('paths under sys are for governance');
  return { kind: 'fulfilled', value: refTo(state, addServiceObject(state, 'storage', { kind: 'node', path: full })) };
}

function callNode({ state, data, method, args }: ServiceCall): ServiceAnswer {
  const path = data['path'] as string;
  const [text] = args;
  switch (method) {
    case 'child': return nodeBelow(state, path, text);
    case 'delete':
      state.rows.delete(sizeKey(path));
      state.outbound.push({ kind: 'unpublish', path });
      return done;
    case 'set': case 'append': return publish(state, path, method, text);
    default: return reject(`storageNode has no method ${method}`);
  }
}

/** The kernel keeps the length of what is there, so that appending is bounded without reading the app state. */
function publish(state: KernelState, path: string, how: 'set' | 'append', text: Passable | undefined): ServiceAnswer {
  if (typeof text !== 'string' || !text.isWellFormed()) return reject(`${how} takes a well-formed text`);
  const known = state.rows.get(sizeKey(path));
  const before = how === 'append' && known !== undefined ? Number(known) + 1 : 0;
  const size = before + Buffer.byteLength(text);
  if (size > publishedBytesMax) return reject(`a published value has at most ${publishedBytesMax} bytes`);
  state.rows.set(sizeKey(path), String(size));
  state.outbound.push({ kind: 'publish', path, how, text });
  return done;
}
