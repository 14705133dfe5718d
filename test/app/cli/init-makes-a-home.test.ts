import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { claimEngine, recordedEngine } from '../../../app/cli/home/engine.js';
import { initHome, isEmptyHome } from '../../../app/cli/home/init-home.js';
import { devKeys } from '../../../app/cli/keyring/hd.js';
import { codecOf } from '../../../app/client/codecs.js';
import { defaultConsensusParams, readGenesis } from '../../../chain/engine/home-files/index.js';
import { consensusParams } from '../../../config/genesis/index.js';
import { scriptedIo, tempHome, windlass } from './support.js';

type Bank = { balances: { address: string; coins: object[] }[]; supply: object[] };

test('init writes what a node needs, and refuses to do it twice', async t => {
  const home = join(tempHome(t), 'alice');
  const made = await windlass(['init', 'alice', '--chain-id', 'chain-1', '--home', home, '-o', 'json']);
  assert.equal(made.code, 0, made.err);
  assert.match((JSON.parse(made.out) as { node_id: string }).node_id, /^[0-9a-f]{40}$/);
  for (const [file, mode] of [['config/priv_validator_key.json', 0o600], ['config/node_key.json', 0o600], ['data/priv_validator_state.json', 0o600], ['config/genesis.json', 0o644]] as const) {
    assert.equal(statSync(join(home, file)).mode & 0o777, mode, file);
  }
  const genesis = readGenesis(home);
  assert.deepEqual([genesis.chain_id, genesis.validators.length, genesis.consensus_params.block.max_gas], ['chain-1', 1, '-1']);
  assert.match(readFileSync(join(home, 'config', 'app.toml'), 'utf8'), /minimum-gas-prices = "0.025uwind"/);
  const key = readFileSync(join(home, 'config', 'priv_validator_key.json'), 'utf8');
  const again = await windlass(['init', 'alice', '--home', home]);
  assert.equal(again.code, 1);
  assert.match(again.err, /genesis\.json exists already/);
  assert.equal((await windlass(['init', 'alice', '--chain-id', 'chain-2', '--home', home, '--overwrite'])).code, 0);
  assert.equal(readGenesis(home).chain_id, 'chain-2');
  assert.equal(readFileSync(join(home, 'config', 'priv_validator_key.json'), 'utf8'), key, 'a signing key is never replaced');
  mkdirSync(join(home, 'data', 'windlass.db'));
  const used = await windlass(['init', 'alice', '--home', home, '--overwrite']);
  assert.equal(used.code, 1);
  assert.match(used.err, /has made blocks already/);
});

test('a development home funds dev0 to dev9, whose keys are in its test keyring', async t => {
  const home = join(tempHome(t), 'dev');
  assert.ok(isEmptyHome(home));
  const made = await initHome({ home, dev: true, engine: 'embedded', genesisTime: '2026-01-02T03:04:05.678Z' }, scriptedIo());
  assert.ok(!isEmptyHome(home));
  const expected = (await devKeys()).map(({ name, address }) => ({ name, address }));
  assert.deepEqual(made.accounts, expected);
  const bank = readGenesis(home).app_state['bank'] as Bank;
  assert.deepEqual(bank.balances, expected.map(({ address }, index) => ({ address, coins: [{ denom: 'uwind', amount: index === 0 ? '1100000000000' : '1000000000000' }] })), 'dev0 stakes what it has more');
  assert.deepEqual(bank.supply, [{ denom: 'uwind', amount: '10100000000000' }]);
  const listed = await windlass(['keys', 'list', '--home', home, '-o', 'json']);
  assert.deepEqual((JSON.parse(listed.out) as { name: string; address: string }[]).map(({ name, address }) => ({ name, address })), expected, 'client.toml names the test keyring');
  assert.equal(recordedEngine(home), 'embedded');
  claimEngine(home, 'embedded');
  assert.throws(() => claimEngine(home, 'cometbft'), /was made with the embedded engine/);
});

test('a genesis without wishes has CometBFT\'s consensus parameters', () => {
  assert.deepEqual(consensusParams, defaultConsensusParams);
});

test('the kernel\'s parameters in a genesis are all that the chain knows, by its names', async t => {
  const home = join(tempHome(t), 'dev');
  await initHome({ home, genesisTime: '2026-01-02T03:04:05Z' }, scriptedIo());
  const { params } = readGenesis(home).app_state['kernel'] as { params: Record<string, unknown> };
  const codec = codecOf<object>('windlass.kernel.v1.Params');
  assert.deepEqual(codec.toJson(codec.fromJson(params)), params);
});

test('accounts are added to a genesis by address or key, once, and validate finds what does not fit', async t => {
  const home = join(tempHome(t), 'g');
  const at = ['--home', home, '--keyring-backend', 'test'];
  await windlass(['init', '--home', home]);
  await windlass(['keys', 'add', 'alice', ...at]);
  const [dev0] = await devKeys();
  assert.ok(dev0);
  assert.equal((await windlass(['genesis', 'add-account', 'alice', '5uwind', ...at])).code, 0);
  assert.equal((await windlass(['genesis', 'add-account', dev0.address, '7uwind,1other', ...at])).code, 0);
  assert.equal((await windlass(['genesis', 'add-account', 'alice', '5uwind', ...at])).code, 1);
  assert.equal((await windlass(['genesis', 'add-account', 'alice', '5', ...at])).code, 2);
  assert.deepEqual((readGenesis(home).app_state['bank'] as Bank).supply, [{ denom: 'other', amount: '1' }, { denom: 'uwind', amount: '12' }]);
  assert.equal((await windlass(['genesis', 'validate', '--home', home])).code, 0);
  const path = join(home, 'config', 'genesis.json');
  const sound = readFileSync(path, 'utf8');
  const twice = JSON.parse(sound) as { app_state: { auth: { accounts: object[] } } };
  twice.app_state.auth.accounts.push(...twice.app_state.auth.accounts.slice(0, 1));
  writeFileSync(path, JSON.stringify(twice));
  assert.match((await windlass(['genesis', 'validate', '--home', home])).err, /auth\.accounts: windlass1\w+ is there twice/);
  for (const [change, text] of [
    [{ foo: {} }, /app_state\.foo: no module reads it; the modules are auth, bank, .*kernel/],
    [{ kernel: { foo: 1 } }, /app_state\.kernel: foo is not known there; expected params, bundles, config/],
    [{ kernel: { config: { bootstrp: 'x' } } }, /app_state\.kernel\.config: bootstrp is not known there/],
  ] as const) {
    const doc = JSON.parse(sound) as { app_state: Record<string, unknown> };
    writeFileSync(path, JSON.stringify({ ...doc, app_state: { ...doc.app_state, ...change } }));
    assert.match((await windlass(['genesis', 'validate', '--home', home])).err, text);
  }
  writeFileSync(path, sound.replace('"12"', '"13"'));
  const wrong = await windlass(['genesis', 'validate', '--home', home]);
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /supply: is not the sum of the balances/);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"chain_id"', '"chain"'));
  assert.match((await windlass(['genesis', 'validate', '--home', home])).err, /chain_id/);
  writeFileSync(path, readFileSync(path, 'utf8').replace('"chain"', '"chain_id"').replace('"round_width"', '"round_with"'));
  assert.match((await windlass(['genesis', 'validate', '--home', home])).err, /app_state\.kernel\.params: .*has no field round_with/);
});
