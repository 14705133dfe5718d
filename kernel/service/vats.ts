/** The service `vats`: makes vats for whoever holds a facet of it, and gives out the facet that upgrades and ends each. */
import { encodeCapData, isRecord, type CapData, type Passable, type PassableRecord } from '../capdata.js';
import { undefinedData } from '../errors.js';
import type { VatId } from '../ids.js';
import type { VatSettings } from '../items.js';
import { usageOf } from '../ledger/index.js';
import { accountCollection, ledgerOf, vatCollection } from '../provisioning/consensus-ledger.js';
import { enqueue } from '../queues.js';
import { hold, releaseSlots } from '../refcount.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import { isAlive, readProgress, readVat } from '../vat/records.js';
import { checkSettings } from '../vat/settings.js';
import type { KernelService, ServiceAnswer, ServiceCall, ServiceData } from './types.js';

/** Everybody who waits for the vat gets a copy of it. */
const upgradeMessageMax = 1000;

type AdminData = ServiceData & { readonly vat: VatId; readonly account: string; readonly exit?: { readonly isFailure: boolean; readonly info: CapData } };

const labelPattern = /^[A-Za-z0-9._-]{1,199}$/;
export const isLabel = (text: unknown): text is string => typeof text === 'string' && labelPattern.test(text);

const reject = (reason: string): ServiceAnswer => ({ kind: 'rejected', reason });
const fulfill = (value: Passable): ServiceAnswer => ({ kind: 'fulfilled', value });
const later: ServiceAnswer = { kind: 'later' };

export const vatsService: KernelService = {
  name: 'vats',
  iface: data => (data.kind === 'admin' ? 'vatAdmin' : 'vats'),
  homeFacet: account => ({ kind: 'facet', account }),
  systemFacet: () => ({ kind: 'facet', account: '' }),
  call: call => (call.data.kind === 'admin' ? callAdmin(call) : callFacet(call)),
  heldBy: data => (data as AdminData).exit?.info.slots ?? [],
  emptied: data => ({ ...data, exit: undefined }),
  retired: (state, _target, data) => {
    const { exit } = data as AdminData;
    if (exit) releaseSlots(state, exit.info);
  },
};

function isInstalled(state: KernelState, bundleId: Passable): bundleId is string {
  return typeof bundleId === 'string' && state.rows.get(keys.bundle(bundleId)) !== undefined;
}
/** What a stranger gives as an id may be anything of any length. */
function notInstalled(bundleId: Passable): string {
  return typeof bundleId === 'string' ? `bundle ${bundleId.slice(0, 200)} is not installed` : 'the id of a bundle is a string';
}

function callFacet({ state, data, method, args, result }: ServiceCall): ServiceAnswer {
  if (method !== 'createVat') return reject(`vats has no method ${method}`);
  const [bundleId, options] = args;
  if (!isInstalled(state, bundleId)) return reject(notInstalled(bundleId));
  const given = options === undefined ? {} : asRecord(options);
  if (!given) return reject('the options of createVat are a record');
  const { label = 'vat', parameters = {}, options: settingsValue } = given;
  if (!isLabel(label)) return reject('a label has 1 to 199 characters of A-Z a-z 0-9 . _ -');
  const settings = readSettings(settingsValue);
  if ('reason' in settings) return reject(settings.reason);
  enqueue(state, {
    type: 'create-vat', vat: null, bundleId, label, owner: data['account'] as string,
    parameters: encodeCapData(parameters), settings: settings.settings, result,
  });
  return later;
}

function callAdmin({ state, data, method, args, result }: ServiceCall): ServiceAnswer {
  const admin = data as AdminData;
  const { vat } = admin;
  if (method === 'done') return done(state, admin, result);
  if (!isAlive(state.rows, vat)) return reject('vat terminated');
  switch (method) {
    case 'upgrade': return upgrade(state, vat, args, result);
    case 'terminate':
      enqueue(state, { type: 'terminate-vat', vat, reason: encodeCapData(args[0]), result });
      return later;
    case 'setOptions': {
      const settings = readSettings(args[0]);
      if ('reason' in settings) return reject(settings.reason);
      enqueue(state, { type: 'vat-options', vat, settings: settings.settings, result });
      return later;
    }
    case 'getUsage': {
      const { used, position } = readProgress(state.rows, vat);
      return fulfill({ computrons: BigInt(used), deliveries: BigInt(position) });
    }
    case 'getQuota': return fulfill(quotaOf(state, vat));
    default: return reject(`vatAdmin has no method ${method}`);
  }
}

/** What the vat holds, and what its account uses of what it may; a limit that is undefined is none. */
function quotaOf(state: KernelState, vat: VatId): Passable {
  const ledger = ledgerOf(state);
  const owner = readVat(state.rows, vat)?.owner ?? '';
  const own = (usageOf(ledger, vatCollection(vat)) ?? []).map(({ dimension, used }) => [dimension, used] as const);
  const account = (usageOf(ledger, accountCollection(owner)) ?? []).map(({ dimension, used, limit }) => [dimension, { used, limit }] as const);
  return { vat: Object.fromEntries(own), account: Object.fromEntries(account) };
}

function upgrade(state: KernelState, vat: VatId, args: readonly Passable[], result: ServiceCall['result']): ServiceAnswer {
  const [bundleId, options] = args;
  if (!isInstalled(state, bundleId)) return reject(notInstalled(bundleId));
  const given = options === undefined ? {} : asRecord(options);
  if (!given) return reject('the options of upgrade are a record');
  const { parameters = {}, upgradeMessage = 'vat upgraded' } = given;
  if (typeof upgradeMessage !== 'string' || upgradeMessage.length > upgradeMessageMax) return reject(`upgradeMessage is a string of at most ${upgradeMessageMax} characters`);
  enqueue(state, { type: 'upgrade-vat', vat, bundleId, parameters: encodeCapData(parameters), upgradeMessage, result });
  return later;
}

/** Settles with the exit data once the vat has ended; a failure rejects. */
function done(state: KernelState, { vat, exit }: AdminData, result: ServiceCall['result']): ServiceAnswer {
  if (result === null) return fulfill(undefined);
  if (exit) {
    return exit.isFailure ? { kind: 'rejected-data', data: exit.info } : { kind: 'fulfilled-data', data: exit.info };
  }
  if (readVat(state.rows, vat) === undefined) return { kind: 'fulfilled-data', data: undefinedData };
  hold(state, result);
  state.rows.set(keys.doneWaiter(vat, result), '');
  return later;
}

function readSettings(value: Passable): { readonly settings: VatSettings } | { readonly reason: string } {
  const given = value === undefined ? {} : asRecord(value);
  if (!given) return { reason: 'the options of a vat are a record' };
  return checkSettings({
    memoryLimitBytes: given['memoryLimitBytes'],
    computronsPerDelivery: given['computronsPerDelivery'],
    computeBalance: given['computeBalance'],
  });
}

function asRecord(value: Passable): PassableRecord | undefined {
  return isRecord(value) ? value : undefined;
}
