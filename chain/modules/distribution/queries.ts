import { type WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import { accountAddress, addressText, operatorAddress } from '../../crypto/address.js';
import { addDecCoins, toWireDecCoins, type DecCoins } from '../../dec-coins.js';
import type { QueryContext, QueryHandler } from '../../module.js';
import { refuseQuery, refuseSdk } from '../../refusal.js';
import { askedAddress } from '../checked-address.js';
import { paginate, type PageRequest, type PageResponse } from '../pagination.js';
import { serviceQuery } from '../query-handler.js';
import type { Delegation, Validator } from '../staking/types.js';
import type { Readable } from '../state.js';
import { errors } from './errors.js';
import { distributionStore, slashEventsAt, slashEventsOf } from './keys.js';
import { toWireParams, type WireDistributionParams } from './params.js';
import { periodEndNow } from './periods.js';
import type { WireSlashEvent } from './records.js';
import { rewardsUntil, type DistributionParts } from './rewards.js';
import type { DistributionRows } from './rows.js';

type OfValidator = { validatorAddress: string };
type OfDelegator = { delegatorAddress: string };
type Reward = { validatorAddress: string; reward: WireCoin[] };
type Slashes = OfValidator & { startingHeight: bigint; endingHeight: bigint; pagination: PageRequest | undefined };

export function distributionQueries(codecs: Codecs, rows: DistributionRows, staking: DistributionParts['staking']): Record<string, QueryHandler> {
  const query = serviceQuery(codecs, 'cosmos.distribution.v1beta1');
  const existing = (ctx: QueryContext, { validatorAddress }: OfValidator): Validator =>
    staking.validator(ctx.stores, askedAddress(operatorAddress, validatorAddress, 'validator')) ?? refuseSdk('unknownRequest', `${validatorAddress}: ${errors.noValidator[1]}`);
  const rewardsOf = (ctx: QueryContext, validator: Validator, delegator: string): DecCoins => {
    const delegation = staking.delegation(ctx.stores, delegator, validator.operatorAddress) ?? refuseSdk('unknownRequest', errors.noDelegation[1]);
    return rewardsNow(rows, ctx, validator, delegation);
  };
  return {
    ...query('Params', (ctx): { params: WireDistributionParams } => ({ params: toWireParams(rows.params(ctx.stores)) })),
    ...query('CommunityPool', (ctx): { pool: WireCoin[] } => ({ pool: toWireDecCoins(rows.pool(ctx.stores)) })),
    ...query('ValidatorDistributionInfo', (ctx, request: OfValidator) => {
      const validator = existing(ctx, request);
      const account = addressText(operatorAddress.bytes(validator.operatorAddress));
      return {
        operatorAddress: account,
        selfBondRewards: toWireDecCoins(rewardsOf(ctx, validator, account)),
        commission: toWireDecCoins(rows.commission.get(ctx.stores, validator.operatorAddress) ?? []),
      };
    }),
    ...query('ValidatorOutstandingRewards', (ctx, request: OfValidator): { rewards: { rewards: WireCoin[] } } => ({
      rewards: { rewards: toWireDecCoins(rows.outstanding.get(ctx.stores, existing(ctx, request).operatorAddress) ?? []) },
    })),
    ...query('ValidatorCommission', (ctx, request: OfValidator): { commission: { commission: WireCoin[] } } => ({
      commission: { commission: toWireDecCoins(rows.commission.get(ctx.stores, existing(ctx, request).operatorAddress) ?? []) },
    })),
    ...query('ValidatorSlashes', (ctx, request: Slashes) => slashesPage(codecs, ctx.stores, existing(ctx, request).operatorAddress, request)),
    ...query('DelegationRewards', (ctx, request: OfValidator & OfDelegator): { rewards: WireCoin[] } => {
      const delegator = askedAddress(accountAddress, request.delegatorAddress, 'delegator');
      return { rewards: toWireDecCoins(rewardsOf(ctx, existing(ctx, request), delegator)) };
    }),
    ...query('DelegationTotalRewards', (ctx, { delegatorAddress }: OfDelegator) => totalRewards(rows, staking, ctx, delegatorAddress)),
    ...query('DelegatorValidators', (ctx, { delegatorAddress }: OfDelegator): { validators: string[] } => ({
      validators: staking.delegationsOf(ctx.stores, askedAddress(accountAddress, delegatorAddress, 'delegator')).map(({ validatorAddress }) => validatorAddress),
    })),
    ...query('DelegatorWithdrawAddress', (ctx, { delegatorAddress }: OfDelegator): { withdrawAddress: string } => ({
      withdrawAddress: rows.withdrawAddress(ctx.stores, askedAddress(accountAddress, delegatorAddress, 'delegator')),
    })),
  };
}

/** As if the period ended now. */
function rewardsNow(rows: DistributionRows, { stores, height }: QueryContext, validator: Validator, delegation: Delegation): DecCoins {
  return rewardsUntil(rows, stores, validator, delegation, periodEndNow(rows, stores, validator), height);
}

function totalRewards(rows: DistributionRows, staking: DistributionParts['staking'], ctx: QueryContext, delegator: string): { rewards: Reward[]; total: WireCoin[] } {
  let total: DecCoins = [];
  const rewards = staking.delegationsOf(ctx.stores, askedAddress(accountAddress, delegator, 'delegator')).map(delegation => {
    const validator = staking.validator(ctx.stores, delegation.validatorAddress) ?? refuseSdk('unknownRequest', errors.noValidator[1]);
    const reward = rewardsNow(rows, ctx, validator, delegation);
    total = addDecCoins(total, reward);
    return { validatorAddress: validator.operatorAddress, reward: toWireDecCoins(reward) };
  });
  return { rewards, total: toWireDecCoins(total) };
}

/** By the heights of the slashes. (The SDK compares the asked heights with the numbers of periods.) */
function slashesPage(codecs: Codecs, stores: Readable, operator: string, { startingHeight, endingHeight, pagination }: Slashes): { slashes: WireSlashEvent[]; pagination: PageResponse } {
  if (endingHeight < startingHeight) refuseQuery('InvalidArgument', `starting height greater than ending height (${startingHeight} > ${endingHeight})`);
  const codec = codecs.of<WireSlashEvent>('cosmos.distribution.v1beta1.ValidatorSlashEvent');
  const [first, last] = [slashEventsAt(operator, startingHeight), endingHeight === heightMax ? undefined : slashEventsAt(operator, endingHeight + 1n)];
  const within = {
    iterate: (start?: Uint8Array, end?: Uint8Array, options?: { reverse?: boolean }) =>
      stores.store(distributionStore).iterate(later(start, first), last === undefined ? end : earlier(end, last), options),
  };
  const page = paginate(within, slashEventsOf(operator), pagination);
  return { slashes: page.rows.map(([, bytes]) => codec.decode(bytes)), pagination: page.response };
}

const heightMax = (1n << 64n) - 1n;
const later = (a: Uint8Array | undefined, b: Uint8Array): Uint8Array => (a && Buffer.compare(a, b) > 0 ? a : b);
const earlier = (a: Uint8Array | undefined, b: Uint8Array): Uint8Array => (a && Buffer.compare(a, b) < 0 ? a : b);
