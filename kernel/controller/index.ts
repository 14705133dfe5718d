/** A kernel without a chain: its storage, its first state, its controller (docs/controller.md). */
export { bundleIdOf } from '../store/bundle.js';
export { readBundle, type GivenBundle, type ReadBundle } from './bundles.js';
export { Controller, KernelPanic, makeController, type ControllerOptions, type QueuedArgs, type QueuePolicy, type UpgradeOptions } from './controller.js';
export { dumpKernel, type DumpedPromise, type DumpOptions, type KernelDump, type QueuedItem, type VatTable } from './dump.js';
export { initializeKernel, type ControllerConfig, type ControllerVat, type InitializeOptions } from './initialize.js';
export { computronPolicy, crankPolicy, foreverPolicy, wallClockPolicy, withCleanupBudget } from './policies.js';
export { kernelStats, type KernelStats } from './stats.js';
export { openKernelStorage, type ControllerStorage } from './storage.js';
