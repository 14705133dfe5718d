/** Four validators on CometBFT with a contract in real workers; one node's kernel answers a read wrongly, and is told to stay up for queries. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { homePaths } from '../../../app/cli/home/paths.js';
import type { Summary } from '../../../app/forensics/summary.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { callRpc, runCli, until } from '../../support/node.js';
import { chainClient, createVat, devAccounts, fulfilled, invokeMsg } from '../crash/chain-client.js';
import { makeValidators, reach, type Validator } from './validators.js';

const { skip } = await cometOrReason();
test('the first bad crank, its vat, delivery and syscall are on the screen; the node holds, and does not start again', { skip, timeout: 600_000 }, async t => {
  const validators = await makeValidators(t, 4);
  const [wrong, ...others] = validators as [Validator, Validator, ...Validator[]];
  const path = homePaths(wrong.home).appToml;
  writeFileSync(path, readFileSync(path, 'utf8').replace('on-divergence = "exit"', 'on-divergence = "hold"'));
  const fault = join(wrong.home, 'fault');
  wrong.start(`result@${fault}`);
  for (const validator of others) validator.start();
  await reach(validators, 2);
  const client = chainClient(others[0].url);
  const [dev0] = await devAccounts();
  assert.ok(dev0);
  await createVat(client, dev0, 'counter', 'counter');
  const increment = async (): Promise<number> => {
    const tx = await client.commit(dev0, invokeMsg(dev0.address, 'counter', 'increment'));
    await fulfilled(client, tx);
    return Number(tx.height);
  };
  await increment();
  writeFileSync(fault, '');
  const takenAt = await increment();

  await until('the screen', () => (/=\n$/.test(wrong.log()) && wrong.log().includes('THIS NODE HAS DIVERGED') ? true : undefined), 120_000);
  const { stdout } = await runCli(['forensics', 'ls', '--home', wrong.home, '--output', 'json']);
  const [{ id, height }] = (JSON.parse(stdout) as { incidents: [{ id: string; height: string }] }).incidents;
  assert.equal(Number(height), takenAt + 1, 'the block whose run took the action');
  const summary = JSON.parse(readFileSync(join(wrong.home, 'forensics', id, 'summary.json'), 'utf8')) as Summary;
  const { comparison } = summary;
  assert.equal(comparison?.verdict, 'result', wrong.log().slice(-3000));
  const { difference, agreeing, told } = comparison.finding ?? {};
  assert.deepEqual([difference?.type, agreeing, told], ['syscall-result', 3, 3]);
  assert.ok(difference?.vat !== undefined && difference.syscall !== undefined && difference.fields.length > 0);
  assert.match(wrong.log(), new RegExp(`first bad +crank \\d+ .*, vat ${difference.vat}, delivery ${difference.delivery}, syscall ${difference.syscall}`));

  const { response } = (await callRpc(wrong.url, 'abci_query', { path: '/forensics/status', data: '' })) as { response: { value: string } };
  assert.deepEqual((JSON.parse(Buffer.from(response.value, 'base64').toString()) as { diverged: object }).diverged, { height, id });
  await increment(); // the others go on
  assert.equal((await wrong.stop()).code, 0);
  wrong.start();
  assert.deepEqual(await wrong.exited, { code: 70, signal: null });
});
