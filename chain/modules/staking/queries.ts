/** cosmos.staking.v1beta1.Query. */
import { toWireCoins } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import { accountAddress, addressBytes, operatorAddress, type AddressForm } from '../../crypto/address.js';
import { truncateDec } from '../../decimal.js';
import type { QueryContext, QueryHandler } from '../../module.js';
import { refuseQuery } from '../../refusal.js';
import type { AuthKeeper } from '../auth/index.js';
import { paginate, type Page, type PageRequest, type PageResponse } from '../pagination.js';
import { serviceQuery, type ServiceQuery } from '../query-handler.js';
import type { Readable } from '../state.js';
import type { History, WireHistoricalInfo } from './historical.js';
import {
  delegationKey, delegationsOfPrefix, delegationsToPrefix, redelegationKey, redelegationsFromPrefix, redelegationsOfPrefix, sizedAddresses, stakingStore, unbondingKey,
  unbondingsFromPrefix, unbondingsOfPrefix, validatorsPrefix,
} from './keys.js';
import type { StakingParts } from './parts.js';
import { bondedPool, notBondedPool } from './pools.js';
import { tokensFromShares } from './shares.js';
import { bondStatus, type Delegation, type Redelegation, type Validator } from './types.js';
import {
  makeStakingCodecs, toWireDelegation, toWireParams, toWireRedelegation, toWireUnbonding, toWireValidator, type WireDelegation, type WireParams, type WireRedelegation,
  type WireRedelegationEntry, type WireUnbonding, type WireValidator,
} from './wire.js';

type Paged = { pagination: PageRequest | undefined };
type OfValidator = { validatorAddr: string };
type OfDelegator = { delegatorAddr: string };
type DelegationAnswer = { delegation: WireDelegation; balance: { denom: string; amount: string } | undefined };
type DelegationAnswers = { delegationResponses: DelegationAnswer[]; pagination: PageResponse };
type UnbondingAnswers = { unbondingResponses: WireUnbonding[]; pagination: PageResponse };
type ValidatorAnswers = { validators: WireValidator[]; pagination: PageResponse };
type RedelegationAnswer = { redelegation: WireRedelegation; entries: { redelegationEntry: WireRedelegationEntry; balance: string }[] };
type RedelegationAnswers = { redelegationResponses: RedelegationAnswer[]; pagination: PageResponse | undefined };

type Environment = { readonly codecs: Codecs; readonly parts: StakingParts; readonly auth: AuthKeeper; readonly history: History };

export function stakingQueries(environment: Environment): Record<string, QueryHandler> {
  return { ...validatorQueries(environment), ...delegationQueries(environment), ...unbondingQueries(environment), ...chainQueries(environment) };
}

const queriesOf = (codecs: Codecs): ServiceQuery => serviceQuery(codecs, 'cosmos.staking.v1beta1');

function checked(form: AddressForm, what: 'validator' | 'delegator', text: string): string {
  if (text === '') refuseQuery('InvalidArgument', `${what} address cannot be empty`);
  const parsed = form.parse(text);
  if ('problem' in parsed) refuseQuery('InvalidArgument', parsed.problem);
  return text;
}
const operatorOf = ({ validatorAddr }: OfValidator): string => checked(operatorAddress, 'validator', validatorAddr);
const delegatorOf = ({ delegatorAddr }: OfDelegator): string => checked(accountAddress, 'delegator', delegatorAddr);

/** The row that an index leads to. */
const indexed = (store: ReturnType<Readable['store']>, key: Uint8Array): Uint8Array => store.get(key) ?? refuseQuery('Internal', 'an index leads nowhere');

const statusNames: ReadonlyMap<string, number> = new Map([
  ['BOND_STATUS_UNBONDED', bondStatus.unbonded], ['BOND_STATUS_UNBONDING', bondStatus.unbonding], ['BOND_STATUS_BONDED', bondStatus.bonded],
]);

function validatorQueries({ codecs, parts: { rows } }: Environment): Record<string, QueryHandler> {
  const query = queriesOf(codecs);
  const wire = makeStakingCodecs(codecs);
  const known = (state: Readable, operator: string): Validator => rows.validator(state, operator) ?? refuseQuery('NotFound', `validator ${operator} not found`);
  return {
    ...query('Validators', (ctx, { status, pagination }: Paged & { status: string }): ValidatorAnswers => {
      const wanted = statusNames.get(status);
      if (status !== '' && wanted === undefined) refuseQuery('InvalidArgument', `invalid validator status ${status}`);
      const isWanted = (bytes: Uint8Array): boolean => wanted === undefined || wire.validator.decode(bytes).status === wanted;
      const page = paginate(ctx.stores.store(stakingStore), validatorsPrefix, pagination, isWanted);
      return { validators: page.rows.map(([, bytes]) => toWireValidator(wire.validator.decode(bytes))), pagination: page.response };
    }),
    ...query('Validator', (ctx, request: OfValidator) => ({ validator: toWireValidator(known(ctx.stores, operatorOf(request))) })),
    ...query('DelegatorValidators', (ctx, request: OfDelegator & Paged): ValidatorAnswers => {
      const page = paginate(ctx.stores.store(stakingStore), delegationsOfPrefix(addressBytes(delegatorOf(request))), request.pagination);
      const operators = page.rows.map(([, bytes]) => wire.delegation.decode(bytes).validatorAddress);
      return { validators: operators.map(operator => toWireValidator(known(ctx.stores, operator))), pagination: page.response };
    }),
    ...query('DelegatorValidator', (ctx, request: OfDelegator & OfValidator) => {
      const [delegator, operator] = [delegatorOf(request), operatorOf(request)];
      if (!rows.delegation(ctx.stores, delegator, operator)) refuseQuery('NotFound', 'no delegation for (address, validator) tuple');
      return { validator: toWireValidator(known(ctx.stores, operator)) };
    }),
  };
}

function delegationQueries({ codecs, parts: { rows } }: Environment): Record<string, QueryHandler> {
  const query = queriesOf(codecs);
  const wire = makeStakingCodecs(codecs);
  const answerOf = (state: Readable, delegation: Delegation): DelegationAnswer => {
    const validator = rows.knownValidator(state, delegation.validatorAddress);
    const amount = truncateDec(tokensFromShares(validator, delegation.shares));
    return { delegation: toWireDelegation(delegation), balance: toWireCoins([{ denom: rows.params(state).bondDenom, amount }])[0] };
  };
  return {
    ...query('Delegation', (ctx, request: OfDelegator & OfValidator) => {
      const [delegator, operator] = [delegatorOf(request), operatorOf(request)];
      const delegation = rows.delegation(ctx.stores, delegator, operator)
        ?? refuseQuery('NotFound', `delegation with delegator ${delegator} not found for validator ${operator}`);
      return { delegationResponse: answerOf(ctx.stores, delegation) };
    }),
    ...query('DelegatorDelegations', (ctx, request: OfDelegator & Paged): DelegationAnswers => {
      const page = paginate(ctx.stores.store(stakingStore), delegationsOfPrefix(addressBytes(delegatorOf(request))), request.pagination);
      return { delegationResponses: page.rows.map(([, bytes]) => answerOf(ctx.stores, wire.delegation.decode(bytes))), pagination: page.response };
    }),
    ...query('ValidatorDelegations', (ctx, request: OfValidator & Paged): DelegationAnswers => {
      const operator = operatorAddress.bytes(operatorOf(request));
      const store = ctx.stores.store(stakingStore);
      const page = paginate(store, delegationsToPrefix(operator), request.pagination);
      const rowsOf = page.rows.map(([key]) => indexed(store, delegationKey(sizedAddresses(key)[0] ?? key, operator)));
      return { delegationResponses: rowsOf.map(bytes => answerOf(ctx.stores, wire.delegation.decode(bytes))), pagination: page.response };
    }),
  };
}

function unbondingQueries({ codecs, parts: { rows } }: Environment): Record<string, QueryHandler> {
  const query = queriesOf(codecs);
  const wire = makeStakingCodecs(codecs);
  const redelegationsOf = (ctx: QueryContext, request: { delegatorAddr: string; srcValidatorAddr: string; dstValidatorAddr: string } & Paged): { found: Redelegation[]; page: Page | undefined } => {
    const { delegatorAddr, srcValidatorAddr, dstValidatorAddr, pagination } = request;
    const store = ctx.stores.store(stakingStore);
    const source = (): string => checked(operatorAddress, 'validator', srcValidatorAddr);
    if (delegatorAddr !== '' && srcValidatorAddr !== '' && dstValidatorAddr !== '') {
      const found = rows.redelegation(ctx.stores, delegatorOf(request), source(), checked(operatorAddress, 'validator', dstValidatorAddr))
        ?? refuseQuery('NotFound', `redelegation not found for delegator address ${delegatorAddr} from validator address ${srcValidatorAddr}`);
      return { found: [found], page: undefined };
    }
    if (delegatorAddr === '' && srcValidatorAddr !== '' && dstValidatorAddr === '') {
      const origin = operatorAddress.bytes(source());
      const page = paginate(store, redelegationsFromPrefix(origin), pagination);
      const bytes = page.rows.map(([key]) => {
        const [delegator = key, destination = key] = sizedAddresses(key);
        return indexed(store, redelegationKey(delegator, origin, destination));
      });
      return { found: bytes.map(row => wire.redelegation.decode(row)), page };
    }
    const page = paginate(store, redelegationsOfPrefix(addressBytes(delegatorOf(request))), pagination);
    return { found: page.rows.map(([, bytes]) => wire.redelegation.decode(bytes)), page };
  };
  const answerOf = (state: Readable, redelegation: Redelegation): RedelegationAnswer => {
    const { validatorDstAddress, entries } = redelegation;
    const target = rows.validator(state, validatorDstAddress); // it may have been removed before the redelegation is mature
    const written = toWireRedelegation(redelegation);
    return {
      redelegation: { ...written, entries: [] },
      entries: entries.map(({ sharesDst }, index) => ({
        redelegationEntry: written.entries[index] as WireRedelegationEntry,
        balance: (!target || target.delegatorShares === 0n ? 0n : truncateDec(tokensFromShares(target, sharesDst))).toString(),
      })),
    };
  };
  return {
    ...query('UnbondingDelegation', (ctx, request: OfDelegator & OfValidator) => {
      const [delegator, operator] = [delegatorOf(request), operatorOf(request)];
      const unbonding = rows.unbonding(ctx.stores, delegator, operator)
        ?? refuseQuery('NotFound', `unbonding delegation with delegator ${delegator} not found for validator ${operator}`);
      return { unbond: toWireUnbonding(unbonding) };
    }),
    ...query('DelegatorUnbondingDelegations', (ctx, request: OfDelegator & Paged): UnbondingAnswers => {
      const page = paginate(ctx.stores.store(stakingStore), unbondingsOfPrefix(addressBytes(delegatorOf(request))), request.pagination);
      return { unbondingResponses: page.rows.map(([, bytes]) => toWireUnbonding(wire.unbonding.decode(bytes))), pagination: page.response };
    }),
    ...query('ValidatorUnbondingDelegations', (ctx, request: OfValidator & Paged): UnbondingAnswers => {
      const operator = operatorAddress.bytes(operatorOf(request));
      const store = ctx.stores.store(stakingStore);
      const page = paginate(store, unbondingsFromPrefix(operator), request.pagination);
      const bytes = page.rows.map(([key]) => indexed(store, unbondingKey(sizedAddresses(key)[0] ?? key, operator)));
      return { unbondingResponses: bytes.map(row => toWireUnbonding(wire.unbonding.decode(row))), pagination: page.response };
    }),
    ...query('Redelegations', (ctx, request: { delegatorAddr: string; srcValidatorAddr: string; dstValidatorAddr: string } & Paged): RedelegationAnswers => {
      const { found, page } = redelegationsOf(ctx, request);
      return { redelegationResponses: found.map(redelegation => answerOf(ctx.stores, redelegation)), pagination: page?.response };
    }),
  };
}

function chainQueries({ codecs, parts: { rows, bank }, auth, history }: Environment): Record<string, QueryHandler> {
  const query = queriesOf(codecs);
  return {
    ...query('Params', (ctx): { params: WireParams } => ({ params: toWireParams(rows.params(ctx.stores)) })),
    ...query('Pool', ctx => {
      const { bondDenom } = rows.params(ctx.stores);
      const held = (name: string): string => bank.balance(ctx.stores, auth.moduleAddress(name), bondDenom).toString();
      return { pool: { notBondedTokens: held(notBondedPool.name), bondedTokens: held(bondedPool.name) } };
    }),
    ...query('HistoricalInfo', (ctx, { height }: { height: bigint }): { hist: WireHistoricalInfo } => {
      if (height < 0n) refuseQuery('InvalidArgument', 'height cannot be negative');
      return { hist: history.at(ctx.stores, height) ?? refuseQuery('NotFound', `historical info for height ${height} not found`) };
    }),
  };
}
