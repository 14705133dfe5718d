import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeUpgradeKeeper, makeUpgradeModule, upgradeStore, type Plan } from '../../../chain/index.js';
import { proposalStatus, voteOption } from '../../../chain/modules/gov/index.js';
import { strangerAddress, testCodecs } from '../../support/chain-app.js';
import { makeTestWallet } from '../../support/chain-wallet.js';
import { govAddress, makeGovChain, submitMsg, uwind, voteMsg } from '../../support/gov.js';

const [alice, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov val')];
const stake = { validators: [{ operator: val, tokens: 100n }], delegations: [{ from: val, to: val, shares: '100' }] };
const target = strangerAddress(3);
const paid = 100n;

const planned = (height: bigint, name: string): Plan => ({ name, height, info: 'https://example.org/two' });
const schedule = (plan: Plan) => ({ typeUrl: '/cosmos.upgrade.v1beta1.MsgSoftwareUpgrade', value: { authority: govAddress, plan: { ...plan, time: undefined, upgradedClientState: undefined } } });
const cancel = { typeUrl: '/cosmos.upgrade.v1beta1.MsgCancelUpgrade', value: { authority: govAddress } };
const pay = { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: govAddress, toAddress: target, amount: uwind(paid.toString()) } };

async function makeChain() {
  const keeper = makeUpgradeKeeper(testCodecs);
  const module = makeUpgradeModule(testCodecs, keeper, { authority: govAddress, versions: () => [] });
  const gov = await makeGovChain({ wallets: [alice, val], stake, modules: [module], extraStores: [upgradeStore], held: uwind(500) });
  let proposals = 0n;
  return {
    gov,
    plan: () => keeper.plan(gov.chain.store.branch()),
    /** Passes a proposal. Answers how it ended and at which height it was executed. */
    decide: async (...messages: readonly { typeUrl: string; value: object }[]) => {
      proposals += 1n;
      await gov.sent(alice, [submitMsg(alice, { deposit: 1000, messages })]);
      await gov.sent(val, [voteMsg(val, proposals, voteOption.yes)]);
      await gov.pass(50);
      const { status, failedReason } = await gov.proposal(proposals);
      return { status, failedReason, height: gov.chain.height() };
    },
  };
}

test('a plan is set by one vote, replaced by the next, and cleared by a third', async () => {
  const { plan, decide } = await makeChain();
  for (const wanted of [planned(100n, 'two'), planned(200n, 'three')]) {
    assert.equal((await decide(schedule(wanted))).status, proposalStatus.passed);
    assert.deepEqual(plan(), wanted);
  }
  assert.equal((await decide(cancel)).status, proposalStatus.passed);
  assert.equal(plan(), undefined);
  assert.equal((await decide(cancel)).status, proposalStatus.passed, 'without a plan there is nothing to do, and nothing wrong');
});

test('a plan whose height is past when the vote ends fails the proposal, and nothing of it is kept', async () => {
  const { gov, plan, decide } = await makeChain();
  const early = planned(gov.chain.height() + 2n, 'too early'); // the proposal is executed a block later
  const { status, failedReason, height } = await decide(pay, schedule(early));
  assert.equal(height, early.height + 1n);
  assert.deepEqual([status, failedReason], [proposalStatus.failed, 'upgrade cannot be scheduled in the past: invalid request']);
  assert.deepEqual([plan(), gov.chain.balance(target)], [undefined, 0n]);

  const later = planned(height + 90n, 'later');
  await decide(schedule(later));
  assert.equal((await decide(cancel, schedule(early))).status, proposalStatus.failed);
  assert.deepEqual(plan(), later, 'the plan that it cancelled before it failed is still there');
  assert.equal((await decide(pay, schedule({ ...later, name: 'latest' }))).status, proposalStatus.passed);
  assert.deepEqual([plan()?.name, gov.chain.balance(target)], ['latest', paid]);
});
