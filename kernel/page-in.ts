/**
 * What it costs a run that a vat's worker may have to be brought back (design 5.8: by rule, not when it happens). Time is
 * divided into eras: one ends when so many different vats had a delivery in it. A vat that had none in this era and the one
 * before may be paged out wherever two eras' vats may be online, and is charged for wherever it is delivered to.
 */
import type { VatId } from './ids.js';
import type { KernelState } from './state.js';
import { keys } from './store/keys.js';
import { readProgress, writeProgress, type VatProgress } from './vat/records.js';

/** Half of the workers that a node has by default. */
const vatsOfEra = 25;

/** Starting a process and loading its heap, in computrons; what it then replays costs what it cost. */
const perStart = 20_000_000n;

/**
 * A span that has spent so much ends with a heap snapshot, however few its deliveries: so much at most, and one delivery, is
 * replayed when a vat is brought back.
 */
export const spanComputronsMax = 300_000_000n;

type Era = { readonly number: number; readonly vats: number };

function eraOf(state: KernelState): Era {
  const [number = 1, vats = 0] = (state.rows.get(keys.era) ?? '1 0').split(' ').map(Number);
  return { number, vats };
}

/** Computrons that the vat has spent in its current span. */
export function spentInSpan({ used, usedBefore }: VatProgress): bigint {
  return BigInt(used) - BigInt(usedBefore);
}

/** What it costs the run, and nobody else, to have the vat at work now. */
export function pageInPrice(state: KernelState, vat: VatId): bigint {
  const progress = readProgress(state.rows, vat);
  return progress.era > 0 && progress.era >= eraOf(state).number - 1 ? 0n : perStart + spentInSpan(progress);
}

/** The vat's worker is thrown away, and the vat lives: whoever needs it next has it brought back. */
export function noteAway(state: KernelState, vat: VatId): void {
  writeProgress(state, vat, { ...readProgress(state.rows, vat), era: 0 });
}

/** The vat had a delivery, or was started. */
export function noteAtWork(state: KernelState, vat: VatId): void {
  const { number, vats } = eraOf(state);
  const progress = readProgress(state.rows, vat);
  if (progress.era === number) return;
  writeProgress(state, vat, { ...progress, era: number });
  const isFull = vats + 1 >= vatsOfEra;
  state.rows.set(keys.era, isFull ? `${number + 1} 0` : `${number} ${vats + 1}`);
}
