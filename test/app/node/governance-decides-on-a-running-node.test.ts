/** Proposals on a node of development, by cosmjs as it is published and by the command line. dev0 operates the one validator. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { EncodeObject } from '@cosmjs/proto-signing';
import { QueryClient, setupGovExtension } from '@cosmjs/stargate';
import { ProposalStatus, TextProposal } from 'cosmjs-types/cosmos/gov/v1beta1/gov';
import { actionIdOf, actionState, bundle, encodeArgs, installBundle, vatState, waitForOutcome, type Params } from '../../../app/client/index.js';
import { codecOf } from '../../../app/client/codecs.js';
import { governanceAddress } from '../../../chain/index.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { connectStranger, outcomeMs } from './client.js';
import { startTestNode, until } from '../../support/node.js';

const node = await startTestNode({
  genesis: doc => {
    const { gov } = doc.app_state as { gov: { params: Record<string, unknown> } };
    Object.assign(gov.params, { max_deposit_period: '600s', voting_period: '2s', expedited_voting_period: '1s' });
  },
});
const folder = mkdtempSync(join(tmpdir(), 'windlass-gov-'));
after(async () => {
  await node.dispose();
  rmSync(folder, { recursive: true, force: true });
});
const dev0 = await connectStranger(node.rpcUrl, 0);
const { gov } = QueryClient.withExtensions(dev0.comet, setupGovExtension);
const wind = (amount: number) => [{ denom: 'uwind', amount: `${amount}000000` }];

const send = async (messages: readonly EncodeObject[]): Promise<void> => {
  const { code, rawLog } = await dev0.client.signAndBroadcast(dev0.address, messages, 'auto');
  assert.equal(code, 0, rawLog);
};
const vote = (proposalId: bigint): EncodeObject => ({ typeUrl: '/cosmos.gov.v1.MsgVote', value: { proposalId, voter: dev0.address, option: 1, metadata: '' } });
const submit = (messages: readonly { typeUrl: string; value: object }[]): EncodeObject => ({
  typeUrl: '/cosmos.gov.v1.MsgSubmitProposal',
  value: {
    messages: messages.map(({ typeUrl, value }) => ({ typeUrl, value: codecOf<object>(typeUrl.slice(1)).encode(value) })),
    initialDeposit: wind(10), proposer: dev0.address, metadata: '', title: 'A change', summary: 'As it was agreed', expedited: false,
  },
});
const ended = (id: bigint): Promise<ProposalStatus> => until(`the end of proposal ${id}`, async () => {
  const { proposal } = await gov.proposal(String(id));
  return proposal.status > ProposalStatus.PROPOSAL_STATUS_VOTING_PERIOD ? proposal.status : undefined;
});
const passed = ProposalStatus.PROPOSAL_STATUS_PASSED;
const cli = async (...args: string[]): Promise<Record<string, unknown>> => {
  const { code, stdout, stderr } = await node.cli(args);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
};

test('old text proposals and their queries work as cosmjs has them', async () => {
  const content = { typeUrl: '/cosmos.gov.v1beta1.TextProposal', value: TextProposal.encode({ title: 'Words', description: 'Nothing but words' }).finish() };
  await send([
    { typeUrl: '/cosmos.gov.v1beta1.MsgSubmitProposal', value: { content, initialDeposit: wind(10), proposer: dev0.address } },
    { typeUrl: '/cosmos.gov.v1beta1.MsgVote', value: { proposalId: 1n, voter: dev0.address, option: 1 } },
  ]);
  assert.equal(await ended(1n), passed);
  const { proposal } = await gov.proposal('1');
  assert.equal(TextProposal.decode(proposal.content?.value ?? new Uint8Array(0)).title, 'Words');
  assert.deepEqual((await gov.proposals(passed, '', '')).proposals.map(({ proposalId }) => proposalId), [1n]);
  assert.equal((await gov.params('voting')).votingParams.votingPeriod.seconds, 2n);
  assert(BigInt((await gov.tally('1')).tally.yes) > 0n);
});

test('the kernel’s parameters change by a proposal of v1, and the next run obeys them', async () => {
  const params: Params = { ...(await dev0.kernel.params()), computronsPerBlock: 250_000_000n };
  await send([submit([{ typeUrl: '/windlass.kernel.v1.MsgUpdateParams', value: { authority: governanceAddress, params } }]), vote(2n)]);
  assert.equal(await ended(2n), passed);
  assert.equal(((await cli('query', 'gov', 'proposal', '2'))['proposal'] as { status: string }).status, 'PROPOSAL_STATUS_PASSED');
  assert.equal((await dev0.kernel.params()).computronsPerBlock, 250_000_000n);
});

test('governance holds a contract and lets it go; what waited is done then; and its outcomes are asked for as any', async () => {
  const counter = await bundle(join(packageRoot, 'test', 'vats', 'counter.js'));
  await installBundle(dev0.client, dev0.address, counter, 'auto');
  const made = actionIdOf(await dev0.sendKernel('MsgCreateVat', { owner: dev0.address, bundleId: counter.bundleId, label: 'counter', saveAs: 'counter' }));
  assert.equal((await waitForOutcome(dev0.client, made, { timeoutMs: outcomeMs })).state, 'fulfilled');
  const { vats } = await dev0.kernel.vats(dev0.address);
  const vatId = vats[0]?.vatId as string;

  const file = join(folder, 'hold.json');
  writeFileSync(file, JSON.stringify({
    messages: [{ '@type': '/windlass.kernel.v1.MsgControl', authority: governanceAddress, pause_vat: { vat_id: vatId, resume: false } }],
    deposit: '1000000uwind', title: 'Hold it', summary: 'Until we know more',
  }));
  await cli('tx', 'gov', 'submit-proposal', file, '--from', 'dev0', '--yes');
  assert.deepEqual(((await cli('query', 'gov', 'proposals', '--status', 'deposit_period'))['proposals'] as { id: string; title: string }[]).map(({ id, title }) => [id, title]), [['3', 'Hold it']]);
  await send([{ typeUrl: '/cosmos.gov.v1.MsgDeposit', value: { proposalId: 3n, depositor: dev0.address, amount: wind(9) } }, vote(3n)]);
  assert.equal(await ended(3n), passed);
  const settled = (id: bigint) => until(`action ${id}`, async () => {
    const action = await dev0.kernel.action(id).catch(() => undefined);
    return action !== undefined && action.state >= actionState.fulfilled ? action : undefined;
  });
  const held = await settled(made + 1n);
  assert.deepEqual([held.sender, held.state], [governanceAddress, actionState.fulfilled]);
  assert.equal((await dev0.kernel.vat(vatId)).state, vatState.paused);

  const call = await dev0.sendKernel('MsgInvoke', { sender: dev0.address, target: 'counter', method: 'increment', args: encodeArgs([5n]), saveAs: '', funds: [] });
  const height = BigInt(call.height);
  await node.waitForHeight(height + 3n);
  assert.equal((await dev0.kernel.action(made + 2n)).state, actionState.accepted);
  await send([submit([{ typeUrl: '/windlass.kernel.v1.MsgControl', value: { authority: governanceAddress, pauseVat: { vatId, resume: true } } }]), vote(4n)]);
  assert.equal(await ended(4n), passed);
  const done = await settled(made + 2n);
  assert.deepEqual([done.state, done.result?.body], [actionState.fulfilled, '#"+5"']);
});

test('what fails on execution says why, and a proposal for nobody’s message is not taken', async () => {
  await send([submit([{ typeUrl: '/windlass.kernel.v1.MsgControl', value: { authority: governanceAddress, terminateVat: { vatId: 'v999', reason: '' } } }]), vote(5n)]);
  assert.equal(await ended(5n), ProposalStatus.PROPOSAL_STATUS_FAILED);
  const { proposal } = (await cli('query', 'gov', 'proposal', '5')) as { proposal: { failed_reason: string } };
  assert.equal(proposal.failed_reason, 'there is no vat v999: unknown vat');
  const file = join(folder, 'quota.json');
  writeFileSync(file, JSON.stringify({ messages: [{ '@type': '/windlass.kernel.v1.MsgControl', authority: governanceAddress, set_quota: { account: '', dimension: 'luck', limit: '1', unlimited: false, limit_generation: '0' } }], title: 't', summary: 's' }));
  const refused = await node.cli(['tx', 'gov', 'submit-proposal', file, '--from', 'dev0', '--yes']);
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /luck is no dimension/);
});
