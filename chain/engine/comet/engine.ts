/** The engine `cometbft`: our ABCI server, and the CometBFT that drives it. */
import { startAbciServer, type AbciServer } from '../../abci/server.js';
import type { Logger } from '../../log.js';
import type { Engine, EngineEnd, EngineOptions } from '../types.js';
import { findCometBinary } from './binary.js';
import { spawnComet, type CometChild } from './child.js';
import type { CometError } from './log-forward.js';
import { endOrphanedComet } from './orphan.js';
import { rpcAnswers, rpcUrlOf } from './rpc.js';
import { removeUnbornDatabases } from './unborn-databases.js';

export type CometEngineOptions = EngineOptions & {
  /** unix://path or tcp://host:port where we serve ABCI. */
  readonly abciAddress: string;
  /** False: only ABCI is served, and an operator runs CometBFT. */
  readonly withComet: boolean;
  /** tcp://host:port, as in config.toml. Port 0 takes a free one. */
  readonly rpcLaddr: string;
  readonly p2pLaddr: string;
  /** Left out, those of config.toml hold. */
  readonly persistentPeers?: readonly string[];
  /** consensus.timeout_commit in milliseconds; left out, that of config.toml holds. */
  readonly blockTimeMs?: number;
  /** CometBFT's log level, such as 'info' or 'consensus:debug,*:error'. */
  readonly cometLogLevel?: string;
  /** Environment of the child and of the search for its binary. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends the start-up (a replay may take long); the promise is then rejected with its reason. */
  readonly signal?: AbortSignal;
  /** Start-up fails after so long without a log line or an ABCI request. */
  readonly silenceMaxMs?: number;
  /** Told of each line of CometBFT's log that is about an error. */
  readonly onErrorLine?: (line: CometError) => void;
  /** How long CometBFT may take to end by itself. */
  readonly stopGraceMs?: number;
};

export type CometEngine = Engine & {
  /** Where ABCI is served, with the port really bound. */
  readonly abciAddress: string;
  /** Process id of CometBFT, undefined when an operator runs it. */
  readonly cometPid: number | undefined;
  /**
   * Ends CometBFT and waits for its exit, while ABCI queries are served on: an upgrade does this from inside a
   * FinalizeBlock that it will never answer. `ended` stays open. Safe to call twice.
   */
  stopComet(): Promise<void>;
};

/** A replay of one very full block is the longest silence that is no fault. */
const silenceMaxMsDefault = 600_000;
const stopGraceMsDefault = 5000;

/**
 * Serves the application and, with `withComet`, runs CometBFT on the home (whose config files must be there) and waits
 * until its RPC answers. An orphan of an earlier node is ended first. Rejects, with nothing left behind, when that fails.
 */
export async function startCometEngine(options: CometEngineOptions): Promise<CometEngine> {
  const { home, log, withComet, env = process.env } = options;
  options.signal?.throwIfAborted();
  const binary = withComet ? await findCometBinary(env) : undefined;
  await endOrphanedComet(home, log);
  if (withComet) removeUnbornDatabases(home, log);
  const end = makeEnd(log);
  const watch = makeSilenceWatch(options.silenceMaxMs ?? silenceMaxMsDefault);
  const server = await startAbciServer({
    address: options.abciAddress,
    application: options.application,
    log,
    onRequest: watch.heard,
    onFatal: error => end.fail(error),
  }).catch((error: unknown) => {
    watch.stop(); // its timer alone would keep the process for as long as the silence may last
    throw error;
  });
  if (binary === undefined) {
    watch.stop();
    return makeEngine({ options, server, child: undefined, rpcUrl: rpcUrlOf(options.rpcLaddr), end });
  }
  let child: CometChild | undefined;
  try {
    child = await spawnComet({
      binary, home, log,
      args: argumentsOf(options, server.address),
      env: options.blockTimeMs === undefined ? env : { ...env, CMT_CONSENSUS_TIMEOUT_COMMIT: `${options.blockTimeMs}ms` },
      onConsensusFailure: text => end.childFailed(new Error(text)),
      onErrorLine: line => options.onErrorLine?.(line),
      onProgress: watch.heard,
    });
    void child.exited.then(how => end.childFailed(new Error(how)));
    const rpcUrl = await ready(child, end, watch, options.signal);
    return makeEngine({ options, server, child, rpcUrl, end });
  } catch (error) {
    end.expectExit();
    await child?.stop(options.stopGraceMs ?? stopGraceMsDefault);
    await server.close();
    throw error;
  } finally {
    watch.stop();
  }
}

function argumentsOf(options: CometEngineOptions, abciAddress: string): string[] {
  return [
    `--proxy_app=${abciAddress}`,
    '--abci=socket',
    `--rpc.laddr=${options.rpcLaddr}`,
    `--p2p.laddr=${options.p2pLaddr}`,
    '--consensus.create_empty_blocks=true',
    ...(options.persistentPeers ? [`--p2p.persistent_peers=${options.persistentPeers.join(',')}`] : []),
    ...(options.cometLogLevel ? [`--log_level=${options.cometLogLevel}`] : []),
  ];
}

/** Waits for the RPC; rejects when the engine fails, nothing is heard for too long, or the caller gives up. */
async function ready(child: CometChild, end: End, watch: SilenceWatch, signal: AbortSignal | undefined): Promise<string> {
  const giveUp = new AbortController();
  const aborted = (): void => giveUp.abort(signal?.reason);
  signal?.addEventListener('abort', aborted);
  if (signal?.aborted) aborted();
  const failed = Promise.race([
    end.promise.then(outcome => { throw outcome.reason === 'failed' ? outcome.error : new Error('stopped'); }),
    watch.silent.then(ms => { throw new Error(`cometbft was not ready, and nothing was heard of it for ${ms} ms`); }),
    new Promise<never>((_, reject) => giveUp.signal.addEventListener('abort', () => reject(giveUp.signal.reason as Error))),
  ]);
  try {
    const url = rpcUrlOf(await Promise.race([child.rpcListening, failed]));
    await Promise.race([rpcAnswers(url, giveUp.signal), failed]);
    return url;
  } finally {
    signal?.removeEventListener('abort', aborted);
    failed.catch(() => undefined); // whoever loses the race has nobody to tell
    giveUp.abort(new Error('no longer waiting'));
  }
}

type Parts = { readonly options: CometEngineOptions; readonly server: AbciServer; readonly child: CometChild | undefined; readonly rpcUrl: string; readonly end: End };

function makeEngine({ options, server, child, rpcUrl, end }: Parts): CometEngine {
  const stopComet = async (): Promise<void> => {
    end.expectExit();
    await child?.stop(options.stopGraceMs ?? stopGraceMsDefault);
  };
  const stopAll = async (): Promise<void> => {
    await stopComet();
    await server.close();
    end.stopped();
  };
  let stopping: Promise<void> | undefined;
  return {
    rpcUrl,
    abciAddress: server.address,
    cometPid: child?.pid,
    ended: end.promise,
    stopComet,
    stop: () => (stopping ??= stopAll()),
  };
}

type End = {
  readonly promise: Promise<EngineEnd>;
  fail(error: Error): void;
  childFailed(error: Error): void;
  /** From here on, that CometBFT ends is our own doing. */
  expectExit(): void;
  stopped(): void;
};

/** The first reason counts. */
function makeEnd(log: Logger): End {
  let settle: (end: EngineEnd) => void = () => undefined;
  const promise = new Promise<EngineEnd>(resolve => { settle = resolve; });
  let exitExpected = false;
  const close = (outcome: EngineEnd): void => {
    settle(outcome);
    settle = () => undefined;
  };
  const fail = (error: Error): void => {
    log.error({ error: error.message }, 'the engine has failed');
    close({ reason: 'failed', error });
  };
  return {
    promise,
    fail,
    childFailed: error => { if (!exitExpected) fail(error); },
    expectExit: () => { exitExpected = true; },
    stopped: () => close({ reason: 'stopped' }),
  };
}

type SilenceWatch = { readonly heard: () => void; readonly stop: () => void; readonly silent: Promise<number> };

function makeSilenceWatch(silenceMaxMs: number): SilenceWatch {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let report: (ms: number) => void = () => undefined;
  const silent = new Promise<number>(resolve => { report = resolve; });
  const heard = (): void => {
    if (stopped) return;
    clearTimeout(timer);
    timer = setTimeout(() => report(silenceMaxMs), silenceMaxMs);
  };
  heard();
  return { heard, silent, stop: () => { stopped = true; clearTimeout(timer); } };
}
