import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { encodePubkey } from '@cosmjs/proto-signing';
import { assertIsDeliverTxSuccess, QueryClient, setupStakingExtension, type StakingExtension } from '@cosmjs/stargate';
import { BondStatus } from 'cosmjs-types/cosmos/staking/v1beta1/staking';
import { runCli } from '../../../app/cli/program.js';
import { operatorOf } from '../../../app/cli/validator-address.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { scriptedIo } from '../cli/support.js';
import { connectStranger, type Stranger } from './client.js';
import { startTestNode, until, type EngineName, type TestNode } from '../../support/node.js';

const comet = await cometOrReason();
const wind = (amount: number) => ({ denom: 'uwind', amount: String(amount * 1_000_000) });
const newcomerKey = createHash('sha256').update('the newcomer').digest();

const staking = (stranger: Stranger): StakingExtension['staking'] => QueryClient.withExtensions(stranger.comet, setupStakingExtension).staking;
const balance = async ({ client, address }: Stranger): Promise<bigint> => BigInt((await client.getBalance(address, 'uwind')).amount);

for (const engine of ['embedded', 'cometbft'] as const satisfies readonly EngineName[]) {
  describe(engine, { skip: engine === 'cometbft' ? comet.skip : false }, () => {
    let started: Promise<TestNode> | undefined;
    const node = (): Promise<TestNode> => (started ??= startTestNode({
      engine,
      genesis: ({ app_state: state }) => { (state['staking'] as { params: Record<string, unknown> }).params['unbonding_time'] = '2s'; },
    }));
    after(async () => (await started)?.dispose());

    test('cosmjs delegates, reads what it has staked, and takes it back', async () => {
      const dev = await connectStranger((await node()).rpcUrl, 1);
      const { validators } = await staking(dev).validators('BOND_STATUS_BONDED');
      const [validator] = validators;
      assert.deepEqual([validators.length, validator?.status, validator?.tokens], [1, BondStatus.BOND_STATUS_BONDED, '100000000000']);
      const operator = validator?.operatorAddress ?? '';
      assert.equal(await dev.client.getDelegation(dev.address, operator), null);
      assertIsDeliverTxSuccess(await dev.client.delegateTokens(dev.address, operator, wind(7), 'auto'));
      assert.deepEqual(await dev.client.getDelegation(dev.address, operator), wind(7));
      assert.deepEqual(await dev.client.getBalanceStaked(dev.address), wind(7));
      const before = await balance(dev);
      const taken = await dev.client.undelegateTokens(dev.address, operator, wind(3), 'auto');
      assertIsDeliverTxSuccess(taken);
      assert.deepEqual(await dev.client.getBalanceStaked(dev.address), wind(4));
      await until('the unbonding is paid out', async () => ((await balance(dev)) > before ? true : undefined));
      const { pool } = await staking(dev).pool();
      assert.deepEqual([pool?.notBondedTokens, pool?.bondedTokens], ['0', '100004000000']);
      assert.equal((await staking(dev).historicalInfo(taken.height)).hist?.valset.length, 1);
      assert.equal((await staking(dev).params()).params?.unbondingTime?.seconds, 2n);
      assert.equal((await staking(dev).delegatorValidators(dev.address)).validators.length, 1);
      assert.deepEqual((await staking(dev).validatorDelegations(operator)).pagination?.total, 2n);
    });

    test('a validator that joins signs from two blocks later on, and leaves again, while the first goes on alone', async () => {
      const dev = await connectStranger((await node()).rpcUrl, 2, 'amino');
      const value = {
        description: { moniker: 'newcomer', identity: 'i', website: 'w', securityContact: 's', details: 'd' },
        commission: { rate: '100000000000000000', maxRate: '200000000000000000', maxChangeRate: '10000000000000000' }, minSelfDelegation: '1', delegatorAddress: dev.address,
        validatorAddress: operatorOf(dev.address), pubkey: encodePubkey({ type: 'tendermint/PubKeyEd25519', value: newcomerKey.toString('base64') }), value: wind(5),
      };
      const made = await dev.client.signAndBroadcast(dev.address, [{ typeUrl: '/cosmos.staking.v1beta1.MsgCreateValidator', value }], 'auto');
      assertIsDeliverTxSuccess(made);
      const set = async (height: number): Promise<number[]> => {
        await (await node()).waitForHeight(BigInt(height));
        return (await dev.comet.validators({ height })).validators.map(({ votingPower }) => Number(votingPower));
      };
      assert.equal((await set(made.height + 1)).length, 1);
      assert.deepEqual((await set(made.height + 2)).slice(1), [5]);
      const left = await dev.client.undelegateTokens(dev.address, operatorOf(dev.address), wind(5), 'auto');
      assertIsDeliverTxSuccess(left);
      assert.equal((await set(left.height + 2)).length, 1);
      await (await node()).waitForHeight(BigInt(left.height + 4));
    });
  });
}

test('the command line stakes, edits, moves and asks under the names of the SDK', async t => {
  const node = await startTestNode({ blockTime: '100ms' });
  t.after(() => node.dispose());
  const run = async (...args: string[]): Promise<Record<string, unknown>> => {
    const io = scriptedIo();
    assert.equal(await runCli([...args, '--home', node.home, '-o', 'json'], io), 0, `${args.join(' ')}: ${io.shown.err}${io.shown.out}`);
    return JSON.parse(io.shown.out) as Record<string, unknown>;
  };
  const tx = (from: string, ...args: string[]) => run('tx', 'staking', ...args, '--from', from, '--yes');
  const ask = (...args: string[]) => run('query', 'staking', ...args);
  const file = join(node.home, 'validator.json');
  const pubkey = { '@type': '/cosmos.crypto.ed25519.PubKey', key: newcomerKey.toString('base64') };
  writeFileSync(file, JSON.stringify({ pubkey, amount: '2000000uwind', moniker: 'second', 'commission-rate': '0.05', 'commission-max-rate': '0.5', 'commission-max-change-rate': '0.1', 'min-self-delegation': '1' }));
  await tx('dev1', 'create-validator', file);
  await tx('dev1', 'edit-validator', '--details', 'in two places');
  await tx('dev2', 'delegate', 'dev0', '9uwind');
  await tx('dev2', 'redelegate', 'dev0', 'dev1', '4uwind');
  const { height } = await tx('dev2', 'unbond', 'dev0', '3uwind');
  await tx('dev2', 'cancel-unbond', 'dev0', '1uwind', String(height));
  const { validator } = (await ask('validator', 'dev1')) as { validator: { description: object; commission: { commission_rates: object }; tokens: string; status: string } };
  assert.deepEqual(validator.description, { moniker: 'second', identity: '', website: '', security_contact: '', details: 'in two places' });
  assert.deepEqual(validator.commission.commission_rates, { rate: '0.050000000000000000', max_rate: '0.500000000000000000', max_change_rate: '0.100000000000000000' });
  assert.deepEqual([validator.tokens, validator.status], ['2000004', 'BOND_STATUS_BONDED']);
  assert.equal(((await ask('validators', '--status', 'bonded')) as { validators: unknown[] }).validators.length, 2);
  assert.deepEqual(((await ask('delegation', 'dev2', 'dev0')) as { delegation_response: { balance: object } }).delegation_response.balance, { denom: 'uwind', amount: '3' });
  assert.equal(((await ask('delegations', 'dev2')) as { delegation_responses: unknown[] }).delegation_responses.length, 2);
  assert.equal(((await ask('unbonding-delegation', 'dev2', 'dev0')) as { unbond: { entries: { balance: string }[] } }).unbond.entries[0]?.balance, '2');
  assert.equal(((await ask('unbonding-delegations', 'dev2')) as { unbonding_responses: unknown[] }).unbonding_responses.length, 1);
  assert.equal(((await ask('redelegation', 'dev2', 'dev0', 'dev1')) as { redelegation_responses: { entries: { balance: string }[] }[] }).redelegation_responses[0]?.entries[0]?.balance, '4');
  assert.equal(((await ask('params')) as { params: { unbonding_time: string } }).params.unbonding_time, '1814400s');
  assert.equal(((await ask('historical-info', String(height))) as { hist: { valset: unknown[] } }).hist.valset.length, 2);
});
