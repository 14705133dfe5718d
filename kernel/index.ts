/** The kernel's only door. */
export { kernelCodes, type Action, type ActionRefusal, type Coin, type ControlAction } from './action.js';
export { audit, auditReport, type AuditOptions, type InvariantName, type InvariantReport } from './audit.js';
export type { CapData } from './capdata.js';
export { isSystemName } from './control.js';
export {
  bundleIdOf, computronPolicy, Controller, crankPolicy, dumpKernel, foreverPolicy, initializeKernel, KernelPanic, kernelStats, makeController, openKernelStorage,
  readBundle, wallClockPolicy, withCleanupBudget,
  type ControllerConfig, type ControllerOptions, type ControllerStorage, type ControllerVat, type DumpedPromise, type DumpOptions, type GivenBundle,
  type InitializeOptions, type KernelDump, type KernelStats, type QueuedArgs, type QueuedItem, type QueuePolicy, type ReadBundle, type UpgradeOptions, type VatTable,
} from './controller/index.js';
export type { InstalledBundle, KernelConfig, StaticVat } from './genesis.js';
export { asKernelObjectId, asVatId, storedKref, type KernelObjectId, type Kref, type VatId } from './ids.js';
export { Kernel, budgetPolicy, type KernelOptions, type KernelRun } from './kernel.js';
export type { VatSettings } from './items.js';
export {
  amountsOf, auditLedger, charge, childrenOf, collectionOf, highWater, LedgerBroken, makeLedger, memoryTables, openCollection, release, rowOf, rowsAt, settle, tokenOf, tokenText, usageOf,
  type Ledger, type LedgerFault, type LedgerSpec, type Row as LedgerRow, type Token as LedgerToken, type Usage as LedgerUsage,
} from './ledger/index.js';
export { accountCollection, readLedger, vatCollection, wholeChain, type ConsensusLedger } from './provisioning/consensus-ledger.js';
export { asDimension, dimensions, type Dimension, type LedgerParams } from './provisioning/dimensions.js';
export { dimensionTitles, shownAmount, shownNumber } from './provisioning/amounts.js';
export { pinRefusal } from './provisioning/bundle-pins.js';
export { raiseProblem } from './provisioning/limits.js';
export { provisioningCodes, provisioningSpace, type QuotaRefusal } from './provisioning/refusal.js';
export { creationRefusal } from './provisioning/vat-charges.js';
export { ownerOf, owningVat, readObject } from './objects.js';
export type { OutboundOp } from './outbound.js';
export { canResolve, isName, isNameInUse, isNewName, namesOf, readName, readPublication } from './principal.js';
export type { RunInput, RunPolicy, RunReport } from './run.js';
export {
  CountingRows, countByVat, findLeakedPromises, hasUpgradeEvents, injectUpgradeEvents, migrateKernel, promisesPrefixOf, readSchema, repairWork, requireCurrentSchema, schemaProblem, schemaVersion,
  searchedPrefixes, upgradeKernel, type Injected, type LeakedPromise, type RepairWork,
} from './schema/index.js';
export type { FundsService } from './service/funds.js';
export { addServiceObject, dataOfKind, refTo, serviceData, setServiceData } from './service/objects.js';
export type { KernelService, ServiceAnswer, ServiceCall, ServiceData } from './service/types.js';
export { isLabel } from './service/vats.js';
export { checkAccountCapData, decodeCapData, encodeCapData, PromiseRef, promiseRef, SlotRef, slotRef, type Passable } from './capdata.js';
export { MemorySnapshots } from './snapshot/memory.js';
export type { KernelEntry, RecordHook } from './record.js';
export { SnapshotUnusable, type HeapSource, type HeapWriter, type SavedHeap, type SnapshotStore } from './snapshot/store.js';
export { defaultParams, type KernelParams, type KernelState } from './state.js';
export { activityHash, stepNumber, type StepKind, type StepRecord } from './step.js';
export { verifyBundle } from './store/bundle.js';
export { endOf, keys } from './store/keys.js';
export { compareText, isLocal, KernelStorage, MemoryBacking, type Change, type KernelBacking, type ReadableRows } from './store/storage.js';
export { heapOfSpanRow, spanChanges, type SpanChange } from './store/spans.js';
export { LiveSpans, SpanCheck, SpanMismatch, type CheckedSpan, type LiveSpan } from './store/span-check.js';
export { textOfWtf8, wtf8Bytes } from './store/wtf8.js';
export { resumeProblem } from './meter.js';
export { allVats, readProgress, readVat, type VatProgress, type VatRecord } from './vat/records.js';
export { checkSettings, memoryLimitBytesMax, memoryLimitBytesMin } from './vat/settings.js';
export { ReplayMismatch, sameJson } from './vat/replay.js';
export { EngineMissing, type BundleSource } from './vat/worker-maker.js';
export { WorkerLost, type WorkerFactory } from './vat/protocol.js';
export { makeXsnapWorkerFactory } from './vat/worker-xsnap.js';
export { ledgerPrefix, MemoryHostStore, readLives, sagaPrefix, slotPrefix, statusOf, WorkerLedger, WorkerLife, type HostLedger, type HostLimits, type HostRow, type HostStore, type HostUsage, type LifeNotice, type WorkerLifeOptions, type WorkerStatus } from './vat/life/index.js';
