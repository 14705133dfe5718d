/**
 * What a vat holds of its account's quota, from its creation to the last row of its cleanup. Three rows hang on the vat's own
 * collection: that it is there (`vat`, later `zombie`), what its incarnation was promised (`run`), and its store (`storage`).
 */
import assert from 'node:assert/strict';
import type { VatId } from '../ids.js';
import { amountsOf, charge, childrenOf, collectionOf, dissolve, forgetSubject, markShortOf, obstacleAt, openCollection, replace, retire, rowOf, settle, usageOf, type Amounts, type LedgerFault, type Obstacle, type Token } from '../ledger/index.js';
import type { KernelState } from '../state.js';
import { knownVat, readProgress, type VatRecord } from '../vat/records.js';
import { accountCollection, closeUnusedAccount, ledgerOf, openAccount, vatCollection, wholeChain, type ConsensusLedger } from './consensus-ledger.js';
import type { Dimension, LedgerParams } from './dimensions.js';
import { refusalOf, type Largest, type QuotaRefusal } from './refusal.js';

export const vatToken = (vat: VatId): Token => ({ kind: 'vat', subject: vat, gen: 1 });
export const zombieToken = (vat: VatId): Token => ({ kind: 'zombie', subject: vat, gen: 1 });
export const storageToken = (vat: VatId): Token => ({ kind: 'storage', subject: vat, gen: 1 });
/** Generations count from 1, incarnations from 0. */
export const runToken = (vat: VatId, incarnation: number): Token => ({ kind: 'run', subject: vat, gen: incarnation + 1 });

type Promised = Pick<VatRecord, 'settings'>;

/** What an incarnation with these settings is promised. */
export function promisedTo({ params }: Pick<KernelState, 'params'>, { settings }: Promised): Amounts<Dimension> {
  return { worker_memory: settings.memoryLimitBytes === null ? params.ledger.workerMemory : BigInt(settings.memoryLimitBytes), compute: BigInt(settings.computronsPerDelivery ?? 0) };
}

/** For people: when, by the host's own count of runs, and why. */
export const causeOf = ({ mark }: Pick<KernelState, 'mark'>, why: string): string => `${mark} ${why}`;

/** Whether an account could have such a vat now, and if not, why. For checks before the vat is made. */
export function creationRefusal(ledger: ConsensusLedger, params: Pick<KernelState, 'params'>, { owner, label, settings }: Pick<VatRecord, 'owner' | 'label' | 'settings'>): QuotaRefusal | undefined {
  const amounts = { vats: 1n, ...promisedTo(params, { settings }) };
  const obstacle = obstacleToAccount(ledger, params.params.ledger, owner, amounts);
  return obstacle && refusalOf(obstacle, `creating vat "${label}"`, largestOf(ledger));
}

/** What keeps an account from having so much more. One that has nothing yet has no collection, and its default limits all the same. */
export function obstacleToAccount(ledger: ConsensusLedger, { accountQuotas: limits }: LedgerParams, owner: string, amounts: Amounts<Dimension>): Obstacle<Dimension> | undefined {
  const account = accountCollection(owner);
  if (usageOf(ledger, account)) return obstacleAt(ledger, account, amounts);
  const obstacle = usageOf(ledger, wholeChain) && obstacleAt(ledger, wholeChain, amounts);
  if (owner === '' || (obstacle && obstacle.kind !== 'refused')) return obstacle;
  const shortfalls = (Object.entries(amounts) as [Dimension, bigint][]).flatMap(([dimension, needs]) => {
    const limit = limits[dimension];
    return limit !== undefined && needs > limit ? [{ collection: account, level: 'account', dimension, needs, used: 0n, limit }] : [];
  });
  const all = [...shortfalls, ...(obstacle?.shortfalls ?? [])];
  return all.length === 0 ? undefined : { kind: 'refused', shortfalls: all };
}

/** Opens the vat's collection and charges for it: all or, with the reason, nothing. */
export function chargeNewVat(state: KernelState, vat: VatId, { owner, label, settings }: Pick<VatRecord, 'owner' | 'label' | 'settings'>): QuotaRefusal | undefined {
  const ledger = ledgerOf(state);
  const opened = openCollection(ledger, vatCollection(vat), openAccount(ledger, owner));
  const promised = promisedTo(state, { settings });
  const obstacle = opened.kind === 'closing' ? opened : obstacleAt(ledger, vatCollection(vat), { vats: 1n, ...promised });
  if (obstacle) return refusalOf(obstacle, `creating vat "${label}"`, largestOf(ledger));
  const cause = causeOf(state, `vat "${label}" was created`);
  for (const [token, amounts] of [[vatToken(vat), { vats: 1n }], [runToken(vat, 0), promised], [storageToken(vat), {}]] as const) {
    assert.equal(charge(ledger, token, vatCollection(vat), amounts, cause).kind, 'charged', `${vat} is charged for as it is made`);
  }
  return undefined;
}

/**
 * The vat's next incarnation in the place of its present one: without a gap, and without being charged twice. Where a default
 * that grew since has no room, who declared nothing keeps what it has.
 */
export function chargeUpgrade(state: KernelState, vat: VatId, incarnation: number): QuotaRefusal | undefined {
  const ledger = ledgerOf(state);
  const record = knownVat(state.rows, vat);
  const token = runToken(vat, incarnation);
  const result = replace(ledger, token, incarnation + 2, { ...promisedTo(state, record), worker_memory: nextMemory(state, vat, token) }, causeOf(state, `upgraded to incarnation ${incarnation + 1}`));
  if (result.kind === 'replaced') return undefined;
  assert(result.kind !== 'stale', `${vat} has no row for incarnation ${incarnation}`);
  return refusalOf(result, `upgrading ${vat}`, largestOf(ledger));
}

function nextMemory(state: KernelState, vat: VatId, token: Token): bigint {
  const ledger = ledgerOf(state);
  const record = knownVat(state.rows, vat);
  const { worker_memory: promised = 0n } = promisedTo(state, record);
  const held = heldBy(ledger, token).worker_memory;
  const hasRoom = promised <= held || !obstacleAt(ledger, vatCollection(vat), { worker_memory: promised - held });
  return record.settings.memoryLimitBytes !== null || hasRoom ? promised : held;
}

const most = (a: bigint, b: bigint): bigint => (a > b ? a : b);

function heldBy(ledger: ConsensusLedger, token: Token): Readonly<Record<'worker_memory' | 'compute', bigint>> {
  const row = rowOf(ledger, token);
  return row ? amountsOf(ledger, row) : { worker_memory: 0n, compute: 0n };
}

/**
 * The present incarnation is promised what its settings say now. Its worker keeps the computrons that it was started with, so
 * fewer are given back by the next incarnation. A vat that declares nothing, and did not before, keeps what the default was.
 */
export function chargeSettings(state: KernelState, vat: VatId, before: VatRecord['settings']): QuotaRefusal | undefined {
  const ledger = ledgerOf(state);
  const record = knownVat(state.rows, vat);
  const token = runToken(vat, record.incarnation);
  const [held, { worker_memory = 0n, compute = 0n }] = [heldBy(ledger, token), promisedTo(state, record)];
  const declaresNothing = before.memoryLimitBytes === null && record.settings.memoryLimitBytes === null;
  const result = settle(ledger, token, { worker_memory: declaresNothing ? held.worker_memory : worker_memory, compute: most(held.compute, compute) });
  return result.kind === 'resized' || result.kind === 'stale' ? undefined : refusalOf(result, `the new options of ${vat}`, largestOf(ledger));
}

/** Once a crank: the storage row becomes what the kernel has counted. Only growth can be refused. */
export function settleStorage(state: KernelState, vat: VatId, bytes: number): QuotaRefusal | undefined {
  const ledger = ledgerOf(state);
  const result = settle(ledger, storageToken(vat), { storage_bytes: BigInt(bytes) });
  if (result.kind === 'resized') return undefined;
  assert(result.kind !== 'stale', `${vat} has no row for its store`);
  return refusalOf(result, `what ${vat} wants to store`, largestOf(ledger));
}

/** The vat ends, which nothing can refuse: it becomes a zombie, which keeps only its store. */
export function retireVat(state: KernelState, vat: VatId): void {
  const { incarnation, label } = knownVat(state.rows, vat);
  for (const token of [vatToken(vat), runToken(vat, incarnation)]) tellOfFaults(state, markShortOf(ledgerOf(state), token));
  const result = retire(ledgerOf(state), vatToken(vat), { token: zombieToken(vat), amounts: { zombies: 1n }, cause: causeOf(state, `vat "${label}" was terminated`) }, [runToken(vat, incarnation)]);
  assert.equal(result.kind, 'retired', `${vat} ends once`);
}

/** Cleanup removed bytes of the vat's store, `beyond` more than were counted, if that is above 0. It never fails: the vat is dead, and the chain goes on. */
export function settleRemoved(state: KernelState, vat: VatId, beyond: number): void {
  const ledger = ledgerOf(state);
  const stored = BigInt(readProgress(state.rows, vat).stored);
  if (beyond > 0) tellOfFaults(state, [{ collection: vat, what: storage, used: 0n, counted: BigInt(beyond) }]);
  tellOfFaults(state, markShortOf(ledger, storageToken(vat)));
  const { kind } = settle(ledger, storageToken(vat), { [storage]: stored });
  if (kind !== 'resized') tellOfFaults(state, [{ collection: vat, what: storage, used: heldOf(ledger, storageToken(vat)), counted: stored }]);
}

const storage = 'storage_bytes' satisfies Dimension;

const heldOf = (ledger: ConsensusLedger, token: Token): bigint => rowOf(ledger, token)?.amounts.find(amount => amount !== 0n) ?? 0n;

function tellOfFaults(state: KernelState, faults: readonly LedgerFault[]): void {
  for (const fault of faults) state.outbound.push({ kind: 'ledger-fault', ...fault });
}

/** The last row of its cleanup: nothing of it is left, and so nothing is held, whatever its rows and counters said. */
export function forgetCharges(state: KernelState, vat: VatId): void {
  const ledger = ledgerOf(state);
  const left = heldOf(ledger, storageToken(vat));
  if (left !== 0n && readProgress(state.rows, vat).storedAtMost !== true) tellOfFaults(state, [{ collection: vat, what: storage, used: left, counted: 0n }]);
  const account = collectionOf(ledger, vatCollection(vat))?.parent;
  tellOfFaults(state, dissolve(ledger, vatCollection(vat)));
  if (account !== undefined) closeUnusedAccount(ledger, account);
  for (const kind of ['vat', 'zombie', 'run', 'storage']) forgetSubject(ledger, { kind, subject: vat }); // a vat's number is not given out again
}

/** Vats of an account up to which the largest is looked for: anybody can be refused very often in a block, and advice costs them nothing. */
const lookedAtMax = 10n;

/** The largest of an account's vats; of one that has more than ten it is not looked for. */
export function largestOf(ledger: ConsensusLedger): Largest {
  return (account, dimension) => {
    const id = accountCollection(account);
    const usage = usageOf(ledger, id) ?? [];
    const usedOf = (what: Dimension): bigint => usage.find(other => other.dimension === what)?.used ?? 0n;
    if (usedOf('vats') + usedOf('zombies') > lookedAtMax) return undefined;
    let found: { vat: string; held: bigint } | undefined;
    for (const vat of childrenOf(ledger, id)) {
      const held = usageOf(ledger, vat)?.find(other => other.dimension === dimension)?.used ?? 0n;
      if (held > (found?.held ?? 0n)) found = { vat, held };
    }
    return found;
  };
}
