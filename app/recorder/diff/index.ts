/** Comparing what two nodes recorded, entry by entry. */
export { compareCranks, type CrankDifference, type CrankVerdict, type Side } from './compare-cranks.js';
export { fieldDifferences, type FieldDifference } from './field-differences.js';
export { rowDifferences, writtenRow, type RowDifference, type WrittenRow } from './row-differences.js';
