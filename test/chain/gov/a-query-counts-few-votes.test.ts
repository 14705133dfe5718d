import assert from 'node:assert/strict';
import { test } from 'node:test';
import { proposalStatus, voteOption, type TallyResult } from '../../../chain/modules/gov/index.js';
import { makeTestWallet } from '../../support/chain-wallet.js';
import { makeGovChain, submitMsg, voteMsg } from '../../support/gov.js';

/** Votes and delegations behind them that one answer counts. */
const countedMax = 10_000;

test('a running tally is told up to a bound of votes and delegations, and the end of the vote counts all', async () => {
  const [alice, val] = [await makeTestWallet('gov alice'), await makeTestWallet('gov val')];
  const small = Array.from({ length: countedMax - 1 }, () => ({ from: alice, to: val, shares: '1' }));
  const gov = await makeGovChain({ wallets: [alice, val], stake: { validators: [{ operator: val, tokens: 20_000n }], delegations: small } });
  const result = (version: string): Promise<{ tally: TallyResult }> =>
    gov.chain.ask(`/cosmos.gov.${version}.Query/TallyResult`, `cosmos.gov.${version}.QueryTallyResultRequest`, `cosmos.gov.${version}.QueryTallyResultResponse`, { proposalId: 1n });
  await gov.sent(alice, [submitMsg(alice, { deposit: 1000 })]);
  await gov.sent(alice, [voteMsg(alice, 1n, voteOption.no)]);
  assert.equal((await result('v1')).tally.noCount, String(countedMax - 1)); // with the vote itself the bound

  await gov.sent(val, [voteMsg(val, 1n, voteOption.yes)]);
  for (const version of ['v1', 'v1beta1']) {
    await assert.rejects(result(version), /FailedPrecondition desc = proposal 1 has more than 10000 votes and delegations behind them, too many to count for a query; the block that ends the vote counts them all/);
  }
  await gov.pass(50);
  const { status, finalTallyResult } = await gov.proposal(1n);
  assert.deepEqual([status, finalTallyResult?.yesCount, finalTallyResult?.noCount], [proposalStatus.passed, '10001', '9999']);
  assert.deepEqual((await result('v1')).tally, finalTallyResult);
});
