/** A chain in process: base app, multi-store over rows in memory, and the engine's part played by hand. */
import type { ExecTxResult, RequestFinalizeBlock, RequestInitChain, ResponseFinalizeBlock, ResponseQuery } from '../../chain/abci/types.js';
import {
  addressText, chainProtoFolder, coreStores, makeBaseApp, makeCodecs, makeCoreModules, openMultiStore,
  type BaseApp, type BaseAppHooks, type BaseAppOptions, type Codecs, type CoreModules, type Logger, type Module, type ModuleAccountSpec, type MultiStore,
} from '../../chain/index.js';
import { makeMemoryRows, type MemoryRows } from './chain-rows.js';

export const testChainId = 'windlass-test';
export const testCodecs: Codecs = makeCodecs([chainProtoFolder]);

export const silentLog: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

export type GenesisAccount = { readonly address: string; readonly coins: readonly { denom: string; amount: string }[] };

export type TestChainOptions = {
  readonly accounts?: readonly GenesisAccount[];
  readonly moduleAccounts?: readonly ModuleAccountSpec[];
  /** Made with the core keepers. */
  readonly modules?: (core: CoreModules) => readonly Module[];
  /** Names of core modules that the test has its own of. */
  readonly without?: readonly string[];
  readonly extraStores?: readonly string[];
  readonly codecs?: Codecs;
  readonly hooks?: Partial<BaseAppHooks>;
  readonly minGasPrices?: BaseAppOptions['minGasPrices'];
  readonly maxGas?: bigint;
  readonly initialHeight?: bigint;
  readonly pruning?: number;
  readonly appState?: Record<string, unknown>;
  readonly txLookup?: BaseAppOptions['txLookup'];
  readonly log?: Logger;
};

export type TestChain = {
  readonly app: BaseApp;
  readonly core: CoreModules;
  readonly codecs: Codecs;
  readonly store: MultiStore;
  readonly genesis: RequestInitChain;
  /** The height of the last committed block. */
  height(): bigint;
  /** FinalizeBlock and Commit of the next height. */
  block(txs?: readonly Uint8Array[]): Promise<ResponseFinalizeBlock>;
  request(txs?: readonly Uint8Array[]): RequestFinalizeBlock;
  deliver(tx: Uint8Array): Promise<ExecTxResult>;
  check(tx: Uint8Array): Promise<ExecTxResult>;
  query(path: string, data: Uint8Array, options?: { height?: bigint; prove?: boolean }): Promise<ResponseQuery>;
  /** A gRPC-style query with decoded request and answer; throws the log of a refusal. */
  ask<Response>(path: string, requestType: string, responseType: string, request: object): Promise<Response>;
  balance(address: string, denom?: string): bigint;
  account(address: string): { accountNumber: bigint; sequence: bigint } | undefined;
  /** The same chain in a new process: a new app over the same rows. */
  restart(): TestChain;
};

/** A started chain: InitChain was called, no block yet. */
export async function makeTestChain(options: TestChainOptions = {}): Promise<TestChain> {
  const chain = openTestChain(options, makeMemoryRows());
  await chain.app.initChain(chain.genesis);
  return chain;
}

/** The app over given rows, before InitChain. */
export function openTestChain(options: TestChainOptions, rows: MemoryRows): TestChain {
  const codecs = options.codecs ?? testCodecs;
  const core = makeCoreModules(codecs, options.moduleAccounts ?? []);
  const store = openMultiStore({ names: [...coreStores, ...(options.extraStores ?? [])], rows, pruning: options.pruning ?? 100 });
  const app = makeBaseApp({
    ...core,
    modules: [...core.modules.filter(({ name }) => !options.without?.includes(name)), ...(options.modules?.(core) ?? [])],
    store,
    codecs,
    hooks: {
      persist: prepared => {
        rows.apply(prepared.rows);
        return Promise.resolve();
      },
      ...options.hooks,
    },
    appName: 'windlass', version: '0.0.0-test', minGasPrices: options.minGasPrices ?? [], log: options.log ?? silentLog,
    ...(options.txLookup ? { txLookup: options.txLookup } : {}),
  });
  const initialHeight = options.initialHeight ?? 1n;
  const next = (): bigint => (store.version === 0n ? initialHeight : store.version + 1n);
  const request = (txs: readonly Uint8Array[] = []): RequestFinalizeBlock => ({
    txs: [...txs], decidedLastCommit: undefined, misbehavior: [], hash: new Uint8Array(32), height: next(),
    time: { seconds: 1_700_000_000n + next(), nanos: 0 }, nextValidatorsHash: new Uint8Array(32), proposerAddress: new Uint8Array(20),
  });
  const block = async (txs: readonly Uint8Array[] = []): Promise<ResponseFinalizeBlock> => {
    const response = await app.finalizeBlock(request(txs));
    await app.commit();
    return response;
  };
  const query: TestChain['query'] = (path, data, { height = 0n, prove = false } = {}) => app.query({ path, data, height, prove });
  return {
    app, core, codecs, store, request, block, query,
    genesis: testGenesis(options, initialHeight),
    height: () => store.version,
    deliver: async tx => (await block([tx])).txResults[0] as ExecTxResult,
    check: tx => app.checkTx({ tx, type: 0 }),
    ask: async <Response>(path: string, requestType: string, responseType: string, message: object): Promise<Response> => {
      const response = await query(path, codecs.of<object>(requestType).encode(message));
      if (response.code !== 0) throw new Error(response.log);
      return codecs.of<Response>(responseType).decode(response.value);
    },
    balance: (address, denom = 'uwind') => core.bank.balance(store.branch(), address, denom),
    account: address => core.auth.account(store.branch(), address),
    restart: () => openTestChain(options, rows),
  };
}

function testGenesis({ accounts = [], maxGas = -1n, appState = {} }: TestChainOptions, initialHeight: bigint): RequestInitChain {
  const state = {
    auth: {
      accounts: accounts.map(({ address }, index) => ({ '@type': '/cosmos.auth.v1beta1.BaseAccount', address, pub_key: null, account_number: String(index), sequence: '0' })),
    },
    bank: { balances: accounts.map(({ address, coins }) => ({ address, coins })) },
    ...appState,
  };
  return {
    time: { seconds: 1_700_000_000n, nanos: 0 }, chainId: testChainId, validators: [], initialHeight,
    consensusParams: {
      block: { maxBytes: 22_020_096n, maxGas }, evidence: { maxAgeNumBlocks: 100_000n, maxAgeDuration: { seconds: 172_800n, nanos: 0 }, maxBytes: 1_048_576n },
      validator: { pubKeyTypes: ['ed25519'] }, version: { app: 0n }, abci: { voteExtensionsEnableHeight: 0n },
    },
    appStateBytes: Buffer.from(JSON.stringify(state)),
  };
}

/** A valid address that nobody has the key of. */
export const strangerAddress = (fill: number): string => addressText(new Uint8Array(20).fill(fill));
