/** Distribution and slashing over a scripted staking and the real bank, in memory; the test is the chain. */
import assert from 'node:assert/strict';
import type { Misbehavior, VoteInfo } from '../../chain/abci/types.js';
import { coinsText, makeCoreModules, openMultiStore, parseCoins, type AuthKeeper, type BankKeeper, type Context, type Coins, type StoreBranch, type Validator } from '../../chain/index.js';
import { makeContext } from '../../chain/context.js';
import { addressText } from '../../chain/crypto/address.js';
import { decCoinsText, type DecCoins } from '../../chain/dec-coins.js';
import type { Dec } from '../../chain/decimal.js';
import { makeEventSink } from '../../chain/events.js';
import { makeInfiniteGasMeter } from '../../chain/gas.js';
import { makeConsensusKeeper, type ConsensusKeeper } from '../../chain/modules/consensus/index.js';
import { distributionHooks, makeDistributionModule, makeDistributionRows, type DistributionParts } from '../../chain/modules/distribution/index.js';
import { allCanWithdraw, holdingsAreTheBalance, periodsAreCounted } from '../../chain/modules/distribution/invariants.js';
import { makeSlashingKeeper, makeSlashingModule, slashingHooks, type SlashingKeeper } from '../../chain/modules/slashing/index.js';
import type { AnyMsgDefinition, Module } from '../../chain/module.js';
import { makeMemoryRows } from './chain-rows.js';
import { testCodecs } from './chain-app.js';
import { consensusOf, ScriptedStaking } from './scripted-staking.js';

export class RewardWorld {
  readonly auth: AuthKeeper;
  readonly bank: BankKeeper;
  readonly consensus: ConsensusKeeper = makeConsensusKeeper(testCodecs);
  readonly staking = new ScriptedStaking();
  readonly slashingKeeper: SlashingKeeper = makeSlashingKeeper(testCodecs);
  readonly parts: DistributionParts;
  readonly distribution: Module;
  readonly slashing: Module;
  readonly branch: StoreBranch;
  height = 1n;
  seconds = 1_700_000_000n;

  /** The modules' genesis states are given, or their defaults. */
  constructor({ distribution, slashing, balances = [] }: { distribution?: unknown; slashing?: unknown; balances?: readonly [address: string, coins: Coins][] } = {}) {
    const mint = { name: 'mint', permissions: ['minter'], mayReceive: true } as const;
    const core = makeCoreModules(testCodecs, [mint]);
    this.auth = core.auth;
    this.bank = core.bank;
    this.branch = openMultiStore({ names: ['acc', 'bank', 'consensus', 'distribution', 'slashing'], rows: makeMemoryRows(), pruning: 1 }).branch();
    this.parts = { rows: makeDistributionRows(testCodecs), bank: this.bank, staking: this.staking.view };
    this.distribution = makeDistributionModule(testCodecs, this.parts, this.auth);
    this.slashing = makeSlashingModule(testCodecs, this.slashingKeeper, this.staking.view, this.consensus);
    this.staking.hooks.push(distributionHooks(this.parts), slashingHooks(this.slashingKeeper, this.staking.view));
    for (const [address, coins] of balances) this.give(address, coins);
    const genesis = this.context('genesis');
    this.distribution.initGenesis?.(genesis, distribution, noRequest, noTx);
    this.slashing.initGenesis?.(genesis, slashing, noRequest, noTx);
    this.consensus.setParams(genesis, consensusParams);
  }

  context(mode: Context['mode'] = 'finalize'): Context {
    return makeContext({
      chainId: 'test', height: mode === 'genesis' ? 0n : this.height, time: { seconds: this.seconds, nanos: 0 }, mode, branch: this.branch,
      gas: makeInfiniteGasMeter(), events: makeEventSink(), tx: undefined, metered: false,
    });
  }

  give(address: string, coins: Coins): void {
    const ctx = this.context();
    this.bank.mint(ctx, 'mint', coins);
    this.bank.sendFromModule(ctx, 'mint', address, coins);
  }

  /** The next block begins: the fees wait, and these validators were to vote, `absent` ones did not. Returns its context, with the events of begin-block. */
  block(fees: string = '', voters: readonly (string | readonly [operator: string, power: bigint])[] = [], absent: readonly string[] = [], misbehavior: readonly Partial<Misbehaved>[] = []): Context {
    this.height += 1n;
    this.seconds += 5n;
    if (fees !== '') this.give(this.auth.moduleAddress('fee_collector'), coinsOf(fees));
    const ctx = this.context();
    const votes: VoteInfo[] = voters.map(voter => {
      const [operator, power] = typeof voter === 'string' ? [voter, this.staking.validator(voter).tokens / 1_000_000n] : voter;
      return { validator: { address: consensusOf(this.staking.validator(operator)), power }, blockIdFlag: absent.includes(operator) ? 1 : 2 };
    });
    const request = {
      txs: [], decidedLastCommit: { round: 0, votes }, misbehavior: misbehavior.map(one => this.#misbehaved(one)), hash: new Uint8Array(32), height: this.height, time: ctx.time,
      nextValidatorsHash: new Uint8Array(32), proposerAddress: votes[0]?.validator?.address ?? new Uint8Array(20), lastAppHash: new Uint8Array(32),
    };
    this.distribution.beginBlock?.(ctx, request);
    this.slashing.beginBlock?.(ctx, request);
    return ctx;
  }

  /** A block for which two voted with the same power, one of whom is no validator any more. */
  unknownVoter(gone: Validator, fees: string, known: string): Context {
    this.height += 1n;
    this.give(this.auth.moduleAddress('fee_collector'), coinsOf(fees));
    const ctx = this.context();
    const votes = [gone, this.staking.validator(known)].map(one => ({ validator: { address: consensusOf(one), power: 10n }, blockIdFlag: 2 }));
    this.distribution.beginBlock?.(ctx, { ...noBlock, height: this.height, time: ctx.time, decidedLastCommit: { round: 0, votes } });
    return ctx;
  }

  #misbehaved({ type = 1, operator = '', height = this.height - 1n, seconds = this.seconds - 5n, power = 100n }: Partial<Misbehaved>): Misbehavior {
    return { type, validator: { address: consensusOf(this.staking.validator(operator)), power }, height, time: { seconds, nanos: 0 }, totalVotingPower: power };
  }

  validator(fill: number, tokens: bigint, rate: Dec): string {
    const bytes = accountBytes(fill);
    return this.staking.create(this.context(), bytes, addressText(bytes), tokens, rate);
  }

  /** Runs a message as its handler would be run in a tx: its writes stay only if it is not refused. */
  send(module: Module, name: string, fields: object): { response: Record<string, unknown>; ctx: Context } {
    const definition = module.msgs?.find(({ codec }) => codec.typeName.endsWith(`.${name}`)) as AnyMsgDefinition;
    const message: unknown = definition.codec.decode(definition.codec.encode(fields));
    definition.validateBasic?.(message);
    const branch = this.branch.branch();
    const ctx = makeContext({ ...this.context(), branch, metered: false });
    const bytes = definition.handle(ctx, message);
    branch.write();
    return { response: testCodecs.of<Record<string, unknown>>(definition.responseTypeUrl.slice(1)).decode(bytes), ctx };
  }

  /** Asks a module's query as of now. */
  async ask<Response>(module: Module, name: string, request: object): Promise<Response> {
    const [path, handler] = Object.entries(module.queries ?? {}).find(([known]) => known.endsWith(`/${name}`)) ?? assert.fail(name);
    const prefix = path.slice(1, path.indexOf('.Query/'));
    const answer = await handler({ stores: this.branch, height: this.height, chainId: 'test' }, testCodecs.of<object>(`${prefix}.Query${name}Request`).encode(request));
    return testCodecs.of<Response>(`${prefix}.Query${name}Response`).decode(answer);
  }

  balance(address: string): string {
    return coinsText(this.bank.balances(this.branch, address));
  }

  outstanding(operator: string): string {
    return decCoinsText(this.parts.rows.outstanding.get(this.branch, operator) ?? []);
  }

  commission(operator: string): string {
    return decCoinsText(this.parts.rows.commission.get(this.branch, operator) ?? []);
  }

  pool(): DecCoins {
    return this.parts.rows.pool(this.branch);
  }

  /** Throws with the first invariant that does not hold. */
  check(): void {
    const parts = { ...this.parts, auth: this.auth };
    const problem = holdingsAreTheBalance(parts, this.branch) ?? periodsAreCounted(parts, this.branch) ?? allCanWithdraw(parts, this.branch, this.height);
    assert.equal(problem, undefined);
  }
}

type Misbehaved = { type: number; operator: string; height: bigint; seconds: bigint; power: bigint };

export const accountBytes = (fill: number): Uint8Array => new Uint8Array(20).fill(fill);
export const coinsOf = (text: string): Coins => parseCoins(text.split(',').map(one => ({ amount: /^\d+/.exec(one)?.[0] ?? '', denom: one.replace(/^\d+/, '') })));

const consensusParams = {
  block: { maxBytes: 22_020_096n, maxGas: -1n }, evidence: { maxAgeNumBlocks: 10n, maxAgeDuration: { seconds: 100n, nanos: 0 }, maxBytes: 1_048_576n },
  validator: { pubKeyTypes: ['ed25519'] }, version: { app: 0n }, abci: { voteExtensionsEnableHeight: 0n },
};
const noTx = (): never => {
  throw new Error('this world has no genesis txs');
};
const noBlock = { txs: [], misbehavior: [], hash: new Uint8Array(32), nextValidatorsHash: new Uint8Array(32), proposerAddress: new Uint8Array(20), lastAppHash: new Uint8Array(32) };
const noRequest = { time: { seconds: 0n, nanos: 0 }, chainId: 'test', consensusParams, validators: [], appStateBytes: new Uint8Array(0), initialHeight: 1n };
