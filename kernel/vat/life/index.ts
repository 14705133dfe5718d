/** The worker lifecycle of a host: slots, generations, a durable saga log, monitors that only report. */
export { MemoryHostStore, type HostStore } from './host-store.js';
export type { HostDimension, HostLedger, HostLimits, HostUsage, WorkerNeeds, WorkerToken } from './ledger.js';
export type { HostRow } from './rows.js';
export { readLives, sagaPrefix, slotPrefix } from './rows.js';
export { statusOf, type WorkerStatus } from './status.js';
export { ledgerPrefix, WorkerLedger } from './worker-ledger.js';
export { WorkerLife, type LifeNotice, type WorkerLifeOptions } from './worker-life.js';
