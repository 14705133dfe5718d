/** A small key-value chain, a genesis and an engine over it, for the tests of the embedded engine. */
import { createHash, createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmbeddedEngine, type EmbeddedOptions } from '../../../chain/engine/embedded/index.js';
import type { AbciApplication, ExecTxResult, RequestFinalizeBlock } from '../../../chain/abci/types.js';
import type { Logger } from '../../../chain/log.js';
import type { Engine, GenesisDoc, PrivValidatorKey } from '../../../chain/engine/types.js';

const none = new Uint8Array(0);
export const quiet: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** What the application has on its disk. */
export type Disk = { height: bigint; appHash: Uint8Array; data: Record<string, string> };
export const emptyDisk = (): Disk => ({ height: 0n, appHash: none, data: {} });

export type Step = 'initChain' | 'prepareProposal' | 'processProposal' | 'finalizeBlock' | 'commit' | 'after commit';
export type Hooks = {
  /** Called when a step is reached; may throw, which is how an application fails. 'after commit' is when the state is on disk. */
  at?(step: Step, height: bigint): void | Promise<void>;
  prepare?(txs: Uint8Array[]): Uint8Array[];
  retain?(height: bigint): bigint;
  finalize?(request: RequestFinalizeBlock): Partial<Awaited<ReturnType<AbciApplication['finalizeBlock']>>>;
  persist?(disk: Disk): void;
  /** What InitChain returns. */
  readonly genesisHash?: Uint8Array;
};
export type KvStore = AbciApplication & { readonly disk: Disk; readonly calls: string[] };

/** Txs are `key=value`; `bad…` fails CheckTx, `fail=…` fails in the block. The app hash covers height, time and data. */
export function makeKvStore(disk: Disk, hooks: Hooks = {}): KvStore {
  const calls: string[] = [];
  let pending: Disk | undefined;
  const reach = async (step: Step, height: bigint): Promise<void> => {
    calls.push(`${step} ${height}`);
    await hooks.at?.(step, height);
  };
  const unused = async (): Promise<never> => { throw new Error('not part of this chain'); };
  return {
    disk,
    calls,
    async info() {
      return { data: 'kv', version: '1', appVersion: 7n, lastBlockHeight: disk.height, lastBlockAppHash: disk.appHash };
    },
    async query({ data, path }) {
      const key = Buffer.from(data).toString();
      if (path === '/fail') return { code: 5, log: 'no such thing', info: '', index: 0n, key: none, value: none, proofOps: undefined, height: disk.height, codespace: 'kv' };
      return { code: 0, log: '', info: '', index: 0n, key: data, value: Buffer.from(disk.data[key] ?? ''), proofOps: undefined, height: disk.height, codespace: '' };
    },
    async checkTx({ tx }) {
      const text = Buffer.from(tx).toString();
      if (text.startsWith('bad')) return { ...okResult, code: 4, log: 'bad tx', codespace: 'kv' };
      return { ...okResult, gasWanted: 1n };
    },
    async initChain() {
      await reach('initChain', 0n);
      pending = undefined;
      return { consensusParams: undefined, validators: [], appHash: hooks.genesisHash ?? new Uint8Array(32).fill(1) };
    },
    async prepareProposal({ txs, height }) {
      await reach('prepareProposal', height);
      return { txs: hooks.prepare ? hooks.prepare(txs) : txs };
    },
    async processProposal({ height }) {
      await reach('processProposal', height);
      return { status: 1 };
    },
    async finalizeBlock(request) {
      await reach('finalizeBlock', request.height);
      const data = { ...disk.data };
      const txResults = request.txs.map(tx => execute(data, Buffer.from(tx).toString()));
      const text = JSON.stringify([String(request.height), String(request.time.seconds), request.time.nanos, Object.entries(data)]);
      const appHash = new Uint8Array(createHash('sha256').update(disk.appHash).update(text).digest());
      pending = { height: request.height, appHash, data };
      return {
        events: [{ type: 'block_seen', attributes: [{ key: 'height_text', value: `h${request.height}`, index: true }] }],
        txResults, validatorUpdates: [], consensusParamUpdates: undefined, appHash,
        ...hooks.finalize?.(request),
      };
    },
    async commit() {
      if (!pending) throw new Error('Commit without FinalizeBlock');
      const { height } = pending;
      await reach('commit', height);
      Object.assign(disk, pending);
      hooks.persist?.(disk);
      await reach('after commit', height);
      return { retainHeight: hooks.retain?.(height) ?? 0n };
    },
    extendVote: unused, verifyVoteExtension: unused,
    listSnapshots: unused, offerSnapshot: unused, loadSnapshotChunk: unused, applySnapshotChunk: unused,
  };
}

const okResult: ExecTxResult = { code: 0, data: none, log: '', info: '', gasWanted: 0n, gasUsed: 0n, events: [], codespace: '' };

function execute(data: Record<string, string>, text: string): ExecTxResult {
  const [key = '', value = ''] = text.split('=');
  if (key === 'fail') return { ...okResult, code: 9, log: 'told to fail', codespace: 'kv', gasUsed: 3n };
  data[key] = value;
  const attribute = (name: string, content: string): { key: string; value: string; index: boolean } => ({ key: name, value: content, index: name !== 'hidden' });
  return {
    ...okResult, data: Buffer.from(`did ${key}`), gasWanted: 10n, gasUsed: 7n,
    events: [{ type: 'put', attributes: [attribute('key', key), attribute('amount', `${value.length}uwind`), attribute('hidden', 'x')] }],
  };
}

/** A validator key from a seed byte. */
export function validatorKey(seed = 1): PrivValidatorKey {
  const seedBytes = Buffer.alloc(32, seed);
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seedBytes]);
  const spki = createPublicKey(createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })).export({ format: 'der', type: 'spki' });
  const publicBytes = spki.subarray(spki.length - 32);
  return {
    address: createHash('sha256').update(publicBytes).digest('hex').slice(0, 40).toUpperCase(),
    pub_key: { type: 'tendermint/PubKeyEd25519', value: publicBytes.toString('base64') },
    priv_key: { type: 'tendermint/PrivKeyEd25519', value: Buffer.concat([seedBytes, publicBytes]).toString('base64') },
  };
}

export function makeGenesis(changes: Partial<GenesisDoc> = {}): GenesisDoc {
  const key = validatorKey();
  return {
    genesis_time: '2026-01-02T03:04:05.000000006Z',
    chain_id: 'kv-test',
    initial_height: '1',
    consensus_params: {
      block: { max_bytes: '22020096', max_gas: '-1' },
      evidence: { max_age_num_blocks: '100000', max_age_duration: '172800000000000', max_bytes: '1048576' },
      validator: { pub_key_types: ['ed25519'] },
      version: { app: '0' },
      abci: { vote_extensions_enable_height: '0' },
    },
    validators: [{ address: key.address, pub_key: key.pub_key, power: '10', name: 'only' }],
    app_hash: '',
    app_state: {},
    ...changes,
  };
}

export function makeHome(): { home: string; remove(): void } {
  const home = mkdtempSync(join(tmpdir(), 'windlass-embedded-'));
  return { home, remove: () => rmSync(home, { recursive: true, force: true }) };
}

export function startEngine(home: string, application: AbciApplication, changes: Partial<EmbeddedOptions> = {}): Promise<Engine> {
  return startEmbeddedEngine({
    home, application, log: quiet, genesis: makeGenesis(), privValidatorKey: validatorKey(),
    nodeId: '00112233445566778899aabbccddeeff00112233', moniker: 'test', rpcLaddr: 'tcp://127.0.0.1:0',
    blockTimeMs: 40, minBlockTimeMs: 10, ...changes,
  });
}

/** Asks again until the answer is there; rejects after a bound. */
export async function eventually<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, boundMs = 10_000): Promise<T> {
  const end = performance.now() + boundMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`did not happen within ${boundMs} ms: ${what}`);
    await new Promise(resolve => { setTimeout(resolve, 10); });
  }
}

export type RpcAnswer = { result?: unknown; error?: { code: number; message: string; data?: string } };

export async function call(url: string, method: string, params: unknown = {}): Promise<RpcAnswer> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }) });
  return (await response.json()) as RpcAnswer;
}

export async function heightOf(url: string): Promise<bigint> {
  const { result } = await call(url, 'status');
  return BigInt((result as { sync_info: { latest_block_height: string } }).sync_info.latest_block_height);
}

export const waitForHeight = (url: string, height: bigint): Promise<true> =>
  eventually(`height ${height}`, async () => ((await heightOf(url)) >= height ? true : undefined));

/** A home and an engine that are gone when `use` has ended. */
export async function withEngine(use: (engine: Engine, app: KvStore) => Promise<void>, changes: Partial<EmbeddedOptions> = {}, hooks: Hooks = {}): Promise<void> {
  const { home, remove } = makeHome();
  try {
    const app = makeKvStore(emptyDisk(), hooks);
    const engine = await startEngine(home, app, changes);
    try {
      await use(engine, app);
    } finally {
      await engine.stop();
    }
  } finally {
    remove();
  }
}
