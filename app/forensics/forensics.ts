/**
 * What a node does about divergence: keeps the ladder of each block, answers peers, watches for a header with another AppHash
 * than ours (T3), and saves a bundle when something is wrong. It stands around the application and never changes what that answers.
 */
import { join } from 'node:path';
import type { AbciApplication, RequestFinalizeBlock } from '../../chain/abci/types.js';
import type { CometError } from '../../chain/engine/comet/index.js';
import { chainProtoFolder, makeCodecs, type Codec, type Logger } from '../../chain/index.js';
import { ReplayMismatch } from '../../kernel/index.js';
import type { App } from '../app.js';
import { UpgradeNeeded } from '../host/upgrade.js';
import type { DamagedHeap } from '../snapshots/repair.js';
import { Bundles } from './bundles.js';
import { compareBundle } from './compare-bundle.js';
import { makeCrankReader, type CrankReader } from './crank-reader.js';
import { dump, theirsOf } from './dump.js';
import type { Ladder } from './ladder.js';
import { LadderStore } from './ladder-store.js';
import { makePeerRpc, type PeerRpc } from './peers.js';
import { pinsOf } from './pins.js';
import { forensicsQueryPrefix, makeForensicsQuery } from './query.js';
import { screenOf } from './screen.js';
import type { Difference } from '../recorder/attempts.js';
import { rerunResult } from './rerun-result.js';
import type { StepCollector } from './steps.js';
import { isAlarm, type Cause, type Summary } from './summary.js';
import { DivergenceWatch, type Tip } from './watch.js';
import { isHint, witnessesAtHome, witnessInLog, witnessOfPeer, type Witness } from './witness.js';

export type ForensicsSettings = {
  /** RPC of other nodes. */
  readonly peers: readonly string[];
  readonly onDivergence: 'exit' | 'hold';
  /** When the next block is overdue at the earliest; default 60 s. */
  readonly overdueMs?: number;
};

export type ForensicsOptions = ForensicsSettings & {
  readonly home: string;
  readonly app: App;
  readonly steps: StepCollector;
  readonly release: string;
  readonly log: Logger;
  /** RPC of the CometBFT beside this node, once it listens. */
  readonly ownRpc: () => string | undefined;
  /** What an engine gets for a block once the node is known to have diverged: `silence` keeps CometBFT, and its queries, from ending by itself. Default silence. */
  readonly afterAlarm?: 'silence' | 'refusal';
};

/** The chain has another AppHash than we. */
export type Diverged = { readonly summary: Summary; readonly screen: string };

/** REJECT of ResponseProcessProposal. */
const rejected = 2;
/** How long a CometBFT that failed is given to say why, and peers until they know that the block is agreed. */
const settleMs = 5000;
const peersPatienceMs = 15_000;
/** Saved by one process: a machine that is not deterministic may differ at every block, and the first ones say so. */
const differencesMax = 3;

export class Forensics {
  readonly bundles: Bundles;
  /** Settles when it is so, with the bundle complete. */
  readonly diverged: Promise<Diverged>;
  readonly #options: ForensicsOptions;
  readonly #ladders: LadderStore;
  readonly #cranks: CrankReader;
  readonly #watch: DivergenceWatch;
  readonly #peers: readonly PeerRpc[];
  readonly #requests: Codec<RequestFinalizeBlock>;
  #settleDiverged: (what: Diverged) => void = () => undefined;
  #onAlarm: () => Promise<void> = () => Promise.resolve();
  /** The block under way or committed last, and the one before it: what is saved may be about either. */
  #request: RequestFinalizeBlock | undefined;
  #earlier: RequestFinalizeBlock | undefined;
  #activity: { readonly height: bigint; readonly activity: string } | undefined;
  #inLog: Witness | undefined;
  /** Since the last block, the log gave reason to ask. */
  #isHinted = false;
  #alarm: Summary | undefined;
  /** Incidents of blocks that were undone since, by height: they are about to be executed again. */
  readonly #undone = new Map<string, string>();
  #differences = 0;
  /** Damaged files are one incident of a height. */
  #damage: { readonly height: bigint; readonly id: string } | undefined;
  #isAlarmed = false;
  #isStopping = false;

  constructor(options: ForensicsOptions) {
    const { home, log, peers, overdueMs } = options;
    this.#options = options;
    this.bundles = new Bundles(join(home, 'forensics'), { onUnreadable: (id, reason) => log.error({ incident: id, reason }, 'the summary of an incident cannot be read; it is left out') });
    this.#ladders = new LadderStore(join(home, 'forensics', 'ladders'), log);
    this.#cranks = makeCrankReader(join(home, 'recorder'));
    this.#peers = peers.map(address => makePeerRpc(address));
    this.#requests = makeCodecs([chainProtoFolder]).of<RequestFinalizeBlock>('tendermint.abci.RequestFinalizeBlock');
    this.diverged = new Promise(resolve => { this.#settleDiverged = resolve; });
    this.#watch = new DivergenceWatch({
      ask: height => this.#ask(height), log, now: () => performance.now(), ...(overdueMs === undefined ? {} : { overdueMs }),
      onDiverged: (tip, witness) => void this.#diverge(tip, witness),
      onSplit: (tip, proposed) => this.#split(tip, proposed),
    });
  }

  /** Called as soon as the node is known to have diverged, before peers are asked: it ends what could sign. */
  onAlarm(act: () => Promise<void>): void {
    this.#onAlarm = act;
  }

  /** The application with everything noted on the way. */
  wrap(application: AbciApplication): AbciApplication {
    const answer = makeForensicsQuery({
      ladder: height => this.#ladders.get(height), crank: this.#cranks.read,
      confirmed: () => this.#options.app.confirmed, now: () => performance.now(), log: this.#options.log,
      status: () => ({ diverged: this.#alarm === undefined ? null : { height: this.#alarm.height, id: this.#alarm.id }, ladders_lost: this.#ladders.failures }),
    });
    return {
      ...application,
      query: request => (request.path.startsWith(forensicsQueryPrefix) ? answer(request.path) : application.query(request)),
      // A node that is known to be wrong takes part in nothing, whether it ends or holds.
      processProposal: async request => (this.#isAlarmed ? { status: rejected } : application.processProposal(request)),
      prepareProposal: request => (this.#isAlarmed ? this.#takeNoPart() : application.prepareProposal(request)),
      finalizeBlock: async request => {
        if (this.#isAlarmed) return this.#takeNoPart();
        this.#watch.blockBegan();
        this.#guarded('the state before the block could not be noted', () => this.#noteActivity());
        if (this.#request?.height !== request.height) this.#earlier = this.#request;
        this.#request = request;
        return this.#orDump(request.height, () => application.finalizeBlock(request));
      },
      commit: async () => {
        if (this.#isAlarmed) return this.#takeNoPart();
        const height = this.#request?.height ?? 0n;
        const response = await this.#orDump(height, () => application.commit());
        this.#guarded('the block could not be noted', () => this.#committed()); // it is durable: nothing here may fail it
        return response;
      },
    };
  }

  /**
   * Before ABCI is served: what is known of this home. An alarm that still stands, because the state is that of the incident, or a
   * peer that proves another hash, is a divergence; other alarms of which nobody has taken note are answered to be shown again.
   */
  async atStart(): Promise<{ readonly diverged: Diverged | undefined; readonly open: readonly string[] }> {
    const { app } = this.#options;
    const known = this.#guarded('the incidents of this home could not be listed', () => this.bundles.list()) ?? [];
    const open = known.filter(({ cause, acknowledged }) => isAlarm(cause) && acknowledged === undefined);
    const appHash = app.evidence()?.appHash;
    for (const summary of known) if (summary.cause === 'apphash' && BigInt(summary.height) > app.height) this.#undone.set(summary.height, summary.id);
    const standing = known.find(({ cause, height, ours, theirs }) => cause === 'apphash' && height === String(app.height) && ours?.appHash === appHash && theirs?.appHash !== appHash);
    if (standing) {
      this.#alarm = standing;
      return { diverged: { summary: standing, screen: this.#screen(standing) }, open: [] };
    }
    const tip = appHash === undefined ? undefined : { height: app.height, appHash };
    const told = tip && (await this.#askPeersAtStart(tip));
    if (tip && !told) this.#watch.started(tip);
    return { diverged: told, open: open.map(summary => this.#screen(summary)) };
  }

  /** A line of CometBFT's log that says of an error. */
  sawCometLine(line: CometError): void {
    if (!isHint(line)) return;
    const { app } = this.#options;
    this.#inLog = witnessInLog(line, app.height + 1n, app.evidence()?.appHash ?? '') ?? this.#inLog;
    this.#isHinted = true;
    this.#watch.hint();
  }

  /** CometBFT has failed, with these last words: is it because we have diverged? Resolves when that is known. The words may quote strangers, so they prove nothing. */
  async examine(text: string): Promise<boolean> {
    const isWorthAsking = this.#isHinted || /wrong Block\.Header\.AppHash/.test(text);
    if (!this.#isAlarmed && isWorthAsking) await this.#watch.settle(settleMs);
    return this.#isAlarmed;
  }

  /** T6: saves what there is of the last block; the node goes on. */
  save(cause: Cause, reason: string): Summary {
    return this.#dump(cause, this.#options.app.height, { reason });
  }

  /** T2: a height that was executed again was recorded differently. Expected of a block that went wrong and was undone. Never throws. */
  sawDifference({ height, stream, before, after }: Difference): void {
    if (this.#undone.has(String(height)) || this.#differences >= differencesMax) return;
    this.#differences += 1;
    const { log } = this.#options;
    try {
      const summary = this.#dump('local-nondeterminism', height, { reason: `stream ${stream}: attempt ${after.attempt} is not what attempt ${before.attempt} was` });
      log.error({ incident: summary.id }, this.#screen(summary));
    } catch (error) {
      log.error({ reason: error instanceof Error ? error.message : String(error) }, 'two executions of a height that differ could not be saved');
    }
  }

  /** T7: a heap file that could not be used, whether or not it was had from elsewhere; what is wrong with it is kept. Never throws. */
  noteDamage({ hash, problem, damaged }: Pick<DamagedHeap, 'hash' | 'problem' | 'damaged'>): void {
    const { log } = this.#options;
    const { height } = this.#options.app;
    try {
      const id = this.#damage?.height === height ? this.#damage.id : this.save('storage', problem).id;
      this.#damage = { height, id };
      const isKept = damaged !== undefined && this.bundles.keep(id, `damaged-${hash}`, damaged);
      log.warn({ incident: id, isKept, reason: problem }, 'a damaged file was noted');
    } catch (error) {
      log.error({ reason: error instanceof Error ? error.message : String(error) }, 'what this node knows of a damaged file could not be saved');
    }
  }

  /** The node stops: what fails from now on is no incident. */
  close(): void {
    this.#isStopping = true;
    this.#cranks.close();
    this.#watch.close();
  }

  /** Of the state before the block. */
  #noteActivity(): void {
    const { app } = this.#options;
    if (this.#activity?.height === app.height) return;
    this.#activity = { height: app.height, activity: app.evidence()?.activity ?? '00'.repeat(32) };
  }

  #committed(): void {
    const { app, steps } = this.#options;
    const evidence = app.evidence();
    if (!evidence || !this.#request || !this.#activity) return;
    const list = steps.steps;
    const ladder: Ladder = {
      height: app.height, blockHash: hex(this.#request.hash), appHash: evidence.appHash, nextValidators: hex(this.#request.nextValidatorsHash),
      activityBefore: this.#activity.activity, activity: evidence.activity, firstStep: list[0]?.number ?? 0, steps: list.map(({ kind, hash }) => ({ kind, hash })), stores: evidence.stores, proof: evidence.proof,
    };
    steps.clear();
    this.#activity = { height: app.height, activity: evidence.activity };
    this.#ladders.put(ladder);
    this.#guarded('what became of an incident could not be noted', () => this.#noteOutcome(String(app.height), evidence.appHash));
    this.#isHinted = false;
    this.#watch.committed({ height: app.height, appHash: evidence.appHash });
  }

  /** A block that went wrong, and was undone, has another result now, or the same again. */
  #noteOutcome(height: string, appHash: string): void {
    const id = this.#undone.get(height);
    const known = id === undefined ? undefined : this.bundles.get(id);
    if (!known) return;
    this.#undone.delete(height);
    const rerun = { result: rerunResult(appHash, known), appHash, time: new Date().toISOString() };
    this.#options.log.warn({ incident: known.id, result: rerun.result }, 'the block of an incident was executed again');
    this.bundles.update(known.id, { rerun });
  }

  async #orDump<T>(height: bigint, act: () => Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      if (!this.#isStopping && !(error instanceof UpgradeNeeded)) this.#saveFailure(height, error);
      throw error;
    }
  }

  /** Whatever happens here, the first error is the one that counts. */
  #saveFailure(height: bigint, error: unknown): void {
    const { log } = this.#options;
    try {
      const cause = error instanceof ReplayMismatch ? 'local-nondeterminism' : 'panic';
      const summary = this.#dump(cause, height, { reason: error instanceof Error ? `${error.name}: ${error.message}` : String(error) });
      log.error({ incident: summary.id }, 'what this node knows of the failure was saved');
    } catch (failure) {
      log.error({ reason: failure instanceof Error ? failure.message : String(failure) }, 'what this node knows of the failure could not be saved');
    }
  }

  #dump(cause: Cause, height: bigint, more: { readonly reason?: string; readonly witness?: Witness; readonly proposed?: Summary['proposed'] }): Summary {
    const { home, app, release, onDivergence, peers } = this.#options;
    const block = [this.#request, this.#earlier].find(request => request?.height === height);
    const request = block && this.#requests.encode(block);
    return dump({
      home, bundles: this.bundles, chainId: app.chainId, height, cause, time: new Date().toISOString(), release, onDivergence, peersConfigured: peers.length,
      isBeforeAgreed: app.confirmed >= height - 1n, ladder: app.height === height ? this.#ladders.get(height) : undefined, request, pins: vats => pinsOf(home, app, height, vats), ...more,
    });
  }

  async #ask(height: bigint): Promise<readonly Witness[]> {
    const { app, ownRpc, log } = this.#options;
    const own = ownRpc();
    const nextValidators = this.#ladders.get(height - 1n)?.nextValidators;
    const questions: Promise<readonly Witness[]>[] = this.#peers.map(async rpc => (nextValidators === undefined ? [] : [await witnessOfPeer(rpc, height, app.chainId, nextValidators)]));
    if (own !== undefined) questions.push(witnessesAtHome(makePeerRpc(own), height));
    const answers = await Promise.allSettled(questions);
    for (const answer of answers) if (answer.status === 'rejected') log.debug({ reason: String(answer.reason) }, 'a witness does not answer');
    const said = answers.flatMap(answer => (answer.status === 'fulfilled' ? answer.value : []));
    return this.#inLog?.height === height ? [...said, this.#inLog] : said;
  }

  async #askPeersAtStart(tip: Tip): Promise<Diverged | undefined> {
    if (this.#peers.length === 0) return undefined;
    const witnesses = await this.#ask(tip.height + 1n);
    const other = witnesses.find(({ appHash, isVerified }) => isVerified && appHash !== tip.appHash);
    return other ? this.#diverge(tip, other) : undefined;
  }

  async #diverge(tip: Tip, witness: Witness): Promise<Diverged> {
    this.#isAlarmed = true;
    const { log, onDivergence } = this.#options;
    const saved = this.#dumpDiverged(tip, witness);
    this.#alarm = saved;
    log.error({ incident: saved.id, height: saved.height, ours: tip.appHash, theirs: witness.appHash }, 'this node has diverged from the chain');
    await this.#onAlarm().catch((error: unknown) => log.error({ reason: error instanceof Error ? error.message : String(error) }, 'what could sign could not be ended'));
    const summary = await compareBundle(this.bundles, saved, this.#peers, peersPatienceMs).catch((error: unknown) => {
      log.error({ reason: error instanceof Error ? error.message : String(error) }, 'the block could not be compared with peers');
      return saved;
    });
    this.#alarm = summary;
    const diverged = { summary, screen: this.#screen(summary) };
    log.error({ incident: summary.id, onDivergence, verdict: summary.comparison?.verdict ?? 'unknown' }, 'divergence was examined');
    this.#settleDiverged(diverged);
    return diverged;
  }

  /** A disk that takes nothing any more must not hide that the node has diverged. */
  #dumpDiverged(tip: Tip, witness: Witness): Summary {
    try {
      return this.#dump('apphash', tip.height, { witness });
    } catch (error) {
      const { app, release, onDivergence, peers } = this.#options;
      return {
        format: 1, id: `${tip.height}-not-saved`, cause: 'apphash', chainId: app.chainId, height: String(tip.height), time: new Date().toISOString(), seen: 1, release, platform: process.platform,
        theirs: theirsOf(witness), peersConfigured: peers.length, isBeforeAgreed: false, onDivergence, bytes: 0, reason: `the bundle could not be saved: ${error instanceof Error ? error.message : String(error)}`,
      };
    }
  }

  #split(tip: Tip, witnesses: readonly Witness[]): void {
    const { log } = this.#options;
    const proposed = witnesses.map(({ appHash, proposer = '', power, totalPower }) => ({ appHash, proposer, power: `${power ?? 0n} of ${totalPower ?? 0n} voted for it` }));
    const summary = this.#dump('split', tip.height, { proposed });
    log.error({ incident: summary.id }, this.#screen(summary));
  }

  async #takeNoPart(): Promise<never> {
    if (this.#options.afterAlarm === 'refusal') throw new Error('this node has diverged from the chain');
    return new Promise<never>(() => undefined);
  }

  /** Nothing that is only noted may stop a node. Undefined when it failed. */
  #guarded<T>(what: string, act: () => T): T | undefined {
    try {
      return act();
    } catch (error) {
      this.#options.log.error({ reason: error instanceof Error ? error.message : String(error) }, what);
      return undefined;
    }
  }

  #screen(summary: Summary): string {
    return screenOf(summary, this.bundles.pathOf(summary.id));
  }
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

