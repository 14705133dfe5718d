/** app_state.distribution in the SDK's JSON: in, and out again. */
import { coinsText, type WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { consensusAddress, operatorAddress, parseAddress } from '../../crypto/address.js';
import { addDecCoins, decCoinsFromWire, splitDecCoins, toWireDecCoins, type DecCoins } from '../../dec-coins.js';
import { decFromWire, decOne } from '../../decimal.js';
import type { AuthKeeper } from '../auth/index.js';
import type { Readable } from '../state.js';
import { distributionModule } from './errors.js';
import { distributionParamsDefault, problemOfParams, storedParams, toWireParams, type WireDistributionParams } from './params.js';
import {
  fromWireCurrent, fromWireHistorical, fromWireSlashEvent, fromWireStartingInfo, toWireCurrent, toWireHistorical, toWireSlashEvent, toWireStartingInfo,
  type WireCurrent, type WireHistorical, type WireSlashEvent, type WireStartingInfo,
} from './records.js';
import type { DistributionParts } from './rewards.js';
import type { DistributionRows } from './rows.js';

type Of<T> = { validatorAddress: string } & T;
type WireGenesis = {
  params: WireDistributionParams | undefined;
  feePool: { communityPool: WireCoin[] } | undefined;
  delegatorWithdrawInfos: { delegatorAddress: string; withdrawAddress: string }[];
  previousProposer: string;
  outstandingRewards: Of<{ outstandingRewards: WireCoin[] }>[];
  validatorAccumulatedCommissions: Of<{ accumulated: { commission: WireCoin[] } | undefined }>[];
  validatorHistoricalRewards: Of<{ period: bigint; rewards: WireHistorical | undefined }>[];
  validatorCurrentRewards: Of<{ rewards: WireCurrent | undefined }>[];
  delegatorStartingInfos: Of<{ delegatorAddress: string; startingInfo: WireStartingInfo | undefined }>[];
  validatorSlashEvents: Of<{ height: bigint; period: bigint; validatorSlashEvent: WireSlashEvent | undefined }>[];
};

const genesisType = 'cosmos.distribution.v1beta1.GenesisState';

/** Checks and stores; comes before staking, whose validators need the pool. Throws an Error that says what is wrong. */
export function initDistributionGenesis(codecs: Codecs, { rows, bank }: DistributionParts, auth: AuthKeeper, ctx: Context, state: unknown): void {
  const genesis = codecs.of<WireGenesis>(genesisType).fromJson(state ?? {});
  const problem = genesis.params && problemOfParams({ ...genesis.params, baseProposerReward: '0', bonusProposerReward: '0' });
  if (problem !== undefined) fail('params', problem);
  rows.setParams(ctx, genesis.params ? storedParams(genesis.params) : distributionParamsDefault);
  const pool = coins('fee_pool', genesis.feePool?.communityPool ?? []);
  rows.setPool(ctx, pool);
  for (const { delegatorAddress, withdrawAddress } of genesis.delegatorWithdrawInfos) {
    rows.setWithdrawAddress(ctx, account('delegator_withdraw_infos', delegatorAddress), account('delegator_withdraw_infos', withdrawAddress));
  }
  if (genesis.previousProposer !== '') rows.setPreviousProposer(ctx, proposerBytes(genesis.previousProposer));
  const held = storeValidators(rows, ctx, genesis).reduce(addDecCoins, pool);
  auth.ensureModuleAccount(ctx, distributionModule);
  requireBalance(held, coinsText(bank.balances(ctx, auth.moduleAddress(distributionModule))));
}

/** Returns what is outstanding, validator by validator. */
function storeValidators(rows: DistributionRows, ctx: Context, genesis: WireGenesis): DecCoins[] {
  for (const { validatorAddress, accumulated } of genesis.validatorAccumulatedCommissions) {
    rows.commission.set(ctx, operator('validator_accumulated_commissions', validatorAddress), coins('validator_accumulated_commissions', accumulated?.commission ?? []));
  }
  for (const { validatorAddress, period, rewards } of genesis.validatorHistoricalRewards) {
    const place = 'validator_historical_rewards';
    const { cumulativeRewardRatio, referenceCount } = present(place, rewards);
    coins(place, cumulativeRewardRatio);
    rows.setHistorical(ctx, operator(place, validatorAddress), period, fromWireHistorical({ cumulativeRewardRatio, referenceCount }));
  }
  for (const { validatorAddress, rewards } of genesis.validatorCurrentRewards) {
    const place = 'validator_current_rewards';
    const current = present(place, rewards);
    coins(place, current.rewards);
    rows.current.set(ctx, operator(place, validatorAddress), fromWireCurrent(current));
  }
  for (const { validatorAddress, delegatorAddress, startingInfo } of genesis.delegatorStartingInfos) {
    const place = 'delegator_starting_infos';
    const info = present(place, startingInfo);
    if ((decFromWire(info.stake) ?? -1n) < 0n) fail(place, `${info.stake} is no stake`);
    rows.setStartingInfo(ctx, operator(place, validatorAddress), account(place, delegatorAddress), fromWireStartingInfo(info));
  }
  for (const { validatorAddress, height, period, validatorSlashEvent } of genesis.validatorSlashEvents) {
    const place = 'validator_slash_events';
    const event = present(place, validatorSlashEvent);
    const fraction = decFromWire(event.fraction) ?? -1n;
    if (fraction < 0n || fraction > decOne || event.validatorPeriod !== period) fail(place, `${validatorAddress} has an event that is none`);
    rows.setSlashEvent(ctx, operator(place, validatorAddress), { height, ...fromWireSlashEvent(event) });
  }
  return genesis.outstandingRewards.map(({ validatorAddress, outstandingRewards }) => {
    const outstanding = coins('outstanding_rewards', outstandingRewards);
    rows.outstanding.set(ctx, operator('outstanding_rewards', validatorAddress), outstanding);
    return outstanding;
  });
}

function requireBalance(held: DecCoins, balance: string): void {
  const { whole, rest } = splitDecCoins(held);
  if (rest.length > 0 || coinsText(whole) !== balance) {
    fail('outstanding_rewards', `with the pool they are not the balance of the module's account: distribution module balance does not match the module holdings: ${balance} <-> ${coinsText(whole)}`);
  }
}

function fail(place: string, reason: string): never {
  throw new Error(`genesis: app_state.distribution.${place}: ${reason}`);
}

function present<T>(place: string, value: T | undefined): T {
  return value ?? fail(place, 'a record is empty');
}

function coins(place: string, list: readonly WireCoin[]): DecCoins {
  return decCoinsFromWire(list) ?? fail(place, 'coins must be positive, sorted by denom and without repeats');
}

function operator(place: string, text: string): string {
  const parsed = operatorAddress.parse(text);
  return 'problem' in parsed ? fail(place, `${text || '(empty)'} is no operator's address: ${parsed.problem}`) : text;
}

function account(place: string, text: string): string {
  const parsed = parseAddress(text);
  return 'problem' in parsed ? fail(place, `${text || '(empty)'} is not an address: ${parsed.problem}`) : text;
}

function proposerBytes(text: string): Uint8Array {
  const parsed = consensusAddress.parse(text);
  return 'problem' in parsed ? fail('previous_proposer', parsed.problem) : parsed.bytes;
}

export function exportDistributionGenesis(codecs: Codecs, rows: DistributionRows, state: Readable): unknown {
  const proposer = rows.previousProposer(state);
  return codecs.of<WireGenesis>(genesisType).toJson({
    params: toWireParams(rows.params(state)),
    feePool: { communityPool: toWireDecCoins(rows.pool(state)) },
    delegatorWithdrawInfos: rows.allWithdrawAddresses(state).map(({ delegator, receiver }) => ({ delegatorAddress: delegator, withdrawAddress: receiver })),
    previousProposer: proposer ? consensusAddress.text(proposer) : '',
    outstandingRewards: rows.outstanding.all(state).map(row => ({ validatorAddress: row.operator, outstandingRewards: toWireDecCoins(row.value) })),
    validatorAccumulatedCommissions: rows.commission.all(state)
      .map(row => ({ validatorAddress: row.operator, accumulated: { commission: toWireDecCoins(row.value) } })),
    validatorHistoricalRewards: rows.allHistorical(state).map(row => ({ validatorAddress: row.operator, period: row.period, rewards: toWireHistorical(row) })),
    validatorCurrentRewards: rows.current.all(state).map(row => ({ validatorAddress: row.operator, rewards: toWireCurrent(row.value) })),
    delegatorStartingInfos: rows.allStartingInfos(state)
      .map(row => ({ validatorAddress: row.operator, delegatorAddress: row.delegator, startingInfo: toWireStartingInfo(row) })),
    validatorSlashEvents: rows.allSlashEvents(state)
      .map(row => ({ validatorAddress: row.operator, height: row.height, period: row.period, validatorSlashEvent: toWireSlashEvent(row) })),
  });
}
