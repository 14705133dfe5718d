/** Schema 2 → 3: the repair of the promise leak. What was left in c-lists gets a notice, to be injected after the upgrade. */
import type { NotifyItem } from '../items.js';
import { hold } from '../refcount.js';
import type { KernelState } from '../state.js';
import { keys, numberAtEnd } from '../store/keys.js';
import { findLeakedPromises } from './leaked-promises.js';

/** One row for each pair that is found, which holds its promise as a notify in the run-queue does. */
export function queueRepairs(state: KernelState): void {
  let order = lastOrder(state);
  for (const { vat, promise } of findLeakedPromises(state.rows)) {
    hold(state, promise);
    const item: NotifyItem = { type: 'notify', vat, promise, unasked: true };
    state.rows.set(keys.upgradeEvent((order += 1)), JSON.stringify(item));
  }
}

/** Events that an earlier upgrade left come first. */
function lastOrder({ rows }: KernelState): number {
  let last = 0;
  for (const [key] of rows.below(keys.allUpgradeEvents)) last = numberAtEnd(key);
  return last;
}
