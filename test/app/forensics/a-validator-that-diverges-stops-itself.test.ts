/** Four validators on CometBFT, of which one goes wrong: it notices, saves, says so, stops, and comes back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cometOrReason } from '../../chain/comet/support.js';
import { runCli } from '../../support/node.js';
import { appHashIn } from '../localnet/support.js';
import { makeValidators, reach, type Validator } from './validators.js';

const { skip } = await cometOrReason();
const wrongAt = 4;

type Incident = { readonly id: string; readonly height: string; readonly verdict: string | null; readonly acknowledged: string | null; readonly rerun: string | null };

async function incidents(home: string): Promise<readonly Incident[]> {
  const { stdout } = await runCli(['forensics', 'ls', '--home', home, '--output', 'json']);
  return (JSON.parse(stdout) as { incidents: Incident[] }).incidents;
}

test('a validator with a wrong store finds it by itself within two blocks, and comes back by rollback', { skip, timeout: 280_000 }, async t => {
  const validators = await makeValidators(t, 4);
  const [wrong, ...others] = validators as [Validator, ...Validator[]];
  wrong.start(`bank@${wrongAt}`);
  for (const validator of others) validator.start();

  assert.deepEqual(await wrong.exited, { code: 70, signal: null }, wrong.log().slice(-3000));
  const screen = wrong.log();
  assert.match(screen, /THIS NODE HAS DIVERGED FROM THE CHAIN/);
  const [incident] = await incidents(wrong.home);
  assert.equal(incident?.height, String(wrongAt), 'found at the block that went wrong, not later');
  assert.equal(incident.verdict, 'store-only');
  assert.match(screen, /stores +bank DIFFERS/);
  assert.match(screen, /3 of 3 prove what the chain did/);
  await reach(others, wrongAt + 6);

  wrong.start();
  assert.deepEqual(await wrong.exited, { code: 70, signal: null }, 'it does not serve ABCI again');
  assert.ok(wrong.log().includes(incident.id));

  const rerun = await runCli(['forensics', 'rerun', incident.id, '--home', wrong.home, '--output', 'json']);
  assert.equal((JSON.parse(rerun.stdout) as Incident).rerun, 'transient', rerun.stderr);
  const back = await runCli(['rollback', '--to', String(wrongAt - 1), '--home', wrong.home, '--output', 'json']);
  assert.equal(back.code, 0, back.stderr);
  assert.match(back.stdout, /Rolled back state to height/);
  assert.ok((await incidents(wrong.home))[0]?.acknowledged);

  wrong.start();
  await reach(validators, wrongAt + 12);
  const at = BigInt(wrongAt + 10);
  assert.equal(new Set(await Promise.all(validators.map(({ url }) => appHashIn(url, at)))).size, 1);
});
