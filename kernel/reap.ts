/**
 * The reap queue: vats that are to bring out their dead, in order. A reap marked *snapshot* is followed by the vat's heap
 * snapshot, with no delivery between. A vat stands in the queue once at most, and once at most among those that get a reap
 * in a later run, because they brought out as much as they may at once and have more.
 */
import { firstOf } from './first-of.js';
import { asVatId, type VatId } from './ids.js';
import { spanComputronsMax, spentInSpan } from './page-in.js';
import { takeNumber, type KernelState } from './state.js';
import { keys } from './store/keys.js';
import type { DeliveryOutcome } from './vat/protocol.js';
import { readProgress, writeProgress } from './vat/records.js';

export type Reap = { readonly vat: VatId; readonly takesSnapshot: boolean };

const mark = ' snapshot';

/** Reads a row of the reap queue: "v7", or "v7 snapshot". */
export function parseReap(text: string): Reap {
  const takesSnapshot = text.endsWith(mark);
  return { vat: asVatId(takesSnapshot ? text.slice(0, -mark.length) : text) as VatId, takesSnapshot };
}

/** Takes the vat's reap, which stands at `key`, off the queue. */
export function takeReap(state: KernelState, vat: VatId, key: string): void {
  state.rows.delete(key);
  writeProgress(state, vat, { ...readProgress(state.rows, vat), dirt: 0, reap: 0 });
}

/** The vat has nothing to bring out: its heap is new, or it ended. */
export function dropReap(state: KernelState, vat: VatId): void {
  takeReap(state, vat, keys.reap(readProgress(state.rows, vat).reap));
  setLater(state, vat, false);
}

/** Vats that go on in one run: each is a delivery before all others, and may have to be paged in. */
const laterPerRun = 8;

/** At the start of a run: queues reaps of vats that had more to bring out, in order. */
export function queueLaterReaps(state: KernelState): void {
  const vats = firstOf(state.rows.below(keys.allLaterReaps), laterPerRun).map(([, text]) => asVatId(text) as VatId);
  for (const vat of vats) {
    setLater(state, vat, false);
    if (readProgress(state.rows, vat).reap === 0) queueReap(state, vat);
  }
}

/** After a bringOutYourDead: whether the vat gets another in a later run. It says so by a row of its store (worker/reclaim.ts). */
export function noteMoreToReap(state: KernelState, vat: VatId, { syscalls }: Pick<DeliveryOutcome, 'syscalls'>): void {
  setLater(state, vat, syscalls.some(({ s }) => s[0] === 'vatstoreSet' && s[1] === 'sweep.more'));
}

function setLater(state: KernelState, vat: VatId, isWanted: boolean): void {
  const { later, ...progress } = readProgress(state.rows, vat);
  if (isWanted === (later !== undefined)) return;
  if (later !== undefined) {
    state.rows.delete(keys.laterReap(later));
    writeProgress(state, vat, progress);
    return;
  }
  const order = takeNumber(state, 'reap');
  state.rows.set(keys.laterReap(order), vat);
  writeProgress(state, vat, { ...progress, later: order });
}

/** Queues a reap of a vat that has none. */
export function queueReap(state: KernelState, vat: VatId): void {
  const reap = takeNumber(state, 'reap');
  state.rows.set(keys.reap(reap), vat);
  writeProgress(state, vat, { ...readProgress(state.rows, vat), reap });
}

/** After a settled delivery: whether the vat is dirty enough for a reap, or its span long enough for a heap snapshot. */
export function queueDueReap(state: KernelState, vat: VatId, isReap: boolean): void {
  const { params, rows } = state;
  const progress = readProgress(rows, vat);
  const dirt = isReap ? 0 : progress.dirt + 1;
  const deliveries = progress.position - progress.spanStart - 1; // the first entry says how the worker starts
  const deliveriesMax = progress.snapshot === '' ? params.snapshotInitial : params.snapshotInterval;
  const wantsSnapshot = deliveries >= deliveriesMax || spentInSpan(progress) >= spanComputronsMax;
  const isDue = wantsSnapshot || dirt >= params.reapInterval;
  const reap = isDue && progress.reap === 0 ? takeNumber(state, 'reap') : progress.reap;
  if (wantsSnapshot) rows.set(keys.reap(reap), `${vat}${mark}`);
  else if (reap !== progress.reap) rows.set(keys.reap(reap), vat);
  writeProgress(state, vat, { ...progress, dirt, reap });
}
