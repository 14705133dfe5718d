/** Work that an upgrade of the schema left, from its own rows to the run-queue's tail (design 4, Upgrade block). */
import { entryOf } from '../clist.js';
import { parseItem } from '../items.js';
import { enqueueHeld, releaseItem } from '../queues.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';

export type Injected = {
  /** Now in the run-queue. */
  readonly injected: number;
  /** Had no point any more: the vat, or its entry of the promise, is gone. What they held is released. */
  readonly dropped: number;
};

/** Events wait for injection. */
export function hasUpgradeEvents(state: KernelState): boolean {
  return state.rows.first(keys.allUpgradeEvents) !== undefined;
}

/**
 * Moves up to `max` events to the run-queue's tail, in their order, in the open step. Each is injected once: its row goes as
 * it enters the queue, and its hold on what it names goes with it.
 */
export function injectUpgradeEvents(state: KernelState, max = Infinity): Injected {
  let [injected, dropped] = [0, 0];
  for (const [key, text] of state.rows.below(keys.allUpgradeEvents)) {
    if (injected + dropped >= max) break;
    const item = parseItem(text);
    state.rows.delete(key);
    if (item.type === 'notify' && !entryOf(state.rows, item.vat, item.promise)) {
      releaseItem(state, item);
      dropped += 1;
    } else {
      enqueueHeld(state, item);
      injected += 1;
    }
  }
  return { injected, dropped };
}
