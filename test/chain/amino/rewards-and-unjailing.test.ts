import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AminoTypes, createDistributionAminoConverters } from '@cosmjs/stargate';
import * as cosmjsDistribution from 'cosmjs-types/cosmos/distribution/v1beta1/tx';
import * as cosmjsSlashing from 'cosmjs-types/cosmos/slashing/v1beta1/tx';
import { toAminoJson, type AminoShapes } from '../../../chain/amino/json.js';
import { hexText } from '../../../chain/index.js';
import { governanceAddress } from '../../../chain/authority.js';
import { dec } from '../../../chain/decimal.js';
import { strangerAddress, testCodecs } from '../../support/chain-app.js';
import { RewardWorld } from '../../support/reward-world.js';

const { distribution, slashing } = new RewardWorld();
const shapes: AminoShapes = new Map([...(distribution.msgs ?? []), ...(slashing.msgs ?? [])].map(({ codec, aminoName, aminoKeepEmpty }) =>
  [codec.typeUrl, { codec, aminoName, keepEmpty: new Set(aminoKeepEmpty) }]));
const cosmjs = new AminoTypes(createDistributionAminoConverters());
const [delegatorAddress, withdrawAddress] = [strangerAddress(1), strangerAddress(2)];
const validatorAddress = new RewardWorld().validator(1, 1_000_000n, dec('0'));
const amount = [{ denom: 'uwind', amount: '12' }];
const type = (name: string): string => `/cosmos.distribution.v1beta1.${name}`;

test('messages about rewards are written as cosmjs writes them', () => {
  for (const message of [
    { typeUrl: type('MsgSetWithdrawAddress'), value: { delegatorAddress, withdrawAddress } },
    { typeUrl: type('MsgWithdrawDelegatorReward'), value: { delegatorAddress, validatorAddress } },
    { typeUrl: type('MsgFundCommunityPool'), value: { amount, depositor: delegatorAddress } },
    { typeUrl: type('MsgFundCommunityPool'), value: { amount: [], depositor: delegatorAddress } },
  ]) assert.deepEqual(toAminoJson(shapes, message.typeUrl, message.value), cosmjs.toAmino(message));
});

test('what cosmjs has no form for is written as the SDK does', () => {
  const params = {
    signedBlocksWindow: 100n, minSignedPerWindow: Buffer.from(dec('0.5').toString()), downtimeJailDuration: { seconds: 600n, nanos: 0 },
    slashFractionDoubleSign: Buffer.from(dec('0.05').toString()), slashFractionDowntime: Buffer.from('0'),
  };
  assert.deepEqual(toAminoJson(shapes, '/cosmos.slashing.v1beta1.MsgUnjail', { validatorAddr: validatorAddress }), { type: 'cosmos-sdk/MsgUnjail', value: { address: validatorAddress } });
  assert.deepEqual(toAminoJson(shapes, '/cosmos.slashing.v1beta1.MsgUpdateParams', { authority: governanceAddress, params }), {
    type: 'cosmos-sdk/x/slashing/MsgUpdateParams',
    value: {
      authority: governanceAddress,
      params: {
        signed_blocks_window: '100', min_signed_per_window: '0.500000000000000000', downtime_jail_duration: '600000000000',
        slash_fraction_double_sign: '0.050000000000000000', slash_fraction_downtime: '0.000000000000000000',
      },
    },
  });
  assert.deepEqual(toAminoJson(shapes, type('MsgCommunityPoolSpend'), { authority: governanceAddress, recipient: delegatorAddress, amount }), {
    type: 'cosmos-sdk/distr/MsgCommunityPoolSpend', value: { authority: governanceAddress, recipient: delegatorAddress, amount },
  });
  assert.deepEqual(toAminoJson(shapes, type('MsgDepositValidatorRewardsPool'), { depositor: delegatorAddress, validatorAddress, amount }), {
    type: 'cosmos-sdk/distr/MsgDepositValRewards', value: { depositor: delegatorAddress, validator_address: validatorAddress, amount },
  });
  const own = { communityTax: String(dec('0.02')), baseProposerReward: '0', bonusProposerReward: '0', withdrawAddrEnabled: true };
  assert.deepEqual(toAminoJson(shapes, type('MsgUpdateParams'), { authority: governanceAddress, params: own }), {
    type: 'cosmos-sdk/distribution/MsgUpdateParams',
    value: { authority: governanceAddress, params: { community_tax: '0.020000000000000000', base_proposer_reward: '0.000000000000000000', bonus_proposer_reward: '0.000000000000000000', withdraw_addr_enabled: true } },
  });
});

test('every message has the bytes of cosmjs-types', () => {
  const params = { communityTax: '7', baseProposerReward: '0', bonusProposerReward: '0', withdrawAddrEnabled: true };
  const samples: Record<string, object> = {
    MsgSetWithdrawAddress: { delegatorAddress, withdrawAddress }, MsgWithdrawDelegatorReward: { delegatorAddress, validatorAddress }, MsgWithdrawValidatorCommission: { validatorAddress },
    MsgFundCommunityPool: { amount, depositor: delegatorAddress }, MsgUpdateParams: { authority: governanceAddress, params },
    MsgCommunityPoolSpend: { authority: governanceAddress, recipient: delegatorAddress, amount }, MsgDepositValidatorRewardsPool: { depositor: delegatorAddress, validatorAddress, amount },
  };
  const foreign = cosmjsDistribution as unknown as Record<string, { fromPartial(value: object): object; encode(value: object): { finish(): Uint8Array } }>;
  for (const { codec } of distribution.msgs ?? []) {
    const name = codec.typeName.split('.').at(-1) as string;
    const [sample, theirs] = [samples[name], foreign[name]];
    assert(sample && theirs, name);
    assert.equal(hexText(codec.encode(sample)), hexText(theirs.encode(theirs.fromPartial(sample)).finish()));
  }
  const unjail = { validatorAddr: validatorAddress };
  const theirs = cosmjsSlashing.MsgUnjail.encode(cosmjsSlashing.MsgUnjail.fromPartial(unjail)).finish();
  assert.equal(hexText(testCodecs.of<object>('cosmos.slashing.v1beta1.MsgUnjail').encode(unjail)), hexText(theirs));
});
