import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'smol-toml';
import {
  cometConfigText, defaultConsensusParams, ensurePrivValidatorState, genesisText, homePaths, makeNodeKey, makePrivValidatorKey, nodeIdOf,
  parseGenesis, readGenesis, readNodeKey, readPrivValidatorKey, writeCometConfig, writeGenesis, writeNodeKey, writePrivValidatorKey,
} from '../../../chain/engine/home-files/index.js';
import { cometOrReason, makeGenesis, makeHome, temporaryFolder } from './support.js';

const { binary, skip } = await cometOrReason();
const comet = (home: string, ...args: string[]): string => execFileSync(binary ?? '', [...args, '--home', home], { encoding: 'utf8' }).trim();
const usual = { moniker: 'm', proxyApp: 'tcp://127.0.0.1:26658', rpcLaddr: 'tcp://127.0.0.1:26657', p2pLaddr: 'tcp://0.0.0.0:26656' };

test('CometBFT names the node and the validator as we do', { skip }, t => {
  const home = makeHome(t);
  assert.equal(comet(home, 'show-node-id'), nodeIdOf(readNodeKey(home)));
  const { pub_key: key } = readPrivValidatorKey(home);
  assert.deepEqual(JSON.parse(comet(home, 'show-validator')), key);
});

test('keys that CometBFT made are read, and its genesis too', { skip }, t => {
  const home = temporaryFolder(t);
  comet(home, 'init');
  assert.equal(nodeIdOf(readNodeKey(home)), comet(home, 'show-node-id'));
  const genesis = readGenesis(home);
  assert.equal(genesis.validators[0]?.address, readPrivValidatorKey(home).address);
  assert.deepEqual(genesis.consensus_params, defaultConsensusParams);
  assert.equal(genesis.initial_height, '1');
});

test('our config.toml has every key of a fresh one with the same value', { skip }, t => {
  const home = temporaryFolder(t);
  comet(home, 'init');
  const theirs = parse(readFileSync(homePaths(home).config, 'utf8'));
  const ours = parse(cometConfigText({ ...usual, moniker: theirs['moniker'] as string }));
  assert.deepEqual(ours, theirs);
});

test('options reach their keys', () => {
  const config = parse(cometConfigText({
    ...usual, timeouts: 'fast', blockTimeMs: 1234, persistentPeers: ['a@h:1', 'b@h:2'], allowDuplicateIp: true, addrBookStrict: false,
    prometheusLaddr: ':26670', stateSync: { rpcServers: ['http://a', 'http://b'], trustHeight: 5n, trustHash: 'AB', discoveryTimeMs: 5000 },
  })) as Record<string, Record<string, unknown>>;
  assert.equal(config['consensus']?.['timeout_commit'], '1234ms');
  assert.equal(config['consensus']?.['timeout_propose'], '500ms');
  assert.equal(config['consensus']?.['create_empty_blocks'], true);
  assert.equal(config['p2p']?.['persistent_peers'], 'a@h:1,b@h:2');
  assert.equal(config['p2p']?.['allow_duplicate_ip'], true);
  assert.equal(config['p2p']?.['addr_book_strict'], false);
  assert.equal(config['instrumentation']?.['prometheus'], true);
  assert.deepEqual([config['statesync']?.['enable'], config['statesync']?.['rpc_servers'], config['statesync']?.['trust_height']], [true, 'http://a,http://b', 5]);
});

test("an operator's config.toml is kept unless it is to be replaced", t => {
  const home = temporaryFolder(t);
  const path = homePaths(home).config;
  mkdirSync(join(home, 'config'));
  writeFileSync(path, '# mine\n');
  writeCometConfig(home, usual);
  assert.equal(readFileSync(path, 'utf8'), '# mine\n');
  writeCometConfig(home, usual, 'replace');
  assert.match(readFileSync(path, 'utf8'), /proxy_app/);
});

test('keys are for their owner only and never overwritten; the signing state is never reset', t => {
  const home = temporaryFolder(t);
  const paths = homePaths(home);
  writePrivValidatorKey(home, makePrivValidatorKey());
  writeNodeKey(home, makeNodeKey());
  ensurePrivValidatorState(home);
  for (const path of [paths.privValidatorKey, paths.nodeKey, paths.privValidatorState]) assert.equal(statSync(path).mode & 0o777, 0o600, path);
  const before = readFileSync(paths.privValidatorKey, 'utf8');
  assert.throws(() => writePrivValidatorKey(home, makePrivValidatorKey()), /exists already; keys are never overwritten/);
  assert.throws(() => writeNodeKey(home, makeNodeKey()), /exists already/);
  assert.equal(readFileSync(paths.privValidatorKey, 'utf8'), before);
  writeFileSync(paths.privValidatorState, '{"height":"7","round":0,"step":3}');
  ensurePrivValidatorState(home);
  assert.match(readFileSync(paths.privValidatorState, 'utf8'), /"7"/);
  assert.deepEqual(readdirSync(join(home, 'config')).sort(), ['node_key.json', 'priv_validator_key.json'], 'no temporary file is left');
});

test('a seed fixes a key; a key whose parts do not belong together is refused', t => {
  const home = temporaryFolder(t);
  // RFC 8032, section 7.1, test 1.
  const seed = Buffer.from('9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60', 'hex');
  const key = makePrivValidatorKey(seed);
  assert.equal(Buffer.from(key.pub_key.value, 'base64').toString('hex'), 'd75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a');
  assert.throws(() => makePrivValidatorKey(new Uint8Array(31)), /32 bytes/);
  writePrivValidatorKey(home, { ...key, pub_key: makePrivValidatorKey().pub_key });
  assert.throws(() => readPrivValidatorKey(home), /not those of the private key/);
  const swapped = Buffer.concat([seed, Buffer.from(makePrivValidatorKey().pub_key.value, 'base64')]).toString('base64');
  writeFileSync(homePaths(home).nodeKey, JSON.stringify({ priv_key: { type: 'tendermint/PrivKeyEd25519', value: swapped } }));
  assert.throws(() => readNodeKey(home), /not that of its seed/);
});

test("the SDK's newer layout is converted, and defaults are filled in", t => {
  const home = temporaryFolder(t);
  const { pub_key: key, address } = makePrivValidatorKey();
  const genesis = parseGenesis({
    app_name: 'simd', app_version: '1', genesis_time: '2026-01-02T03:04:05.6Z', chain_id: 'sdk-1', initial_height: 5, app_hash: null,
    app_state: { bank: { supply: [] } },
    consensus: {
      validators: [{ address: '', pub_key: key, power: '3', name: 'v' }],
      params: { block: { max_bytes: '1000000', max_gas: '-1' }, evidence: { max_age_num_blocks: '9', max_age_duration: '10', max_bytes: '11' }, validator: { pub_key_types: ['ed25519'] }, version: {}, abci: null },
    },
  });
  assert.equal(genesis.initial_height, '5');
  assert.deepEqual(genesis.validators, [{ address, pub_key: key, power: '3', name: 'v' }]);
  assert.deepEqual(genesis.consensus_params, {
    block: { max_bytes: '1000000', max_gas: '-1' }, evidence: { max_age_num_blocks: '9', max_age_duration: '10', max_bytes: '11' },
    validator: { pub_key_types: ['ed25519'] }, version: { app: '0' }, abci: { vote_extensions_enable_height: '0' },
  });
  writeGenesis(home, genesis);
  assert.deepEqual(readGenesis(home), genesis);
  assert.equal(readFileSync(homePaths(home).genesis, 'utf8'), genesisText(genesis));
});

test('a genesis that CometBFT would stumble over is refused by the name of the field', () => {
  const { pub_key: key, address } = makePrivValidatorKey();
  const good = makeGenesis([{ address, pub_key: key, power: '10', name: '' }]);
  const params = good.consensus_params;
  const bad: [RegExp, object][] = [
    [/chain_id/, { chain_id: '' }], [/chain_id/, { chain_id: 'x'.repeat(51) }], [/chain_id is missing/, { chain_id: undefined }],
    [/genesis_time/, { genesis_time: 'yesterday' }], [/initial_height/, { initial_height: '-1' }], [/initial_height/, { initial_height: 1.5 }],
    [/app_hash/, { app_hash: 'xyz' }], [/app_state/, { app_state: [] }],
    [/block\.max_bytes/, { consensus_params: { ...params, block: { max_bytes: '0', max_gas: '-1' } } }],
    [/block\.max_gas/, { consensus_params: { ...params, block: { max_bytes: '100', max_gas: '-2' } } }],
    [/evidence\.max_age_duration/, { consensus_params: { ...params, evidence: { ...params.evidence, max_age_duration: '0' } } }],
    [/pub_key_types/, { consensus_params: { ...params, validator: { pub_key_types: [] } } }],
    [/validators\[0\]\.power/, { validators: [{ ...good.validators[0], power: '0' }] }],
    [/validators\[0\]\.address/, { validators: [{ ...good.validators[0], address: 'AB' }] }],
    [/validators\[0\]\.pub_key/, { validators: [{ ...good.validators[0], pub_key: { type: 'tendermint/PubKeyEd25519', value: 'AAAA' } }] }],
    [/validators\[1\] repeats/, { validators: [good.validators[0], good.validators[0]] }],
    [/total power/, { validators: [{ ...good.validators[0], power: '9223372036854775807' }] }],
  ];
  for (const [message, change] of bad) assert.throws(() => parseGenesis({ ...good, ...change }), (error: Error) => error.name === 'GenesisError' && message.test(error.message), String(message));
  for (const json of [null, 5, 'x', []]) assert.throws(() => parseGenesis(json), { name: 'GenesisError' });
});
