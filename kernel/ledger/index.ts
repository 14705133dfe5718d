/** The ledger's door: an algebra of rows and counters, for any store. What a kernel or a host counts with it is theirs to say. */
export { auditCollections, auditLedger, heldBelow, markFaults, reconcile } from './audit.js';
export { closeCollection, closeUnused, openCollection, setLimit, transfer, type Consent } from './collections.js';
export { dissolve, markShortOf } from './dissolve.js';
export { makeLedger, type Ledger } from './inside.js';
export { charge, forgetSubject, release, replace, resize, retire, settle } from './operations.js';
export { allCollections, amountsOf, childrenOf, collectionCount, collectionOf, countersOf, highWater, obstacleAt, rowCount, rowOf, rowsAt, usageOf, type Usage } from './read.js';
export { memoryTables, type LedgerTables, type Table } from './tables.js';
export { textTables, type LedgerRows } from './text-tables.js';
export {
  amountMax, LedgerBroken, tokenOf, tokenText, type Amounts, type ChargeResult, type CloseResult, type Collection, type LedgerFault, type LedgerSpec, type Limit, type LimitResult, type MoveResult,
  type Obstacle, type OpenResult, type ReleaseResult, type ReplaceResult, type ResizeResult, type RetireResult, type Row, type Shortfall, type Token,
} from './types.js';
