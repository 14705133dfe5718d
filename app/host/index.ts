/** The kernel as a module of the chain: its messages and queries, the deferred run, and what a block does with it. */
import type { Codecs } from '../../chain/codec/index.js';
import { addressText, moduleAddress, equalBytes, uint64Bytes, type BankKeeper, type Context, type Logger, type Module } from '../../chain/index.js';
import { activityHash, schemaVersion, type Change, type Kernel, type KernelConfig, type LedgerFault } from '../../kernel/index.js';
import type { BlobStore } from '../blobs.js';
import type { Trigger } from '../recorder/recorder.js';
import { readBlockSeconds, writeBlockTime } from './block-time.js';
import { dropExpiredUploads, isInstalled, newBundles } from './bundles.js';
import { DeferredRun, type DeferredInput, type DeferredResult, type RunRecorder } from './deferred-run.js';
import { digestOf } from './digest.js';
import { readKernelGenesis } from './genesis.js';
import { hostKeys, kernelStore, provisioningStore, storageStore, type Lane } from './keys.js';
import { applyOutbound, assertCoinsAreAccounted, clearNewBundles, writeCommitments, type MergeHost } from './merge.js';
import { kernelModule, kernelMsgs } from './msgs.js';
import { kernelParamsOf, makeParamsKeeper, type ParamsKeeper } from './params.js';
import { kernelQueries } from './queries.js';
import { makeActionQueue, type ActionQueue } from './action-queue.js';
import { toAction, toControl } from './to-action.js';

export { kernelModule } from './msgs.js';
export { kernelStore, provisioningStore, storageStore } from './keys.js';

export type HostOptions = {
  readonly kernel: Kernel;
  readonly codecs: Codecs;
  readonly bank: BankKeeper;
  readonly kernelAddress: string;
  readonly blobs: BlobStore;
  readonly log: Logger;
  /** Lanes of the digest as they were committed. */
  readonly digestState: Uint8Array;
  readonly recorder?: RunRecorder;
  /** A chain for development stops at a fault of the ledger, where others only refuse charges. */
  readonly stopsAtLedgerFault?: boolean;
};

/** What the block's batch needs of the kernel. */
export type KernelWrites = { readonly changes: readonly Change[]; readonly bundlesRefused: readonly string[]; readonly digestState: Uint8Array };

type Stores = { store(name: string): ReturnType<Context['store']> };

export class KernelHost {
  readonly module: Module;
  readonly #options: HostOptions;
  readonly #params: ParamsKeeper;
  readonly #queue: ActionQueue;
  readonly #deferred: DeferredRun;
  #digestState: Uint8Array;
  /** What FinalizeBlock merged, until Commit. */
  #merged: DeferredResult | undefined;

  constructor(options: HostOptions) {
    const { codecs, kernel, bank, blobs } = options;
    this.#options = options;
    this.#params = makeParamsKeeper(codecs);
    this.#queue = makeActionQueue(codecs);
    this.#deferred = new DeferredRun(kernel, options.log, options.recorder);
    this.#digestState = options.digestState;
    const rows = kernel.state.rows.committedRows;
    const view = { rows, services: kernel.serviceNames };
    this.module = {
      name: kernelModule,
      stores: [kernelStore, storageStore, provisioningStore],
      consensusVersion: BigInt(schemaVersion),
      msgs: kernelMsgs({ codecs, bank, blobs, queue: this.#queue, params: this.#params, view: () => view }),
      queries: kernelQueries({ codecs, params: this.#params, queue: this.#queue, rows, services: kernel.serviceNames }),
      endBlock: ctx => this.#endBlock(ctx),
    };
  }

  /** InitChain: S(initial−1) in memory. Given again, the first one is forgotten. */
  async initChain(ctx: Context, state: unknown): Promise<void> {
    const { kernel, blobs, recorder } = this.#options;
    await this.#deferred.drop();
    this.#merged = undefined;
    await kernel.dropRun();
    blobs.dropPending();
    const genesis = readKernelGenesis(state);
    const store = ctx.store(kernelStore);
    this.#requireNoCoins(ctx);
    this.#params.write(ctx, this.#params.fromGenesis(genesis.params));
    for (const { bundleId, zip } of genesis.bundles) {
      blobs.add(bundleId, zip);
      store.set(hostKeys.bundle(bundleId), uint64Bytes(BigInt(zip.length)));
    }
    writeBlockTime(ctx);
    recorder?.beginRun(ctx.height, { step: 0, activity: activityHash(kernel.state.rows) }, 'genesis');
    const step = kernel.initialize(genesis.config satisfies KernelConfig, genesis.bundles.map(({ bundleId, zip }) => ({ bundleId, size: zip.length })), kernelParamsOf(this.#params.read(ctx)));
    recorder?.endRun({ cranks: 0, computrons: 0n, step: step.number, activity: step.activity });
  }

  /** Coins that stand for nothing would stop the chain at its first block. */
  #requireNoCoins(ctx: Context): void {
    const { bank, kernelAddress } = this.#options;
    if (bank.balances(ctx, kernelAddress).length > 0) {
      throw new Error(`genesis: app_state.bank.balances: ${kernelAddress} is the kernel's own account, whose coins belong to purses and payments; it has none at genesis`);
    }
  }

  /** Throws when kernel rows and app state are not of the same block: the node must not start on such a database. */
  checkOpened(stores: Stores): void {
    const { kernel } = this.#options;
    const store = stores.store(kernelStore);
    const isSame = (key: Uint8Array, ours: Uint8Array): boolean => equalBytes(store.get(key) ?? new Uint8Array(0), ours);
    if (!isSame(hostKeys.digest, digestOf(this.#digestState))) throw new Error('the database is damaged: its kernel digest is not the one in the app state');
    for (const fault of kernel.auditLedger()) this.#noteLedgerFault(fault);
    if (!isSame(hostKeys.activity, Buffer.from(activityHash(kernel.state.rows), 'hex'))) throw new Error('the database is damaged: its kernel rows are not those of the app state');
  }

  /** The chain runs on: what hangs on the collection may shrink, and governance can reconcile it. */
  #noteLedgerFault({ collection, what, used, counted }: LedgerFault): void {
    const { log, stopsAtLedgerFault } = this.#options;
    const text = `the ledger says that ${what} of ${collection} is ${used}, and its rows say ${counted}`;
    log.error({ collection, what, used: String(used), counted: String(counted) }, `${text}: charges below it are refused until it is reconciled`);
    if (stopsAtLedgerFault) throw new Error(text);
  }

  /** Starts R(height) from S(height−1), unless it runs already. */
  startRun(height: bigint, stores: Stores, trigger: Trigger): Promise<DeferredResult> {
    return this.#deferred.result(height, this.#digestState, trigger, () => this.#input(height, stores));
  }

  /**
   * FinalizeBlock begins: R(H) starts now unless it runs already. `ctx` must have nothing of the block yet, because what
   * the run is given is read from it, and it may see S(H−1) only.
   */
  beforeBlock(ctx: Context): void {
    this.startRun(ctx.height, ctx, 'block').catch(() => undefined); // reported there; mergeKernelRun awaits it and fails
  }

  /** The block of an upgrade: no run, but the kernel's rows get the schema of this release. The same block may come again. */
  migrate(height: bigint, stores: Stores): void {
    const { kernel, log } = this.#options;
    this.#deferred.instead(height, this.#digestState, () => {
      const migrated = kernel.migrate({ params: kernelParamsOf(this.#params.read(stores)), mark: height });
      log.info({ modified: migrated.modified }, 'the kernel has the schema of this release');
      return migrated;
    });
  }

  #input(height: bigint, stores: Stores): DeferredInput {
    const { codecs } = this.#options;
    const params = this.#params.read(stores);
    const payee = addressText(moduleAddress('fee_collector'));
    const actionsOf = (lane: Lane) => this.#queue.waiting(stores, lane).map(({ id, msg }) => toAction({ codecs, params, payee }, id, msg));
    return {
      control: this.#queue.waiting(stores, 'control').map(({ id, msg }) => toControl(codecs, id, msg)),
      highPriority: actionsOf('high'),
      actions: actionsOf('normal'),
      newBundles: newBundles(stores),
      now: readBlockSeconds(stores),
      params: kernelParamsOf(params),
      mark: height,
    };
  }

  #endBlock(ctx: Context): void {
    dropExpiredUploads(ctx);
    const { outcomeRetention } = this.#params.read(ctx);
    if (ctx.height > outcomeRetention) this.#queue.forget(ctx, ctx.height - outcomeRetention);
  }

  /** Awaits R(H) and applies what it tells; the block's own effects are in `ctx` already, and the run never saw them. */
  async mergeKernelRun(ctx: Context): Promise<void> {
    const { bank, blobs, codecs, kernel, kernelAddress } = this.#options;
    const run = await this.#deferred.started(ctx.height);
    const host: MergeHost = { bank, codecs, queue: this.#queue, kernelAddress, onLedgerFault: fault => this.#noteLedgerFault(fault) };
    applyOutbound(host, ctx, kernel.state.rows, run.outbound);
    clearNewBundles(ctx, run.newBundles);
    writeCommitments(ctx, kernel.state.rows, run.digest);
    assertCoinsAreAccounted(host, ctx, kernel.state.rows);
    blobs.keepPending(bundleId => isInstalled(ctx, bundleId)); // not those of txs that failed after all
    this.#merged = run;
  }

  /** What the run of the block did; undefined before it is merged. */
  get merged(): Pick<DeferredResult, 'cranks' | 'computrons'> | undefined {
    return this.#merged;
  }

  /** For the block's batch. */
  writes(): KernelWrites {
    if (!this.#merged) throw new Error('Commit comes after FinalizeBlock');
    const bundlesRefused = this.#merged.outbound.flatMap(op => (op.kind === 'bundle-refused' ? [op.bundleId] : []));
    return { changes: this.#options.kernel.state.rows.runChanges(), bundlesRefused, digestState: this.#merged.digestState };
  }

  /** The batch is durable. */
  committed(): void {
    if (!this.#merged) throw new Error('Commit comes after FinalizeBlock');
    this.#digestState = this.#merged.digestState;
    this.#merged = undefined;
    this.#options.kernel.state.rows.committed();
    this.#deferred.committed();
  }

  /** The node stops: how a run under way ends matters to nobody any more. Resolves when it has. */
  giveUp(): Promise<void> {
    return this.#deferred.giveUp();
  }
}

