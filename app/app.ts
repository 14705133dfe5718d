/** The application of a node: chain, kernel and host over one database. Powers come from outside; nothing here reads the environment. */
import { join } from 'node:path';
import type { AbciApplication, RequestInitChain } from '../chain/abci/types.js';
import {
  makeCodecs, makeBaseApp, makeConsensusKeeper, makeCoreModules, makeUpgradeKeeper, makeUpgradeModule, coreStores, governanceAddress, openMultiStore, storesOnDisk, upgradeStore, addressText, moduleAddress,
  type Context, type Logger, type Module, type MultiStore, type ModuleVersion, type Plan, type TxLookup, type UpgradeKeeper,
} from '../chain/index.js';
import { Kernel, KernelStorage, readSchema, schemaVersion, type StepRecord, type VatId, type WorkerFactory, WorkerLost } from '../kernel/index.js';
import { BlobStore } from './blobs.js';
import { SnapshotCollector, type Freed } from './snapshots/collector.js';
import { HeapFiles } from './snapshots/heap-files.js';
import type { DamagedHeap, HeapRepair } from './snapshots/repair.js';
import { sweepBlobs } from './snapshots/sweep.js';
import type { Exporter, ExportOptions } from './state-sync/exporter.js';
import { makeRestorable } from './state-sync/restorable.js';
import type { RestoreStep } from './state-sync/restore.js';
import { blockBegin, blockEnd, withPanics } from './recorder/block-lines.js';
import type { Recorder, Trigger } from './recorder/recorder.js';
import { commitBlock, confirmedKey, digestStateKey, type CommitStep } from './commit.js';
import { Confirmation, withConfirmation } from './confirmation.js';
import { emptyDigest } from './host/digest.js';
import { hostKeys } from './host/keys.js';
import { refuseUnknownStores, requireSchema, requireStores } from './host/release.js';
import { firstStage } from './host/first-stage.js';
import { UpgradeGate, UpgradeNeeded, type Verdict } from './host/upgrade.js';
import { installedBundles } from './installed-bundles.js';
import { KernelHost, kernelModule, kernelStore, provisioningStore, storageStore } from './host/index.js';
import { makeBankService } from './host/services/bank.js';
import { storageService } from './host/services/storage.js';
import { storesOfUpgrades, type Upgrades } from './upgrade-handlers.js';
import { NodeDatabase, numberOfRow, type DatabaseSnapshot } from './store.js';

export type AppOptions = {
  /** The home's data folder. */
  readonly data: string;
  /** Folders of .proto files: the chain's and the kernel's. */
  readonly protoFolders: readonly string[];
  readonly workers: WorkerFactory & { readonly engineId: string };
  readonly version: string;
  readonly minGasPrices: readonly { readonly denom: string; readonly amount: string }[];
  /** Old versions of the app state that stay readable. */
  readonly pruning: number;
  readonly undoBlocks: bigint;
  readonly maxVatsOnline: number;
  readonly log: Logger;
  readonly txLookup?: TxLookup;
  readonly onCommitStep?: (step: CommitStep) => void;
  readonly onStep?: (step: StepRecord) => void;
  /** Opened here; whoever made it closes it after the application. */
  readonly recorder?: Recorder;
  readonly recency?: RecentVats;
  /** How many vats come back side by side; default all. */
  readonly preloadWidth?: number;
  readonly onReplay?: (vat: VatId, done: number, total: number) => void;
  /** What this release can execute; default none. */
  readonly upgrades?: Upgrades;
  /** In the place of the plan that the state has, until it is executed: for rehearsals on a copy. */
  readonly rehearsedPlan?: Plan;
  /** Heights at which a plan that is due is dropped. */
  readonly skipUpgradeHeights?: ReadonlySet<bigint>;
  /** FinalizeBlock answers with what this does. Default: it rejects. */
  readonly onUpgradeNeeded?: (needed: UpgradeNeeded) => Promise<never>;
  /** Told between the kernel's migration and the commit of its block; tests crash here. */
  readonly onMigrated?: () => void;
  /** Snapshots for joining nodes; default none. */
  readonly snapshots?: ExportOptions;
  /** RPC of nodes that are asked for a heap file which is missing or damaged here. */
  readonly repairServers?: readonly string[];
  readonly onDamagedHeap?: (what: DamagedHeap) => void;
  readonly onRestoreStep?: (step: RestoreStep) => void;
  /** A chain for development stops where the ledger of its kernel is wrong; others refuse charges and run on. */
  readonly stopsAtLedgerFault?: boolean;
};

/** Which vats were online when this host last ran, and where that is noted for the next time; the most recently used last. */
export type RecentVats = {
  readonly before: readonly VatId[] | undefined;
  note(online: readonly VatId[]): void;
};

export type App = {
  /** For an engine; its ordering rules are dispatch's. */
  readonly application: AbciApplication;
  /** Of the last commit; 0n when there is none. */
  readonly height: bigint;
  /** Empty before InitChain. */
  readonly chainId: string;
  /** Highest height whose AppHash is known to be agreed. */
  readonly confirmed: bigint;
  /** Of the last commit, for who compares it with what others have; undefined when there is none. */
  evidence(): Evidence | undefined;
  /** The next block is one that this release cannot execute. */
  readonly upgradeNeeded: UpgradeNeeded | undefined;
  /** Ends the workers for good; queries are answered on. */
  halt(): Promise<void>;
  /** The database at one height, for who looks on. Close it before the application. */
  readSnapshot(): DatabaseSnapshot;
  /** Resolves when the vats that were online before are back, or the start of one has failed. Blocks do not wait for it. */
  readonly preloaded: Promise<void>;
  /** Resolves when no snapshot for joining nodes is being made. */
  exported(): Promise<void>;
  /** Finishes what is under way, ends the workers and closes the database. Call it when no engine drives the application any more. */
  close(): Promise<void>;
};

/** What an AppHash is over; all hashes are lower-case hex. */
export type Evidence = {
  readonly appHash: string;
  /** By name. */
  readonly stores: readonly { readonly name: string; readonly root: string }[];
  readonly activity: string;
  /** ics23:iavl, of the activity hash in store kernel. */
  readonly proof: Uint8Array;
};

/** A delivery may take long; the node does not wait for it when it stops. */
const closePatienceMs = 2000;

/** The parts over one state of the database; after a restore they are put together anew. */
export type Parts = Pick<App, 'application' | 'height' | 'chainId' | 'confirmed' | 'evidence' | 'upgradeNeeded' | 'halt' | 'preloaded'> & {
  readonly appHash: Uint8Array;
  /** As App's, but the database stays open. The workers end with it: `false` when there are none, and others will be wanted. */
  close(workersToo?: false): Promise<void>;
};

/** What stays the same when the parts are put together anew. */
export type Shared = { readonly options: AppOptions; readonly database: NodeDatabase; readonly blobFolder: string; readonly exporter: Exporter; readonly repair: HeapRepair };

/** Opens the database; the vats that were online come back while the application already answers. Rejects with DatabaseLocked when another process has it. */
export async function makeApp(options: AppOptions): Promise<App> {
  const database = await NodeDatabase.open(join(options.data, 'windlass.db'));
  try {
    return await makeRestorable(options, database, assembleParts);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function assembleParts({ options, database, blobFolder, exporter, repair }: Shared): Promise<Parts> {
  const { log, onUpgradeNeeded = needed => Promise.reject(needed), onMigrated = () => undefined } = options;
  const blobs = new BlobStore(blobFolder);
  const heaps = new HeapFiles(blobFolder, options.workers.baseSnapshot, blobFolder, repair.mend);
  const collector = new SnapshotCollector(database, heaps, undefined, hash => exporter.isHeld(hash));
  const swept = sweepBlobs(blobFolder, database);
  if (swept.files > 0) log.info({ ...swept }, 'files that a crash left were removed');
  const codecs = makeCodecs(options.protoFolders);
  const { auth, bank, modules } = makeCoreModules(codecs, [{ name: kernelModule, permissions: [], mayReceive: false }]);
  const kernelAddress = addressText(moduleAddress(kernelModule));
  const inState = storesOnDisk(database.chainRows);
  const upgrades = options.upgrades ?? new Map<string, never>();
  const ofRelease = [...new Set([...coreStores, upgradeStore, kernelStore, storageStore, provisioningStore, ...storesOfUpgrades(upgrades)])];
  // Stores of a later release are read as well: its plans say which release it is.
  const store = openMultiStore({ names: [...new Set([...ofRelease, ...inState])], rows: database.chainRows, pruning: options.pruning });
  const plans = rehearsed(makeUpgradeKeeper(codecs), options.rehearsedPlan);
  const gate = new UpgradeGate({
    keeper: plans, upgrades, skipHeights: options.skipUpgradeHeights ?? new Set(), log, versions: () => versionsOf(allModules),
    appVersion: state => makeConsensusKeeper(codecs).params(state).version?.app ?? 0n,
  });
  const storage = await KernelStorage.open(database.kernelBacking);
  let verdict: Verdict = { kind: 'none' };
  if (store.version > 0n) {
    verdict = gate.judge(store.branch(), store.version + 1n);
    refuseUnknownStores(inState, ofRelease);
    requireSchema(storage, verdict);
    requireStores(inState, ofRelease, verdict);
  }
  const confirmation = new Confirmation(numberOfRow(database.get(confirmedKey)) ?? 0n);
  const { recorder } = options;
  recorder?.open({
    height: store.version, confirmed: confirmation.confirmed, engine: options.workers.engineId,
    chain: () => `${base.chainId} ${Buffer.from(store.appHash).toString('hex')}`,
  });
  let isClosing = false;
  let preloadFailure: Error | undefined;
  const kernel = new Kernel({
    storage,
    workers: options.workers,
    engine: options.workers.engineId,
    bundles: installedBundles(blobs),
    snapshots: heaps,
    services: [makeBankService({ isBlocked: address => bank.isBlocked(address), systemAccount: addressText(moduleAddress('fee_collector')) }), storageService],
    maxVatsOnline: options.maxVatsOnline,
    ...(options.preloadWidth === undefined ? {} : { preloadWidth: options.preloadWidth }),
    yieldToHost: () => new Promise((resolve, reject) => setImmediate(() => (isClosing ? reject(new Error('the node stops')) : resolve()))),
    ...(options.onStep ? { onStep: options.onStep } : {}),
    ...(options.onReplay ? { onReplay: options.onReplay } : {}),
    ...(recorder ? { record: recorder.record } : {}),
  });
  const host = new KernelHost({ kernel, codecs, bank, kernelAddress, blobs, log, digestState: database.get(digestStateKey) ?? emptyDigest(), stopsAtLedgerFault: options.stopsAtLedgerFault ?? false, ...(recorder ? { recorder } : {}) });
  const startNextRun = (trigger: Trigger): void => {
    if (isClosing) return; // the turn after the last Commit may come when the workers are gone
    if (!gate.allowsRun(store.branch(), store.version + 1n)) return;
    host.startRun(store.version + 1n, store.branch(), trigger).catch(() => undefined); // reported there; FinalizeBlock awaits it and fails
  };
  let freed: Freed = { upTo: -1n, brought: 0 };
  /** Heap files are removed between a commit and the next block, before the next run saves any. */
  let collecting: Promise<void> = Promise.resolve();
  const collectSnapshots = async (): Promise<void> => {
    if (isClosing) return;
    const collected = await collector.collect(freed);
    if (collected.unlinked + collected.missing > 0) log.debug({ ...collected }, 'heap snapshots that nothing needs were removed');
  };
  const upgradeModule = makeUpgradeModule(codecs, plans, { authority: governanceAddress, versions: () => versionsOf(allModules) });
  const allModules = [...modules, upgradeModule, host.module];
  const base = makeBaseApp({
    modules: allModules,
    auth, bank, store, codecs, log,
    appName: 'windlass',
    version: options.version,
    minGasPrices: options.minGasPrices,
    ...(options.txLookup ? { txLookup: options.txLookup } : {}),
    hooks: {
      initChain: (ctx: Context, request: RequestInitChain) => host.initChain(ctx, kernelStateOf(request)),
      beforeBlock: async (ctx, block) => {
        recorder?.confirm(confirmation.confirmed);
        recorder?.beginBlock(blockBegin(block));
        await collecting;
        await firstStage({ gate, host, log, onUpgradeNeeded, onMigrated }, ctx);
      },
      mergeBeforeHash: ctx => {
        if (preloadFailure) throw preloadFailure;
        return host.mergeKernelRun(ctx);
      },
      prepared: prepared => recorder?.endBlock(blockEnd(prepared, host.merged)),
      persist: async prepared => {
        const { changes, bundlesRefused, digestState } = host.writes();
        const { confirmed } = confirmation;
        freed = await commitBlock(
          { database, blobs, heaps, collector, undoBlocks: options.undoBlocks, isHeld: name => exporter.isHeld(name), ...(options.onCommitStep ? { onStep: options.onCommitStep } : {}) },
          { prepared, kernelChanges: changes, bundlesRefused, digestState, confirmed },
        );
      },
      committed: () => {
        host.committed();
        recorder?.committed(store.version);
        exporter.committed(store.version);
        options.recency?.note(kernel.warehouse.online);
      },
      afterCommit: () => {
        collecting = exporter.begin().then(collectSnapshots); // files are kept for the export before any goes
        collecting.then(() => { startNextRun('commit'); }, () => undefined); // the next block meets the error
      },
    },
  });
  let preloaded = Promise.resolve();
  if (store.version > 0n) {
    host.checkOpened(store.branch());
    kernel.requireEngine();
    const isCurrent = readSchema(storage) === schemaVersion; // else the rows of vats are not to be read yet
    if (isCurrent && verdict.kind !== 'needed') preloaded = kernel.preload(options.recency?.before).catch((error: unknown) => {
      if (isClosing) return;
      const failure = error instanceof Error ? error : new Error(String(error));
      const reason = failure.message;
      // A worker lost is tried again when its vat is needed; anything else would only be hidden by waiting for that.
      if (error instanceof WorkerLost) return log.warn({ reason }, 'a vat was not brought back ahead of its next delivery');
      log.error({ reason }, 'a vat could not be brought back');
      preloadFailure = failure;
    });
    startNextRun('start');
  }
  return {
    application: withConfirmation(withPanics(base, recorder, () => isClosing), confirmation),
    get height() {
      return store.version;
    },
    get chainId() {
      return base.chainId;
    },
    get confirmed() {
      return confirmation.confirmed;
    },
    evidence: () => evidenceOf(store),
    upgradeNeeded: verdict.kind === 'needed' ? new UpgradeNeeded(verdict.plan, store.version + 1n) : undefined,
    halt: async () => {
      isClosing = true;
      await kernel.shutdown();
      await preloaded;
    },
    get appHash() {
      return store.appHash;
    },
    preloaded,
    close: async workersToo => {
      isClosing = true;
      options.recency?.note(kernel.warehouse.online);
      await collecting.catch(() => undefined); // the node stops anyway
      const over = host.giveUp();
      await Promise.race([over, new Promise(resolve => setTimeout(resolve, closePatienceMs).unref())]);
      if (workersToo !== false) await kernel.shutdown(); // a run that is cut off is done again at the next start
      await Promise.all([over, preloaded]);
      await heaps.settle();
    },
  };
}

function evidenceOf(store: MultiStore): Evidence | undefined {
  const roots = store.roots(store.version);
  const proof = store.prove(store.version, kernelStore, hostKeys.activity);
  const data = proof?.ops[0]?.data;
  if (!roots || !proof?.value || !data) return undefined;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return { appHash: hex(store.appHash), stores: roots.map(({ name, root }) => ({ name, root: hex(root) })), activity: hex(proof.value), proof: data };
}

/** The keeper over a state that has this plan; nothing else of it changes. */
function rehearsed(keeper: UpgradeKeeper, plan: Plan | undefined): UpgradeKeeper {
  if (!plan) return keeper;
  return { ...keeper, plan: state => (keeper.applied(state).some(({ name }) => name === plan.name) ? undefined : plan) };
}

/** Of every module; the kernel's is the schema of its rows. */
function versionsOf(modules: readonly Module[]): readonly ModuleVersion[] {
  return [{ name: 'consensus', version: 1n }, ...modules.map(({ name, consensusVersion = 1n }) => ({ name, version: consensusVersion }))];
}

function kernelStateOf({ appStateBytes }: RequestInitChain): unknown {
  if (appStateBytes.length === 0) return undefined;
  const state = JSON.parse(Buffer.from(appStateBytes).toString('utf8')) as Record<string, unknown>;
  return state['kernel'];
}
