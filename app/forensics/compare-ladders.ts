/** Two ladders of the same block: the first step that differs, and the stores that do. */
import type { Ladder, LadderStep } from './ladder.js';

export type LadderDifference = {
  /** Undefined: every step has the same hash. */
  readonly step: { readonly number: number; readonly place: number; readonly ours: LadderStep | undefined; readonly theirs: LadderStep | undefined } | undefined;
  /** Of ours, then of theirs, each with whether its root is the other's. */
  readonly stores: readonly { readonly name: string; readonly isSame: boolean }[];
  /** What went before already differed: earlier blocks must be looked at. */
  readonly startsApart: boolean;
};

export function compareLadders(ours: Ladder, theirs: Ladder): LadderDifference {
  const length = Math.max(ours.steps.length, theirs.steps.length);
  let place = 0;
  while (place < length && ours.steps[place]?.hash === theirs.steps[place]?.hash) place += 1;
  const names = [...new Set([...ours.stores, ...theirs.stores].map(({ name }) => name))];
  const rootIn = ({ stores }: Ladder, name: string): string | undefined => stores.find(store => store.name === name)?.root;
  return {
    step: place < length ? { number: ours.firstStep + place, place, ours: ours.steps[place], theirs: theirs.steps[place] } : undefined,
    stores: names.map(name => ({ name, isSame: rootIn(ours, name) === rootIn(theirs, name) })),
    startsApart: ours.activityBefore !== theirs.activityBefore,
  };
}
