/** Staking without blocks of txs: messages go to their handlers, blocks begin and end by hand, time is the test's. */
import type { RequestFinalizeBlock, ValidatorUpdate } from '../../chain/abci/types.js';
import { accountAddress, addressText, consensusAddress, makeCoreModules, moduleAddress, openMultiStore, operatorAddress, Refusal, type CoreModules, type KVStore, type Module, type Validator } from '../../chain/index.js';
import { coreStores } from '../../chain/core-modules.js';
import { makeContext, type Context } from '../../chain/context.js';
import { sha256 } from '../../chain/crypto/address.js';
import { makeEventSink } from '../../chain/events.js';
import { makeInfiniteGasMeter } from '../../chain/gas.js';
import { faultsOfStaking } from '../../chain/modules/staking/index.js';
import { testCodecs, testChainId } from './chain-app.js';
import { makeMemoryRows } from './chain-rows.js';

export const day = 24n * 60n * 60n;
export const unbondingSeconds = 21n * day;

/** The account of person `n`, and the same person as an operator. */
export const personOf = (n: number): string => addressText(sha256(Buffer.from(`person ${n}`)).slice(0, 20));
export const operatorOf = (n: number): string => operatorAddress.text(accountAddress.bytes(personOf(n)));
export const consensusKeyOf = (n: number): Uint8Array => sha256(Buffer.from(`consensus ${n}`));
export const consensusOf = (n: number): Uint8Array => sha256(consensusKeyOf(n)).slice(0, 20);
export const consensusText = (n: number): string => consensusAddress.text(consensusOf(n));
export const uwind = (amount: bigint | number): { denom: string; amount: string } => ({ denom: 'uwind', amount: amount.toString() });

/** What a message came to: its decoded answer, or why it was refused. */
export type Outcome = { readonly refused?: string; readonly code?: string; readonly answer?: Record<string, unknown>; readonly events: readonly string[] };

export type StakingWorldOptions = {
  /** Fields of app_state.staking.params, over the defaults. */
  readonly params?: object;
  readonly people?: number;
  readonly balance?: bigint;
  /** Instead of people with coins: all of app_state. */
  readonly appState?: Record<string, unknown>;
};

/** What CometBFT says of validators with a block. */
export type BlockNews = Partial<Pick<RequestFinalizeBlock, 'decidedLastCommit' | 'misbehavior'>>;

const defaultParams = { unbonding_time: `${unbondingSeconds}s`, max_validators: 100, max_entries: 7, historical_entries: 3, bond_denom: 'uwind', min_commission_rate: '0' };

export class StakingWorld {
  readonly core: CoreModules;
  height = 0n;
  time = { seconds: 1_700_000_000n, nanos: 0 };
  /** What the last end-block, or genesis, answered. */
  updates: readonly ValidatorUpdate[] = [];
  #branch;

  constructor(options: StakingWorldOptions = {}) {
    this.core = makeCoreModules(testCodecs, []);
    this.#branch = openMultiStore({ names: coreStores, rows: makeMemoryRows(), pruning: 1 }).branch();
    const ctx = this.context('genesis');
    const consensus = testCodecs.of<object>('tendermint.types.ConsensusParams').encode({ validator: { pubKeyTypes: ['ed25519'] } });
    ctx.store('consensus').set(Buffer.from('Consensus'), consensus);
    const appState = options.appState ?? genesisOf(options);
    const request = { time: this.time, chainId: testChainId, consensusParams: undefined, validators: [], appStateBytes: new Uint8Array(0), initialHeight: 1n };
    const noTx = (): never => {
      throw new Error('this world has no genesis txs');
    };
    for (const module of this.core.modules) {
      const updates = module.initGenesis?.(ctx, appState[module.name], request, noTx);
      if (updates && updates.length > 0) this.updates = updates;
    }
  }

  get stores(): { store(name: string): KVStore } {
    return this.#branch;
  }

  context(mode: Context['mode'] = 'finalize', branch = this.#branch): Context {
    return makeContext({
      chainId: testChainId, height: this.height, time: this.time, mode, branch, gas: makeInfiniteGasMeter(), events: makeEventSink(), tx: undefined, metered: false,
    });
  }

  /** Runs `act` as the code of a module, in a branch that is kept unless it refuses. */
  act<T>(act: (ctx: Context) => T): { value: T; events: readonly string[] } {
    const branch = this.#branch.branch();
    const ctx = this.context(this.height === 0n ? 'genesis' : 'finalize', branch); // the first validators are those of genesis txs
    const value = act(ctx);
    branch.write();
    return { value, events: eventTexts(ctx) };
  }

  /** A message by its short name, such as MsgDelegate. */
  run(name: string, value: object): Outcome {
    const typeUrl = `/cosmos.staking.v1beta1.${name}`;
    const definition = this.core.modules.flatMap(({ msgs = [] }) => msgs).find(({ codec }) => codec.typeUrl === typeUrl);
    if (!definition) throw new Error(`no module handles ${typeUrl}`);
    const msg: unknown = definition.codec.decode(definition.codec.encode(value));
    try {
      definition.validateBasic?.(msg);
      const { value: bytes, events } = this.act(ctx => definition.handle(ctx, msg));
      return { answer: testCodecs.of<Record<string, unknown>>(definition.responseTypeUrl.slice(1)).decode(bytes), events };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { refused: error.message, code: `${error.codespace}/${error.code}`, events: [] };
    }
  }

  /** Ends the block and begins the next, `seconds` later. Throws when an invariant of staking is broken. */
  nextBlock(seconds = 1n, block: BlockNews = {}): readonly string[] {
    const ctx = this.context();
    this.updates = this.core.modules.flatMap(module => [...(module.endBlock?.(ctx) ?? [])]);
    const faults = faultsOfStaking(this.core.stakingParts, this.core.auth, this.#branch);
    if (faults.length > 0) throw new Error(`after block ${this.height}: ${faults.join('; ')}`);
    this.height += 1n;
    this.time = { seconds: this.time.seconds + seconds, nanos: 0 };
    const begun = this.context();
    for (const module of this.core.modules) module.beginBlock?.(begun, { ...this.#blockRequest(), ...block });
    return eventTexts(ctx);
  }

  #blockRequest(): Parameters<NonNullable<Module['beginBlock']>>[1] {
    return {
      txs: [], decidedLastCommit: { round: 0, votes: [] }, misbehavior: [], hash: new Uint8Array(32), height: this.height, time: this.time, nextValidatorsHash: new Uint8Array(32),
      proposerAddress: new Uint8Array(20), lastAppHash: new Uint8Array(32),
    };
  }

  validator(n: number): Validator {
    const found = this.core.staking.validator(this.#branch, operatorOf(n));
    if (!found) throw new Error(`there is no validator ${n}`);
    return found;
  }

  balance(person: number): bigint {
    return this.core.bank.balance(this.#branch, personOf(person), 'uwind');
  }

  pool(name: 'bonded_tokens_pool' | 'not_bonded_tokens_pool'): bigint {
    return this.core.bank.balance(this.#branch, addressText(moduleAddress(name)), 'uwind');
  }

  /** Person n makes a validator of their own. */
  create(n: number, amount: bigint, more: object = {}): Outcome {
    return this.run('MsgCreateValidator', { ...creation(n, amount), ...more });
  }

  delegate(person: number, validator: number, amount: bigint): Outcome {
    return this.run('MsgDelegate', { delegatorAddress: personOf(person), validatorAddress: operatorOf(validator), amount: uwind(amount) });
  }

  undelegate(person: number, validator: number, amount: bigint): Outcome {
    return this.run('MsgUndelegate', { delegatorAddress: personOf(person), validatorAddress: operatorOf(validator), amount: uwind(amount) });
  }

  redelegate(person: number, from: number, to: number, amount: bigint): Outcome {
    return this.run('MsgBeginRedelegate', {
      delegatorAddress: personOf(person), validatorSrcAddress: operatorOf(from), validatorDstAddress: operatorOf(to), amount: uwind(amount),
    });
  }

  /** The updates of the last end-block as `validator=power`. */
  updateTexts(): string[] {
    const names = new Map(Array.from({ length: 30 }, (_, n) => [Buffer.from(consensusKeyOf(n)).toString('hex'), n]));
    return this.updates.map(({ pubKey, power }) => `${names.get(Buffer.from(pubKey.ed25519 ?? []).toString('hex')) ?? '?'}=${power}`);
  }
}

export function creation(n: number, amount: bigint): Record<string, unknown> {
  return {
    description: { moniker: `v${n}`, identity: '', website: '', securityContact: '', details: '' },
    commission: { rate: '100000000000000000', maxRate: '200000000000000000', maxChangeRate: '10000000000000000' },
    minSelfDelegation: '1', delegatorAddress: '', validatorAddress: operatorOf(n), value: uwind(amount),
    pubkey: { typeUrl: '/cosmos.crypto.ed25519.PubKey', value: testCodecs.of<{ key: Uint8Array }>('cosmos.crypto.ed25519.PubKey').encode({ key: consensusKeyOf(n) }) },
  };
}

function genesisOf({ params = {}, people = 10, balance = 1_000_000_000n }: StakingWorldOptions): Record<string, unknown> {
  const addresses = Array.from({ length: people }, (_, n) => personOf(n));
  return {
    auth: { accounts: addresses.map((address, n) => ({ '@type': '/cosmos.auth.v1beta1.BaseAccount', address, pub_key: null, account_number: String(n), sequence: '0' })) },
    bank: { balances: addresses.map(address => ({ address, coins: [uwind(balance)] })) },
    staking: { params: { ...defaultParams, ...params } },
  };
}

function eventTexts(ctx: Context): string[] {
  return ctx.events.events.map(({ type, attributes }) => `${type} ${attributes.map(({ key, value }) => `${key}=${value}`).join(' ')}`);
}
