/**
 * What is explored, and the figures that an independent model of the same specification gave. Ours has more states than that
 * one: a crash forgets a decision to fail that was not logged, and SPAWN may find that its process came and went. The rules
 * that break, and how soon, do not depend on it.
 */
import type { Rule } from './rules.js';
import type { Attempt, Setting } from './state.js';

const starts = (count: number): Attempt[] => Array.from({ length: count }, () => ({ vat: 0 }));

const bounded = (attempts: readonly Attempt[], [crashes, duplicates, late, resizes]: readonly [number, number, number, number]): Setting => ({ attempts, crashes, duplicates, late, resizes });

export type Named = { readonly name: string; readonly setting: Setting; readonly reference?: string; readonly isLong?: boolean };

const usual = bounded(starts(2), [1, 1, 1, 1]);
const three = bounded(starts(3), [1, 1, 1, 0]);
const takeover: Attempt[] = [{ vat: 0 }, { vat: 0, takesOver: true }];

export const settings: readonly Named[] = [
  { name: '2 attempts, 1 crash, 1 duplicate, 1 late, 1 resize', setting: usual, reference: '57,487 states, 208,648 transitions' },
  { name: '2 attempts, 2 crashes, 2 duplicates, 2 late, 1 resize', setting: bounded(starts(2), [2, 2, 2, 1]), reference: '201,223 states, 842,015 transitions', isLong: true },
  { name: '3 attempts, 1 crash, 1 duplicate, 1 late, no resize', setting: three, reference: '1,159,567 states, 4,985,142 transitions', isLong: true },
  { name: 'a hand-over, 1 crash, 1 late, 1 resize', setting: bounded(takeover, [1, 0, 1, 1]) },
  { name: 'a hand-over that the limit refuses, 1 crash, 1 late', setting: { ...bounded(takeover, [1, 0, 1, 0]), limit: 2 } },
  { name: 'a hand-over and a start after it, 1 crash, 1 duplicate', setting: bounded([...takeover, { vat: 0 }], [1, 1, 0, 0]), isLong: true },
  { name: 'two vats that share a limit of one worker, 1 crash', setting: { ...bounded([{ vat: 0 }, { vat: 1 }], [1, 0, 0, 0]), limit: 2 } },
  { name: 'two vats that share a limit of one worker, 1 crash, 1 duplicate, 1 late', setting: { ...bounded([{ vat: 0 }, { vat: 1 }], [1, 1, 1, 0]), limit: 2 }, isLong: true },
];

/** Where each rule is seen missed, and what was found first by the other model: fault and steps. */
export const removals: readonly { readonly rule: Rule; readonly setting: Setting; readonly reference: string }[] = [
  { rule: 'attemptIsKey', setting: usual, reference: 'live worker without row 18, leak 17' },
  { rule: 'oneGuard', setting: usual, reference: 'counter ≠ rows 18, negative 21' },
  { rule: 'amountsFromRow', setting: usual, reference: 'counter ≠ rows 9' },
  { rule: 'releaseAfterDeath', setting: usual, reference: 'live worker without row 14' },
  { rule: 'unknownReleaseSpends', setting: usual, reference: 'two rows 15, leak 17' },
  { rule: 'spentIsRefused', setting: usual, reference: 'two rows 15, leak 17' },
  { rule: 'fenceRefuses', setting: usual, reference: 'live worker without row 12, two live workers 23' },
  { rule: 'failExcludes', setting: usual, reference: 'live worker without row 11, leak 16' },
  { rule: 'handlerReleases', setting: usual, reference: 'two rows 17, leak 22' },
  { rule: 'unclaimCompares', setting: three, reference: 'two rows 31, two live workers 37' },
  { rule: 'handlerCompares', setting: three, reference: 'two rows 24, two live workers 30' },
  { rule: 'claimFirst', setting: usual, reference: 'two rows 6' },
];
