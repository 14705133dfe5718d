/** The rules that the ledger and the saga obey, each of which the model can do without. */

export const rules = {
  attemptIsKey: 'the key is the attempt, not the vat',
  oneGuard: 'one guard for row and counters',
  amountsFromRow: 'amounts come from the row',
  releaseAfterDeath: 'release after the process is gone',
  unknownReleaseSpends: 'release of an unknown token leaves a tombstone',
  spentIsRefused: 'charge of a spent token is refused',
  fenceRefuses: 'the fence refuses late spawns',
  failExcludes: 'a node fails only after excluding its own effect',
  handlerReleases: 'the exit handler releases too',
  unclaimCompares: 'undo of CLAIM is compare-and-set',
  handlerCompares: 'the exit handler checks the generation of the slot',
  claimFirst: 'CLAIM before CHARGE',
} as const;

export type Rule = keyof typeof rules;
export const ruleNames = Object.keys(rules) as readonly Rule[];
