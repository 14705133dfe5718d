/** What an application is made of, put together once; and the little that changes from block to block. */
import assert from 'node:assert/strict';
import type { Timestamp } from './abci/types.js';
import { parseMinGasPrices, type AnteEnvironment } from './ante/index.js';
import type { BaseAppHooks } from './base-app.js';
import type { Codecs } from './codec/index.js';
import type { Logger } from './log.js';
import { makeConsensusKeeper, makeConsensusModule, type ConsensusKeeper } from './modules/consensus/index.js';
import type { AuthKeeper } from './modules/auth/index.js';
import type { BankKeeper } from './modules/bank/index.js';
import type { AnyMsgDefinition, Module, QueryHandler } from './module.js';
import { makeMessageRouter } from './router.js';
import { makeSignBytesMaker } from './sign-bytes.js';
import type { MultiStore, StoreBranch, PreparedVersion } from './store/types.js';
import { makeTxDecoder } from './tx-decode.js';
import type { TxLookup } from './tx-service.js';

export type BaseAppOptions = {
  /** Their order is that of genesis, begin-block and end-block. Module `consensus` is always there, first. */
  readonly modules: readonly Module[];
  /** Of the ante handlers; the modules of the same names work on the same stores. */
  readonly auth: AuthKeeper;
  readonly bank: BankKeeper;
  readonly store: MultiStore;
  readonly codecs: Codecs;
  readonly hooks: BaseAppHooks;
  /** ResponseInfo.data and .version. */
  readonly appName: string;
  readonly version: string;
  /** Asked in CheckTx only: any one of them suffices. amount is decimal text, such as 0.025. */
  readonly minGasPrices: readonly { readonly denom: string; readonly amount: string }[];
  readonly log: Logger;
  /** Finds committed txs for GetTx; without it every tx is not found. */
  readonly txLookup?: TxLookup;
};

export type Machine = Omit<BaseAppOptions, 'minGasPrices'> & {
  readonly consensus: ConsensusKeeper;
  readonly messages: ReadonlyMap<string, AnyMsgDefinition>;
  readonly queries: ReadonlyMap<string, QueryHandler>;
  readonly ante: AnteEnvironment;
};

/** S(initial−1), in memory until the first block is committed. */
export type GenesisState = { readonly branch: StoreBranch; readonly initialHeight: bigint };

export type AppState = {
  chainId: string;
  genesis: GenesisState | undefined;
  /** What FinalizeBlock made, until Commit. */
  pending: { readonly height: bigint; readonly time: Timestamp; readonly prepared: PreparedVersion } | undefined;
  /** What CheckTx works on: the committed state and the effects of ante on it since. Undefined before InitChain. */
  check: StoreBranch | undefined;
  /** Of the last block, or of genesis; zero after a restart until the next block. Only CheckTx and simulations see it. */
  time: Timestamp;
};

/** Throws an Error when parts do not fit together: two owners of a message, a store that is not there. */
export function makeMachine(options: BaseAppOptions): Machine {
  const { codecs, auth, bank, store } = options;
  const consensus = makeConsensusKeeper(codecs);
  const modules = [makeConsensusModule(codecs, consensus), ...options.modules];
  requireStores(store, modules);
  const messages = byName(modules.flatMap(({ msgs = [] }) => msgs.map(definition => [definition.codec.typeUrl, definition] as const)), 'message');
  const queries = byName(modules.flatMap(({ queries: own = {} }) => Object.entries(own)), 'query');
  const decoder = makeTxDecoder(codecs, messages);
  const ante: AnteEnvironment = { auth, bank, decoder, signBytes: makeSignBytesMaker(codecs, [...messages.values(), ...modules.flatMap(({ aminoTypes = [] }) => aminoTypes)], decoder), minGasPrices: parseMinGasPrices(options.minGasPrices) };
  const router = makeMessageRouter(messages);
  for (const module of modules) module.connect?.(router);
  return { ...options, modules, consensus, messages, queries, ante };
}

function requireStores(store: MultiStore, modules: readonly Module[]): void {
  for (const { name, stores } of modules) {
    for (const needed of stores) {
      if (!store.names.includes(needed)) throw new Error(`module ${name} needs store ${needed}, which the multi-store does not have`);
    }
  }
}

function byName<V>(entries: readonly (readonly [string, V])[], kind: string): ReadonlyMap<string, V> {
  const map = new Map(entries);
  const repeated = entries.find(([name], index) => entries.findIndex(([other]) => other === name) !== index);
  if (repeated) throw new Error(`${kind} ${repeated[0]} has two owners`);
  return map;
}

/** The state of a node that starts: from its store, or empty when nothing was ever committed. */
export function initialState(machine: Machine): AppState {
  const { store, consensus } = machine;
  const zero = { seconds: 0n, nanos: 0 };
  if (store.version === 0n) return { chainId: '', genesis: undefined, pending: undefined, check: undefined, time: zero };
  const check = store.branch();
  return { chainId: consensus.chainId(check), genesis: undefined, pending: undefined, check, time: zero };
}

/** The height of the block that comes next; undefined before InitChain. */
export function nextHeight({ store }: Machine, state: AppState): bigint | undefined {
  return store.version > 0n ? store.version + 1n : state.genesis?.initialHeight;
}

/** A fresh root branch of the state before the next block. Genesis is copied into it: it must survive a block that is given twice. */
export function branchForBlock({ store }: Machine, state: AppState): StoreBranch {
  const root = store.branch();
  if (store.version > 0n) return root;
  assert(state.genesis !== undefined, 'InitChain comes before the first block');
  for (const name of store.names) {
    const to = root.store(name);
    for (const [key, value] of state.genesis.branch.store(name).iterate()) to.set(key, value);
  }
  return root;
}

