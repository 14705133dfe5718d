import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AminoTypes, createStakingAminoConverters } from '@cosmjs/stargate';
import { encodePubkey } from '@cosmjs/proto-signing';
import { GenesisState } from 'cosmjs-types/cosmos/staking/v1beta1/genesis';
import { HistoricalInfo, Params, Redelegation, UnbondingDelegation, Validator } from 'cosmjs-types/cosmos/staking/v1beta1/staking';
import {
  MsgBeginRedelegate, MsgBeginRedelegateResponse, MsgCancelUnbondingDelegation, MsgCreateValidator, MsgDelegate, MsgEditValidator, MsgUndelegate, MsgUndelegateResponse, MsgUpdateParams,
} from 'cosmjs-types/cosmos/staking/v1beta1/tx';
import { toAminoJson, type AminoShapes } from '../../../chain/amino/json.js';
import { makeCoreModules } from '../../../chain/index.js';
import { testCodecs } from '../../support/chain-app.js';
import { operatorOf, personOf, uwind } from '../../support/staking-world.js';

const shapes: AminoShapes = new Map(makeCoreModules(testCodecs, []).modules.flatMap(({ msgs = [] }) => msgs).map(({ codec, aminoName, aminoKeepEmpty }) =>
  [codec.typeUrl, { codec, aminoName, keepEmpty: new Set(aminoKeepEmpty) }]));
const cosmjs = new AminoTypes(createStakingAminoConverters());
const amount = uwind(12);
const pair = { delegatorAddress: personOf(1), validatorAddress: operatorOf(2) };
const description = { moniker: 'm', identity: 'i', website: 'w', securityContact: 's', details: 'd' };
const commission = { rate: '100000000000000000', maxRate: '1000000000000000000', maxChangeRate: '1' };
const pubkey = encodePubkey({ type: 'tendermint/PubKeyEd25519', value: Buffer.alloc(32, 7).toString('base64') });
const time = { seconds: 9n, nanos: 5 };

const messages = {
  MsgDelegate: { ...pair, amount }, MsgUndelegate: { ...pair, amount }, MsgCancelUnbondingDelegation: { ...pair, amount, creationHeight: 44n },
  MsgBeginRedelegate: { delegatorAddress: personOf(1), validatorSrcAddress: operatorOf(2), validatorDstAddress: operatorOf(3), amount },
  MsgCreateValidator: { description, commission, minSelfDelegation: '1', delegatorAddress: personOf(2), validatorAddress: operatorOf(2), pubkey, value: amount },
  MsgEditValidator: { description, validatorAddress: operatorOf(2), commissionRate: '50000000000000000', minSelfDelegation: '5' },
};

test('amino-JSON of every message is what wallets sign', () => {
  for (const [name, value] of Object.entries({ ...messages, MsgEditValidator: messages.MsgEditValidator })) {
    const typeUrl = `/cosmos.staking.v1beta1.${name}`;
    const ours = toAminoJson(shapes, typeUrl, value);
    assert.deepEqual(JSON.parse(JSON.stringify(ours)), JSON.parse(JSON.stringify(cosmjs.toAmino({ typeUrl, value }))), name);
  }
});

type Written = { encode(value: never): { finish(): Uint8Array } };

test('bytes of messages, answers and state are those of cosmjs-types', () => {
  const params = { unbondingTime: { seconds: 5n, nanos: 0 }, maxValidators: 1, maxEntries: 2, historicalEntries: 3, bondDenom: 'uwind', minCommissionRate: '7' };
  const entry = { creationHeight: 4n, completionTime: time, initialBalance: '5', unbondingId: 6n, unbondingOnHoldRefCount: 7n };
  const validator = {
    operatorAddress: operatorOf(1), consensusPubkey: pubkey, jailed: true, status: 3, tokens: '5', delegatorShares: '6', description, unbondingHeight: 7n, unbondingTime: time,
    commission: { commissionRates: commission, updateTime: time }, minSelfDelegation: '1', unbondingOnHoldRefCount: 2n, unbondingIds: [1n, 300n],
  };
  const unbonding = { ...pair, entries: [{ ...entry, balance: '3' }] };
  const redelegation = { delegatorAddress: personOf(1), validatorSrcAddress: operatorOf(2), validatorDstAddress: operatorOf(3), entries: [{ ...entry, sharesDst: '3' }] };
  const types: readonly (readonly [string, Written, object])[] = [
    ['MsgDelegate', MsgDelegate, messages.MsgDelegate], ['MsgUndelegate', MsgUndelegate, messages.MsgUndelegate], ['MsgBeginRedelegate', MsgBeginRedelegate, messages.MsgBeginRedelegate],
    ['MsgCancelUnbondingDelegation', MsgCancelUnbondingDelegation, messages.MsgCancelUnbondingDelegation], ['MsgCreateValidator', MsgCreateValidator, messages.MsgCreateValidator],
    ['MsgEditValidator', MsgEditValidator, messages.MsgEditValidator], ['MsgUpdateParams', MsgUpdateParams, { authority: 'a', params }],
    ['MsgUndelegateResponse', MsgUndelegateResponse, { completionTime: time, amount }], ['MsgBeginRedelegateResponse', MsgBeginRedelegateResponse, { completionTime: time }],
    ['Params', Params, params], ['Validator', Validator, validator], ['UnbondingDelegation', UnbondingDelegation, unbonding], ['Redelegation', Redelegation, redelegation],
  ];
  for (const [name, type, value] of types) {
    const ours = testCodecs.of<object>(`cosmos.staking.v1beta1.${name}`).encode(value);
    assert.equal(Buffer.from(ours).toString('hex'), Buffer.from(type.encode(value as never).finish()).toString('hex'), name);
  }
  const genesis = { params, lastValidatorPowers: [{ address: operatorOf(1), power: 3n }], validators: [validator], delegations: [{ ...pair, shares: '9' }], unbondingDelegations: [unbonding], redelegations: [redelegation], exported: true };
  const ours = testCodecs.of<object>('cosmos.staking.v1beta1.GenesisState').encode({ ...genesis, lastTotalPower: '3' });
  assert.equal(Buffer.from(ours).toString('hex'), Buffer.from(GenesisState.encode({ ...genesis, lastTotalPower: Buffer.from('3') }).finish()).toString('hex'));
  const history = testCodecs.of<object>('cosmos.staking.v1beta1.HistoricalInfo').encode({ header: { chainId: 'c', height: 4n, time }, valset: [validator] });
  assert.equal(HistoricalInfo.decode(history).valset[0]?.tokens, '5');
});
