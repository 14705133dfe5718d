/** What the tests with a real CometBFT share: a home, a small application, and the binary or the reason to skip. */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { AbciApplication } from '../../../chain/abci/types.js';
import { findCometBinary, startCometEngine, type CometEngine, type CometEngineOptions } from '../../../chain/engine/comet/index.js';
import {
  defaultConsensusParams, ensurePrivValidatorState, genesisValidatorOf, makeNodeKey, makePrivValidatorKey, writeCometConfig,
  writeGenesis, writeNodeKey, writePrivValidatorKey,
} from '../../../chain/engine/home-files/index.js';
import type { GenesisDoc, GenesisValidator } from '../../../chain/engine/types.js';
import { makeScriptedApplication, makeTestLog, type LogLine } from '../abci/support.js';

/** The binary, or why there is none: then tests that need it are skipped. */
export async function cometOrReason(): Promise<{ binary: string; skip: false } | { binary: undefined; skip: string }> {
  try {
    return { binary: await findCometBinary(), skip: false };
  } catch (error) {
    return { binary: undefined, skip: error instanceof Error ? error.message : String(error) };
  }
}

const cleanups = new WeakMap<TestContext, (() => Promise<void>)[]>();

/** A folder that is removed at the end of the test, after everything that was started in it has stopped. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-comet-'));
  stopBeforeRemoval(t, async () => undefined);
  t.after(async () => {
    for (const stop of (cleanups.get(t) ?? []).splice(0)) await stop();
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

function stopBeforeRemoval(t: TestContext, stop: () => Promise<void>): void {
  cleanups.set(t, [...(cleanups.get(t) ?? []), stop]);
}

export function makeGenesis(validators: readonly GenesisValidator[]): GenesisDoc {
  return {
    genesis_time: '2026-01-02T03:04:05Z',
    chain_id: 'comet-test',
    initial_height: '1',
    consensus_params: defaultConsensusParams,
    validators: validators.map(({ address, pub_key, power, name }) => ({ address, pub_key, power, name })),
    app_hash: '',
    app_state: { greeting: 'ahoy' },
  };
}

/** A home with one validator, fast timeouts, and everything CometBFT reads. */
export function makeHome(t: TestContext): string {
  const home = temporaryFolder(t);
  const key = makePrivValidatorKey();
  writePrivValidatorKey(home, key);
  writeNodeKey(home, makeNodeKey());
  ensurePrivValidatorState(home);
  writeGenesis(home, makeGenesis([genesisValidatorOf(key, 10n, 'solo')]));
  writeCometConfig(home, { moniker: 'solo', proxyApp: 'tcp://127.0.0.1:1', rpcLaddr: 'tcp://127.0.0.1:0', p2pLaddr: 'tcp://127.0.0.1:0', timeouts: 'fast', blockTimeMs: 50 });
  return home;
}

export type Kvstore = AbciApplication & {
  height(): bigint;
  get(key: string): string | undefined;
  /** What was called, by name; FinalizeBlock with its height. */
  readonly calls: string[];
  /** What a store that lost its last commits would hold. */
  goBackTo(height: bigint): void;
};

/** `key=value` transactions; the app hash is a hash over all pairs and the height. Keeps every committed state. */
export function makeKvstore(): Kvstore {
  const plain = makeScriptedApplication({});
  const calls: string[] = [];
  let states: { height: bigint; pairs: Map<string, string>; appHash: Uint8Array }[] = [];
  let working: (typeof states)[number] | undefined;
  const last = (): (typeof states)[number] => states.at(-1) ?? { height: 0n, pairs: new Map(), appHash: new Uint8Array(0) };
  const parse = (tx: Uint8Array): [string, string] | undefined => {
    const [key, value, ...more] = Buffer.from(tx).toString().split('=');
    return key && value && more.length === 0 ? [key, value] : undefined;
  };
  const result = { ...emptyTxResult };
  return {
    ...plain,
    calls,
    height: () => last().height,
    get: key => last().pairs.get(key),
    goBackTo: height => { states = states.filter(state => state.height <= height); },
    info: async () => ({ data: 'kv', version: '1', appVersion: 0n, lastBlockHeight: last().height, lastBlockAppHash: last().appHash }),
    initChain: async request => {
      calls.push('initChain');
      return plain.initChain(request);
    },
    checkTx: async ({ tx }) => ({ ...result, code: parse(tx) ? 0 : 1 }),
    query: async request => {
      const value = last().pairs.get(Buffer.from(request.data).toString());
      return { ...(await plain.query(request)), code: value === undefined ? 1 : 0, value: Buffer.from(value ?? ''), height: last().height };
    },
    finalizeBlock: async ({ height, txs }) => {
      calls.push(`finalizeBlock ${height}`);
      const pairs = new Map(last().pairs);
      const txResults = txs.map(tx => {
        const pair = parse(tx);
        if (pair) pairs.set(...pair);
        return { ...result, code: pair ? 0 : 1 };
      });
      const appHash = createHash('sha256').update(JSON.stringify([height.toString(), [...pairs].map(([key, value]) => `${key}=${value}`).sort()])).digest();
      working = { height, pairs, appHash };
      return { events: [], txResults, validatorUpdates: [], consensusParamUpdates: undefined, appHash };
    },
    commit: async () => {
      if (!working) throw new Error('Commit without FinalizeBlock');
      states.push(working);
      working = undefined;
      return { retainHeight: 0n };
    },
  };
}

const emptyTxResult = { code: 0, data: new Uint8Array(0), log: '', info: '', gasWanted: 0n, gasUsed: 0n, events: [], codespace: '' };

export async function startEngine(t: TestContext, home: string, application: AbciApplication, more: Partial<CometEngineOptions> = {}): Promise<{ engine: CometEngine; lines: LogLine[] }> {
  const { log, lines } = makeTestLog();
  const engine = await startCometEngine({
    home, application, log, withComet: true,
    abciAddress: `unix://${join(home, 'data', 'abci.sock')}`,
    rpcLaddr: 'tcp://127.0.0.1:0',
    p2pLaddr: 'tcp://127.0.0.1:0',
    silenceMaxMs: 20_000,
    ...more,
  });
  stopBeforeRemoval(t, () => engine.stop());
  return { engine, lines };
}

/** One call of the JSON-RPC over HTTP. */
export async function rpc(url: string, method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), signal: AbortSignal.timeout(15_000) });
  const { result, error } = (await response.json()) as { result?: Record<string, unknown>; error?: unknown };
  if (!result) throw new Error(`${method}: ${JSON.stringify(error)}`);
  return result;
}

/** Rejects when the promise has not settled in time. */
export async function within<T>(promise: Promise<T>, ms: number, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => { timer = setTimeout(() => reject(new Error(`${what}: not within ${ms} ms`)), ms); });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
