/** The multi-store: what the chain keeps, and where the AppHash comes from. */
export { openMultiStore, storesOnDisk, type MultiStoreOptions } from './multi-store.js';
export { appHashOfRoots, provenInTree } from './check-proof.js';
export { checkVersion, exportVersion } from './export.js';
export { VersionPruned } from './tree-reader.js';
export type { KVStore, MultiStore, PreparedVersion, ReadOnlyStores, Row, RowSource, StoreBranch, StoreProof } from './types.js';
