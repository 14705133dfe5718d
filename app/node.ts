/** A running node: one home, one application, one engine. Everything of the outside world comes in here as powers. */
import { mkdirSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { chainProtoFolder, type Logger } from '../chain/index.js';
import { endOrphanedComet, startCometEngine, type CometEngine } from '../chain/engine/comet/index.js';
import { startEmbeddedEngine } from '../chain/engine/embedded/index.js';
import { nodeIdOf, readGenesis, readNodeKey, readPrivValidatorKey, replaceFile } from '../chain/engine/home-files/index.js';
import type { Engine, EngineEnd } from '../chain/engine/types.js';
import { makeXsnapWorkerFactory, type HostLimits, type WorkerLifeOptions } from '../kernel/index.js';
import { makeApp, type App, type AppOptions } from './app.js';
import { rpcUrlFile } from './cli/home/paths.js';
import { startControl, type ControlServer } from './control/server.js';
import { controlSocketPath } from './control/socket-path.js';
import { appProtoFolder } from './client/codecs.js';
import type { CommitStep } from './commit.js';
import { Forensics, type Diverged, type ForensicsSettings } from './forensics/forensics.js';
import { StepCollector } from './forensics/steps.js';
import { announceUpgrade, makeHalt, type Halt, type HaltStep } from './halt.js';
import { HostFacts } from './host-db/host-facts.js';
import { UpgradeNeeded } from './host/upgrade.js';
import type { Recorder } from './recorder/recorder.js';
import { recorderOfHome, type RecorderSettings } from './recorder/of-home.js';
import type { Slog } from './slog/index.js';
import { slogOfHome, type SlogSettings } from './slog/of-home.js';
import { makeTxLookup } from './tx-lookup.js';
import { loadUpgrades, type Upgrades } from './upgrade-handlers.js';

export type NodeOptions = {
  readonly home: string;
  readonly engine: 'embedded' | 'cometbft';
  readonly moniker: string;
  readonly version: string;
  /** tcp://host:port; port 0 takes a free one. */
  readonly rpcLaddr: string;
  readonly p2pLaddr: string;
  /** Where ABCI is served for CometBFT. */
  readonly abciAddress: string;
  /** False: an operator runs CometBFT. */
  readonly withComet: boolean;
  /** Undefined: the config's. */
  readonly blockTimeMs: number | undefined;
  readonly minGasPrices: readonly { readonly denom: string; readonly amount: string }[];
  readonly pruning: number;
  readonly undoBlocks: bigint;
  readonly maxVatsOnline: number;
  /** What workers may take of this host. Default: no limit. */
  readonly hostLimits?: HostLimits;
  /** Snapshots for joining nodes. */
  readonly snapshots: { readonly interval: number; readonly keepRecent: number };
  /** RPC of nodes that may have heap files which are missing here. */
  readonly repairServers: readonly string[];
  /** What happens when this node has another result than the chain. */
  readonly forensics: ForensicsSettings;
  /** False: nothing is recorded. */
  readonly recorder: RecorderSettings | false;
  /** Who gets what is recorded. */
  readonly slog: SlogSettings;
  readonly log: Logger;
  /** What contracts print. */
  readonly onConsole: (vatId: string, level: string, text: string) => void;
  readonly onReplay?: (vatId: string, done: number, total: number) => void;
  readonly onCommitStep?: (step: CommitStep) => void;
  /** Where tests end the node while it starts a worker. */
  readonly onWorkerStep?: WorkerLifeOptions['onStep'] & {};
  /** What this release can execute; left out: the files of app/upgrades. */
  readonly upgrades?: Upgrades;
  /** Heights at which a plan that is due is dropped, by the word of the operators of all validators. */
  readonly skipUpgradeHeights?: ReadonlySet<bigint>;
  /** Where tests end the node while it halts for an upgrade, and while it executes one. */
  readonly onHaltStep?: (step: HaltStep) => void;
  readonly onMigrated?: () => void;
  readonly onStep?: AppOptions['onStep'] & {};
  /** For a chain without value: it stops where the ledger of its kernel is wrong. */
  readonly stopsAtLedgerFault?: boolean;
  /** What an operator must read, some lines of text: incidents of which nobody has taken note. */
  readonly onScreen?: (screen: string) => void;
  /** Ends a start that takes long. */
  readonly signal?: AbortSignal;
};

export type Node = {
  readonly rpcUrl: string;
  readonly app: App;
  readonly forensics: Forensics;
  /** Settles when the node ended by itself: why. It is closed as far as it can be; `stop` does the rest. Never rejects. */
  readonly ended: Promise<NodeEnd>;
  /** Stops the engine, then the kernel, then closes the stores. Safe to call twice. */
  stop(): Promise<void>;
};

/** `upgrade`: the chain has come to a height for which it needs another release. `diverged`: the chain has another result than this node. */
export type NodeEnd = EngineEnd | { readonly reason: 'upgrade'; readonly needed: UpgradeNeeded } | { readonly reason: 'diverged'; readonly diverged: Diverged };

/** This node must not go on: what it has is not what the chain has. `screen` is for its operator. */
export class NodeDiverged extends Error {
  override readonly name = 'NodeDiverged';
  constructor(readonly screen: string) {
    super('this node has diverged from the chain');
  }
}

/** Who is told what vats print. */
type ConsoleSinks = NodeOptions['onConsole'][];

const blockTimeDefaultMs = 1000;
/** A start waits for the system and for our own thread more than it computes. */
const preloadsPerCore = 4;

/**
 * Opens the home and runs it. Rejects with everything closed again when a part does not start: with UpgradeNeeded when the
 * next block is for another release (a supervisor is told), with WrongRelease when this one was never right.
 */
export async function startNode(options: NodeOptions): Promise<Node> {
  const { home, log } = options;
  mkdirSync(join(home, 'data'), { recursive: true });
  if (options.engine === 'cometbft') await endOrphanedComet(home, log); // it would go on with a dead application
  const sinks: ConsoleSinks = [options.onConsole];
  const engineWorkers = makeXsnapWorkerFactory({ onConsole: (...line) => { for (const sink of sinks) sink(...line); } });
  const facts = await HostFacts.open({ home, log, ...optional('signal', options.signal), ...optional('limits', options.hostLimits), ...optional('onStep', options.onWorkerStep) });
  try {
    const { engineId, baseSnapshot } = engineWorkers;
    const workers = { engineId, baseSnapshot, ...facts.life.workers(engineWorkers) };
    return await startOver(options, facts, workers, sinks);
  } catch (error) {
    await facts.close();
    if (error instanceof UpgradeNeeded) announceUpgrade(home, error, options.onHaltStep);
    throw error;
  }
}

/** The node over what is known of its host: no worker of an earlier one is left. */
async function startOver(options: NodeOptions, facts: HostFacts, workers: AppOptions['workers'], sinks: ConsoleSinks): Promise<Node> {
  const { home, log } = options;
  let rpcUrl: string | undefined;
  /** The recorder and the heap files have something to tell before it is there. */
  const opened: { forensics?: Forensics } = {};
  const recorder = options.recorder ? recorderOfHome(home, options.recorder, options.version, log, difference => opened.forensics?.sawDifference(difference)) : undefined;
  if (recorder) sinks.push(recorder.console);
  const halt = makeHalt(options.engine === 'cometbft' ? 'silence' : 'refusal');
  const steps = new StepCollector();
  const app = await makeApp({
    upgrades: options.upgrades ?? (await loadUpgrades()),
    onUpgradeNeeded: needed => {
      options.onHaltStep?.('needed');
      return halt.take(needed);
    },
    ...optional('skipUpgradeHeights', options.skipUpgradeHeights),
    ...optional('onMigrated', options.onMigrated),
    onStep: step => {
      steps.add(step);
      options.onStep?.(step);
    },
    onDamagedHeap: what => opened.forensics?.noteDamage(what),
    data: join(home, 'data'),
    protoFolders: [chainProtoFolder, appProtoFolder],
    workers,
    version: options.version,
    minGasPrices: options.minGasPrices,
    pruning: options.pruning,
    undoBlocks: options.undoBlocks,
    maxVatsOnline: options.maxVatsOnline,
    snapshots: options.snapshots,
    repairServers: options.repairServers,
    recency: facts.recency,
    ...optional('recorder', recorder),
    preloadWidth: preloadsPerCore * availableParallelism(),
    log,
    ...optional('onReplay', options.onReplay),
    ...optional('onCommitStep', options.onCommitStep),
    ...optional('stopsAtLedgerFault', options.stopsAtLedgerFault),
    txLookup: makeTxLookup(() => rpcUrl),
  });
  let control: ControlServer | undefined;
  // The embedded engine is alone: nobody else can have another result.
  const ownRpc = (): string | undefined => (options.engine === 'cometbft' ? (rpcUrl ?? cometRpcOf(options)) : undefined);
  const forensics = new Forensics({ ...options.forensics, home, app, steps, release: options.version, log, ownRpc, afterAlarm: options.engine === 'cometbft' ? 'silence' : 'refusal' });
  opened.forensics = forensics;
  try {
    if (app.upgradeNeeded && runsComet(options)) {
      log.error({}, app.upgradeNeeded.message);
      throw app.upgradeNeeded;
    }
    const { diverged, open } = await forensics.atStart();
    if (diverged) throw new NodeDiverged(diverged.screen);
    for (const screen of open) options.onScreen?.(screen);
    control = await startControl({ path: controlSocketPath(home), snapshot: () => app.readSnapshot(), workers: facts, save: reason => forensics.save('manual', reason).id, log });
    const engine = await startEngine(options, app, forensics, halt);
    rpcUrl = engine.rpcUrl;
    replaceFile(rpcUrlFile(home), `${engine.rpcUrl}\n`, 0o644);
    const slog = recorder && slogOfHome(home, options.slog, { release: options.version, boot: recorder.boot }, log);
    return makeNode(options, { app, engine, control, facts, halt, forensics, recorder, slog });
  } catch (error) {
    const diverged = error instanceof Error && (await forensics.examine(error.message)) ? await forensics.diverged : undefined;
    forensics.close();
    await control?.close();
    await app.close();
    recorder?.close('the node did not start');
    throw diverged ? new NodeDiverged(diverged.screen) : error;
  }
}

function optional<Name extends string, T>(name: Name, value: T | undefined): { [K in Name]?: T } {
  return (value === undefined ? {} : { [name]: value }) as { [K in Name]?: T };
}

/** False where an operator runs CometBFT: then nobody but him ends it, and we wait beside it. */
function runsComet({ engine, withComet }: NodeOptions): boolean {
  return engine === 'embedded' || withComet;
}

/** Where the config says that CometBFT listens, for as long as it has not said so itself. */
function cometRpcOf({ rpcLaddr }: NodeOptions): string | undefined {
  return rpcLaddr.endsWith(':0') ? undefined : rpcLaddr.replace(/^tcp:\/\/(?:0\.0\.0\.0)?/, match => (match === 'tcp://' ? 'http://' : 'http://127.0.0.1'));
}

function startEngine(options: NodeOptions, app: App, forensics: Forensics, halt: Halt): Promise<Engine | CometEngine> {
  const { home, log, rpcLaddr, p2pLaddr, abciAddress, withComet, blockTimeMs } = options;
  const application = forensics.wrap(app.application);
  if (options.engine === 'cometbft') {
    const signal = AbortSignal.any([halt.signal, ...(options.signal ? [options.signal] : [])]);
    return startCometEngine({ home, application, log, rpcLaddr, p2pLaddr, abciAddress, withComet, signal, onErrorLine: line => forensics.sawCometLine(line), ...optional('blockTimeMs', blockTimeMs) });
  }
  const blockTime = blockTimeMs ?? blockTimeDefaultMs;
  return startEmbeddedEngine({
    home, application, log, rpcLaddr,
    genesis: readGenesis(home),
    privValidatorKey: readPrivValidatorKey(home),
    nodeId: nodeIdOf(readNodeKey(home)),
    moniker: options.moniker,
    blockTimeMs: blockTime,
  });
}

type Parts = { readonly app: App; readonly engine: Engine | CometEngine; readonly control: ControlServer; readonly facts: HostFacts; readonly halt: Halt; readonly forensics: Forensics; readonly recorder: Recorder | undefined; readonly slog: Slog | undefined };

function makeNode(options: NodeOptions, { app, engine, control, facts, halt, forensics, recorder, slog }: Parts): Node {
  const { home } = options;
  let stopped: Promise<void> | undefined;
  const stopAll = async (): Promise<void> => {
    forensics.close();
    await engine.stop();
    await control.close();
    await app.close();
    recorder?.close('the node stops');
    await slog?.stop();
    await facts.close();
    rmSync(rpcUrlFile(home), { force: true });
  };
  const stop = (): Promise<void> => (stopped ??= stopAll());
  const haltFor = async (needed: UpgradeNeeded): Promise<NodeEnd> => {
    if (!runsComet(options)) {
      await app.halt();
      announceUpgrade(home, needed, options.onHaltStep);
      return new Promise<never>(() => undefined); // it answers queries until it is told to stop
    }
    if ('stopComet' in engine) await engine.stopComet();
    options.onHaltStep?.('comet-ended');
    await stop();
    announceUpgrade(home, needed, options.onHaltStep);
    return { reason: 'upgrade', needed };
  };
  const holds = options.forensics.onDivergence === 'hold';
  if (!holds && 'stopComet' in engine) forensics.onAlarm(() => engine.stopComet());
  const never = new Promise<never>(() => undefined);
  /** Why the engine ended is told by the halt, or by what is found of a divergence. */
  const engineEnd = async (end: EngineEnd): Promise<NodeEnd> => {
    if (halt.signal.aborted && runsComet(options)) return never;
    return end.reason === 'failed' && (await forensics.examine(end.error.message)) ? never : end;
  };
  const divergedEnd = (diverged: Diverged): Promise<NodeEnd> | NodeEnd => {
    if (!holds) return { reason: 'diverged', diverged };
    options.onScreen?.(diverged.screen);
    return never; // it answers queries until it is told to stop
  };
  const ended = Promise.race([halt.needed.then(haltFor), engine.ended.then(engineEnd), forensics.diverged.then(divergedEnd)]).catch((error: unknown): NodeEnd => ({ reason: 'failed', error: error instanceof Error ? error : new Error(String(error)) }));
  return { rpcUrl: engine.rpcUrl, app, forensics, ended, stop };
}
