/**
 * Objects and collections that are dead, but too large for one bringOutYourDead. A mark stands for each in the vat's store;
 * their rows, which nobody can name any more, go in the steps of the sweep.
 */
import type { Store } from './sweep-step.js';

/** What stands below a mark: the state of an object, or the entries of a collection. */
export type Manner = 'object' | 'strong' | 'weak';

export const dyingPrefix = 'sweep.dying.';

/** By base reference, what died in this incarnation: of its keys, the heap knows which were dropped. */
const ours = new Set<string>();

/** Leaves it to the sweep, in the bringOutYourDead that finds it dead. */
export function leaveToSweep(store: Pick<Store, 'vatstoreSet'>, baseRef: string, manner: Manner): void {
  ours.add(baseRef);
  store.vatstoreSet(`${dyingPrefix}${baseRef}`, manner);
}

export const diedInThisIncarnation = (baseRef: string): boolean => ours.has(baseRef);
export const hasDying = (): boolean => ours.size > 0;
export const forgetDying = (baseRef: string): void => { ours.delete(baseRef); };
