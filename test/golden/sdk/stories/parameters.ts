/** What governance may not decide: each module's parameters with one fault, and why the proposal failed. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import { addressText, moduleAddress } from '../../../../chain/index.js';
import { dec } from '../../../../chain/decimal.js';
import { govAddress, submitMsg, voteMsg } from '../../../support/gov.js';
import { uwind } from '../../../support/staking-world.js';
import { Stage } from '../stage.js';
import type { Story } from '../story.js';

export type Decision = { readonly typeUrl: string; readonly value: object };

const decision = (typeUrl: string, value: object): Decision => ({ typeUrl, value: { authority: govAddress, ...value } });
const seconds = (n: bigint): object => ({ seconds: n, nanos: 0 });
const fraction = (text: string): Uint8Array => Buffer.from(dec(text).toString());

const auth = { maxMemoCharacters: 256n, txSigLimit: 7n, txSizeCostPerByte: 10n, sigVerifyCostEd25519: 590n, sigVerifyCostSecp256k1: 1000n };
const staking = { unbondingTime: seconds(1_814_400n), maxValidators: 100, maxEntries: 7, historicalEntries: 10, bondDenom: 'uwind', minCommissionRate: '0' };
const slashing = { signedBlocksWindow: 100n, minSignedPerWindow: fraction('0.5'), downtimeJailDuration: seconds(600n), slashFractionDoubleSign: fraction('0.05'), slashFractionDowntime: fraction('0.01') };
const distribution = { communityTax: fraction('0.02').toString(), baseProposerReward: '0', bonusProposerReward: '0', withdrawAddrEnabled: true };
export const gov = {
  minDeposit: [uwind(1000)], maxDepositPeriod: seconds(100n), votingPeriod: seconds(50n), quorum: '0.334', threshold: '0.5', vetoThreshold: '0.334', minInitialDepositRatio: '0', proposalCancelRatio: '0.5',
  proposalCancelDest: '', expeditedVotingPeriod: seconds(20n), expeditedThreshold: '0.667', expeditedMinDeposit: [uwind(5000)], burnVoteQuorum: false, burnProposalDepositPrevote: false, burnVoteVeto: true, minDepositRatio: '0',
};
const block = { maxBytes: 2_000_000n, maxGas: -1n };
const evidence = { maxAgeNumBlocks: 100_000n, maxAgeDuration: seconds(172_800n), maxBytes: 10_000n };

const faults = (typeUrl: string, params: object, changes: readonly object[]): Decision[] => changes.map(change => decision(typeUrl, { params: { ...params, ...change } }));

const decided: readonly Decision[] = [
  ...faults('/cosmos.auth.v1beta1.MsgUpdateParams', auth, [{ maxMemoCharacters: 0n }, { txSigLimit: 0n }, { txSizeCostPerByte: 0n }, { sigVerifyCostEd25519: 0n }, { sigVerifyCostSecp256k1: 0n }, {}]),
  ...faults('/cosmos.bank.v1beta1.MsgUpdateParams', {}, [{ sendEnabled: [{ denom: 'uwind', enabled: true }], defaultSendEnabled: true }, { defaultSendEnabled: true }]),
  ...faults('/cosmos.staking.v1beta1.MsgUpdateParams', staking, [
    { unbondingTime: seconds(0n) }, { unbondingTime: seconds(-1n) }, { maxValidators: 0 }, { maxEntries: 0 }, { bondDenom: '' }, { bondDenom: '!' }, { minCommissionRate: '-1' }, { minCommissionRate: '1000000000000000001' }, {},
  ]),
  ...faults('/cosmos.slashing.v1beta1.MsgUpdateParams', slashing, [
    { signedBlocksWindow: 0n }, { signedBlocksWindow: -1n }, { minSignedPerWindow: fraction('-0.1') }, { minSignedPerWindow: fraction('1.1') }, { downtimeJailDuration: seconds(0n) }, { slashFractionDoubleSign: fraction('-0.1') },
    { slashFractionDoubleSign: fraction('1.1') }, { slashFractionDowntime: fraction('-0.1') }, { slashFractionDowntime: fraction('1.1') }, {},
  ]),
  ...faults('/cosmos.distribution.v1beta1.MsgUpdateParams', distribution, [{ communityTax: '-1' }, { communityTax: '1000000000000000001' }, { baseProposerReward: '1' }, {}]),
  ...faults('/cosmos.gov.v1.MsgUpdateParams', gov, [
    { minDeposit: [] }, { minDeposit: [uwind(0)] }, { expeditedMinDeposit: [] }, { expeditedMinDeposit: [uwind(1000)] }, { maxDepositPeriod: undefined }, { quorum: '' }, { quorum: 'x' }, { quorum: '-0.1' },
    { quorum: '1.1' }, { threshold: 'x' }, { threshold: '0' }, { threshold: '1.1' }, { expeditedThreshold: '0' }, { expeditedThreshold: '1.1' }, { expeditedThreshold: '0.4' }, { vetoThreshold: '0' }, { vetoThreshold: '1.1' },
    { votingPeriod: undefined }, { votingPeriod: seconds(0n) }, { expeditedVotingPeriod: undefined }, { expeditedVotingPeriod: seconds(0n) }, { expeditedVotingPeriod: seconds(50n) }, { minInitialDepositRatio: 'x' },
    { minInitialDepositRatio: '-0.1' }, { minInitialDepositRatio: '1.1' }, { proposalCancelRatio: 'x' }, { proposalCancelRatio: '-0.1' }, { proposalCancelRatio: '1.1' }, { proposalCancelDest: 'x' },
  ]),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block: { maxBytes: 0n, maxGas: -1n }, evidence, validator: { pubKeyTypes: ['ed25519'] } }),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block: { maxBytes: -2n, maxGas: -1n }, evidence, validator: { pubKeyTypes: ['ed25519'] } }),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block: { maxBytes: 2_000_000n, maxGas: -2n }, evidence, validator: { pubKeyTypes: ['ed25519'] } }),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block, evidence: { ...evidence, maxAgeNumBlocks: 0n }, validator: { pubKeyTypes: ['ed25519'] } }),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block, evidence: { ...evidence, maxBytes: 3_000_000n }, validator: { pubKeyTypes: ['ed25519'] } }),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block, evidence, validator: { pubKeyTypes: [] } }),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block, evidence, validator: { pubKeyTypes: ['other'] } }),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block, evidence }),
  decision('/cosmos.consensus.v1.MsgUpdateParams', { block, evidence, validator: { pubKeyTypes: ['ed25519'] } }),
  decision('/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade', { plan: { name: '', height: 1000n, info: '' } }),
  decision('/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade', { plan: { name: 'next', height: 0n, info: '' } }),
  decision('/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade', { plan: { name: 'next', height: 1n, info: '' } }),
  decision('/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade', { plan: { name: 'next', height: 1000n, time: seconds(1_800_000_000n), info: '' } }),
  decision('/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade', { plan: { name: 'next', time: { seconds: -62_135_596_800n, nanos: 0 }, height: 1000n, info: 'about' } }),
  decision('/cosmos.upgrade.v1beta1.MsgCancelUpgrade', {}),
  decision('/cosmos.upgrade.v1beta1.MsgCancelUpgrade', {}),
  decision('/cosmos.distribution.v1beta1.MsgCommunityPoolSpend', { recipient: addressText(moduleAddress('fee_collector')), amount: [uwind(1)] }),
  decision('/cosmos.distribution.v1beta1.MsgCommunityPoolSpend', { recipient: govAddress, amount: [uwind(1_000_000_000_000)] }),
  decision('/cosmos.distribution.v1beta1.MsgCommunityPoolSpend', { recipient: govAddress, amount: [uwind(0)] }),
  decision('/cosmos.bank.v1beta1.MsgSetSendEnabled', { sendEnabled: [{ denom: 'uwind', enabled: true }], useDefaultFor: ['other'] }),
];

/** One of each kind, without a fault or with: their amino documents are compared as well. */
export const decisionsOfEachKind: readonly Decision[] = [...new Map(decided.map(one => [one.typeUrl, one])).values()];

/** A block for each proposal: its submission and the one vote that decides it. They are executed together, in order, when the votes end. */
export async function parametersStory(): Promise<Story> {
  const stage = await Stage.open({ gov: { voting_period: '5000s' } });
  const { ann, val0 } = stage.cast;
  const fee = { amount: [], gas: '100000000' };
  const submissions: EncodeObject[] = decided.map((one, index) => submitMsg(ann, { messages: [one], deposit: 1000, title: `decision ${index + 1}` }));
  await stage.tx('all proposals', ann, submissions, { fee });
  await stage.tx('their votes', val0, decided.map((_one, index) => voteMsg(val0, BigInt(index + 1), 1)), { fee });
  await stage.pass(5000);
  await stage.pass(5);
  return stage.end();
}
