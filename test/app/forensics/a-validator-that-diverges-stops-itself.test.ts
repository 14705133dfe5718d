/** Four validators on CometBFT, of which one goes wrong: it notices, saves, says so, stops, and comes back. */
import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readPrivValidatorKey } from '../../../chain/engine/home-files/index.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { runCli, type CliResult } from '../../support/node.js';
import { readmeBlocks } from '../readme/checkout.js';
import { appHashIn } from '../localnet/support.js';
import { incidentsOf, makeValidators, reach, signersOf, signingState, type Validator } from './validators.js';

const { skip } = await cometOrReason();
const wrongAt = 4;

/** The commands of the README's chapter, as an operator would type them: with the id, the height and a peer of his own. */
async function asTheReadmeSays(home: string, id: string, peer: string): Promise<ReadonlyMap<string, CliResult>> {
  const lines = readmeBlocks.filter(({ script }) => /windlass (?:forensics show|rollback)/.test(script)).flatMap(({ script }) => script.split('\n'));
  const results = new Map<string, CliResult>();
  for (const line of lines) {
    const [, ...words] = line.replace('8813-5f2c91d07be4a360', id).replace('8812', String(wrongAt - 1)).replace('http://10.0.0.7:26657', peer).split(' ');
    const more = words.includes('collect') ? ['--out', join(home, 'sent.tar')] : [];
    const result = await runCli([...words.slice(1), '--home', home, ...more]);
    assert.equal(result.code, 0, `${line}\n${result.stderr}`);
    results.set(words.slice(1, 3).join(' '), result);
  }
  return results;
}

test('a validator with a wrong store finds it by itself within two blocks, and comes back by rollback', { skip, timeout: 280_000 }, async t => {
  const validators = await makeValidators(t, 4);
  const [wrong, ...others] = validators as [Validator, ...Validator[]];
  wrong.start(`bank@${wrongAt}`);
  for (const validator of others) validator.start();

  assert.deepEqual(await wrong.exited, { code: 70, signal: null }, wrong.log().slice(-3000));
  const screen = wrong.log();
  assert.match(screen, /THIS NODE HAS DIVERGED FROM THE CHAIN/);
  const [incident] = await incidentsOf(wrong.home);
  assert.equal(incident?.height, String(wrongAt), 'found at the block that went wrong, not later');
  assert.equal(incident.verdict, 'store-only');
  assert.match(screen, /stores +bank DIFFERS/);
  assert.match(screen, /3 of 3 prove what the chain did/);
  const signed = signingState(wrong.home);
  await reach(others, wrongAt + 6);

  wrong.start();
  assert.deepEqual(await wrong.exited, { code: 70, signal: null }, 'it does not serve ABCI again');
  assert.ok(wrong.log().includes(incident.id));
  assert.equal(signingState(wrong.home), signed, 'nothing was signed any more');
  const { address } = readPrivValidatorKey(wrong.home);
  for (let height = wrongAt + 1; height <= wrongAt + 5; height += 1) {
    const signers = await signersOf((others[0] as Validator).url, height);
    assert.ok(signers.length === 3 && !signers.includes(address), `height ${height}: ${signers.join()}`);
  }

  const said = await asTheReadmeSays(wrong.home, incident.id, (others[0] as Validator).url);
  assert.match(said.get('forensics show')?.stdout ?? '', /THIS NODE HAS DIVERGED/);
  assert.match(said.get('forensics compare')?.stdout ?? '', /store-only/);
  assert.ok(statSync(join(wrong.home, 'sent.tar')).size > 1024);
  assert.match(said.get('forensics rerun')?.stdout ?? '', /the chain's result \(transient/);
  assert.match(said.get('rollback --to')?.stdout ?? '', /Rolled back state to height/);
  const [noted] = await incidentsOf(wrong.home);
  assert.ok(noted?.acknowledged);
  assert.equal(noted.rerun, 'transient');

  wrong.start();
  await reach(validators, wrongAt + 12);
  assert.match(wrong.log(), /the block of an incident was executed again.*transient/);
  const at = BigInt(wrongAt + 10);
  assert.equal(new Set(await Promise.all(validators.map(({ url }) => appHashIn(url, at)))).size, 1);
});
