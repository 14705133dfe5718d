/** Versions of the kernel's table, the steps between them, and what they leave to be done. */
export { CountingRows } from './counting-rows.js';
export { hasUpgradeEvents, injectUpgradeEvents, type Injected } from './inject.js';
export { countByVat, findLeakedPromises, promisesPrefixOf, repairWork, searchedPrefixes, type LeakedPromise, type RepairWork } from './leaked-promises.js';
export { migrateKernel, upgradeKernel } from './upgrade.js';
export { readSchema, requireCurrentSchema, schemaProblem, schemaVersion } from './version.js';
