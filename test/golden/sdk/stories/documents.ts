/** Messages of every kind, unsigned: what SIGN_MODE_LEGACY_AMINO_JSON would sign of them. */
import { hexText } from '../../../../chain/index.js';
import { testCodecs } from '../../../support/chain-app.js';
import { govAddress } from '../../../support/gov.js';
import { creation, uwind } from '../../../support/staking-world.js';
import { makeCast, operatorOf, validatorKey } from '../stage.js';
import type { Told } from '../story.js';
import { decisionsOfEachKind, type Decision } from './parameters.js';

export async function documents(): Promise<Told[]> {
  const { ann, bob, val0, val1 } = await makeCast();
  const amount = [{ denom: 'other', amount: '1' }, uwind(2)];
  const delegation = { delegatorAddress: ann.address, validatorAddress: operatorOf(val0), amount: uwind(3) };
  const encoded = ({ typeUrl, value }: Decision): { typeUrl: string; value: Uint8Array } => ({ typeUrl, value: testCodecs.of<object>(typeUrl.slice(1)).encode(value) });
  const proposal = { initialDeposit: [], proposer: ann.address, metadata: '', title: '<A> & title', summary: 'ü', expedited: false };
  const legacy = { proposer: ann.address, initialDeposit: amount, content: encoded({ typeUrl: '/cosmos.gov.v1beta1.TextProposal', value: { title: 'A', description: 'B' } }) };
  const messages: readonly (readonly [typeUrl: string, value: object])[] = [
    ['/cosmos.bank.v1beta1.MsgSend', { fromAddress: ann.address, toAddress: bob.address, amount }],
    ['/cosmos.bank.v1beta1.MsgSend', { fromAddress: ann.address, toAddress: bob.address, amount: [] }],
    ['/cosmos.bank.v1beta1.MsgMultiSend', { inputs: [{ address: ann.address, coins: amount }], outputs: [{ address: bob.address, coins: [] }] }],
    ['/cosmos.staking.v1beta1.MsgCreateValidator', { ...creation(2, 5n), pubkey: validatorKey(2) }],
    ['/cosmos.staking.v1beta1.MsgEditValidator', { description: { moniker: 'm', identity: '', website: '', securityContact: '', details: '' }, validatorAddress: operatorOf(val0), commissionRate: '', minSelfDelegation: '' }],
    ['/cosmos.staking.v1beta1.MsgEditValidator', { description: { moniker: 'm', identity: 'i', website: 'w', securityContact: 's', details: 'd' }, validatorAddress: operatorOf(val0), commissionRate: '100000000000000000', minSelfDelegation: '7' }],
    ['/cosmos.staking.v1beta1.MsgDelegate', delegation],
    ['/cosmos.staking.v1beta1.MsgUndelegate', delegation],
    ['/cosmos.staking.v1beta1.MsgCancelUnbondingDelegation', { ...delegation, creationHeight: 9n }],
    ['/cosmos.staking.v1beta1.MsgBeginRedelegate', { delegatorAddress: ann.address, validatorSrcAddress: operatorOf(val0), validatorDstAddress: operatorOf(val1), amount: uwind(3) }],
    ['/cosmos.distribution.v1beta1.MsgSetWithdrawAddress', { delegatorAddress: ann.address, withdrawAddress: bob.address }],
    ['/cosmos.distribution.v1beta1.MsgWithdrawDelegatorReward', { delegatorAddress: ann.address, validatorAddress: operatorOf(val0) }],
    ['/cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission', { validatorAddress: operatorOf(val0) }],
    ['/cosmos.distribution.v1beta1.MsgFundCommunityPool', { depositor: ann.address, amount }],
    ['/cosmos.distribution.v1beta1.MsgDepositValidatorRewardsPool', { depositor: ann.address, validatorAddress: operatorOf(val0), amount }],
    ['/cosmos.slashing.v1beta1.MsgUnjail', { validatorAddr: operatorOf(val0) }],
    ['/cosmos.gov.v1.MsgSubmitProposal', { ...proposal, messages: [] }],
    ['/cosmos.gov.v1.MsgSubmitProposal', { ...proposal, messages: decisionsOfEachKind.map(encoded), initialDeposit: amount, expedited: true, metadata: 'm' }],
    ['/cosmos.gov.v1.MsgDeposit', { proposalId: 1n, depositor: ann.address, amount }],
    ['/cosmos.gov.v1.MsgVote', { proposalId: 1n, voter: ann.address, option: 1, metadata: '' }],
    ['/cosmos.gov.v1.MsgVote', { proposalId: 0n, voter: ann.address, option: 4, metadata: 'm' }],
    ['/cosmos.gov.v1.MsgVoteWeighted', { proposalId: 1n, voter: ann.address, options: [{ option: 1, weight: '0.5' }, { option: 3, weight: '0.500000000000000000' }], metadata: 'm' }],
    ['/cosmos.gov.v1.MsgCancelProposal', { proposalId: 1n, proposer: ann.address }],
    ['/cosmos.gov.v1beta1.MsgSubmitProposal', legacy],
    ['/cosmos.gov.v1beta1.MsgDeposit', { proposalId: 1n, depositor: ann.address, amount }],
    ['/cosmos.gov.v1beta1.MsgVote', { proposalId: 1n, voter: ann.address, option: 3 }],
    ['/cosmos.gov.v1beta1.MsgVoteWeighted', { proposalId: 1n, voter: ann.address, options: [{ option: 1, weight: '500000000000000000' }, { option: 2, weight: '500000000000000000' }] }],
    ['/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade', { authority: govAddress, plan: { name: 'next', time: { seconds: -62_135_596_800n, nanos: 0 }, height: 5n, info: '' } }],
    ...decisionsOfEachKind.map(({ typeUrl, value }) => [typeUrl, value] as const),
  ];
  return messages.map(([typeUrl, value], index) => ({ about: `${typeUrl} (${index})`, tx: txOf(encoded({ typeUrl, value })) }));
}

function txOf(message: { typeUrl: string; value: Uint8Array }): string {
  const of = (name: string) => testCodecs.of<object>(`cosmos.tx.v1beta1.${name}`);
  const bodyBytes = of('TxBody').encode({ messages: [message], memo: '', timeoutHeight: 0n, extensionOptions: [], nonCriticalExtensionOptions: [] });
  const authInfoBytes = of('AuthInfo').encode({ signerInfos: [], fee: { amount: [], gasLimit: 200_000n, payer: '', granter: '' } });
  return hexText(of('TxRaw').encode({ bodyBytes, authInfoBytes, signatures: [] }));
}
