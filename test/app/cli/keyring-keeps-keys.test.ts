import assert from 'node:assert/strict';
import { createHmac, pbkdf2Sync } from 'node:crypto';
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { ripemd160 } from '@noble/hashes/legacy.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { toBech32 } from '@cosmjs/encoding';
import { devKeys } from '../../../app/cli/keyring/hd.js';
import { openKeyring } from '../../../app/cli/keyring/keyring.js';
import { scriptedIo, tempHome, windlass } from './support.js';

const phrase = 'test test test test test test test test test test test junk';
const password = { WINDLASS_KEYRING_PASSWORD: 'correct horse' };

/** BIP-39 and BIP-32 as their texts say, with other libraries than the program's. */
function addressByHand(index: number): string {
  const order = secp256k1.Point.Fn.ORDER;
  const seed = pbkdf2Sync(phrase, 'mnemonic', 2048, 64, 'sha512');
  let node = createHmac('sha512', 'Bitcoin seed').update(seed).digest();
  for (const step of [2 ** 31 + 44, 2 ** 31 + 118, 2 ** 31, 0, index]) {
    const key = node.subarray(0, 32);
    const number = Buffer.alloc(4);
    number.writeUInt32BE(step);
    const head = step >= 2 ** 31 ? Buffer.concat([Buffer.of(0), key]) : Buffer.from(secp256k1.getPublicKey(key, true));
    const next = createHmac('sha512', node.subarray(32)).update(Buffer.concat([head, number])).digest();
    const child = (BigInt(`0x${next.subarray(0, 32).toString('hex')}`) + BigInt(`0x${key.toString('hex')}`)) % order;
    node = Buffer.concat([Buffer.from(child.toString(16).padStart(64, '0'), 'hex'), next.subarray(32)]);
  }
  return toBech32('windlass', ripemd160(sha256(secp256k1.getPublicKey(node.subarray(0, 32), true))));
}

test('dev0 to dev9 are the addresses of the known mnemonic', async () => {
  const keys = await devKeys();
  assert.deepEqual(keys.map(({ name }) => name), Array.from({ length: 10 }, (_, index) => `dev${index}`));
  assert.deepEqual(keys.map(({ address }) => address), Array.from({ length: 10 }, (_, index) => addressByHand(index)));
});

test('a recovered key has the address of its mnemonic, and files that only their owner reads', async t => {
  const home = tempHome(t);
  for (const backend of ['test', 'file']) {
    const ran = await windlass(['keys', 'add', 'alice', '--recover', '--index', '3', '--home', home, '--keyring-backend', backend, '-o', 'json'], { stdin: `${phrase}\n`, env: password });
    assert.equal(ran.code, 0, ran.err);
    const shown = JSON.parse(ran.out) as Record<string, unknown>;
    assert.equal(shown['address'], addressByHand(3));
    assert.equal('mnemonic' in shown, false);
    const folder = join(home, 'keyring', backend);
    assert.equal(statSync(folder).mode & 0o777, 0o700);
    for (const file of readdirSync(folder)) assert.equal(statSync(join(folder, file)).mode & 0o777, 0o600, file);
  }
  assert.match((await windlass(['keys', 'list', '--home', home, '--keyring-backend', 'test'])).out, new RegExp(`^alice\t${addressByHand(3)}\n$`));
});

test('the test keyring says that it is not encrypted', async t => {
  const home = tempHome(t);
  const ran = await windlass(['keys', 'add', 'alice', '--home', home, '--keyring-backend', 'test', '-o', 'json']);
  assert.match(ran.err, /not encrypted/);
  assert.equal((JSON.parse(ran.out) as { mnemonic: string }).mnemonic.split(' ').length, 24);
});

test('the file keyring opens with its password only, and holds no key in the clear', async t => {
  const folder = tempHome(t);
  const secret = Uint8Array.from({ length: 32 }, (_, index) => index + 1);
  await openKeyring(folder, 'file', scriptedIo('', password)).addLocal('alice', secret);
  assert.deepEqual(await openKeyring(folder, 'file', scriptedIo('', password)).privateKey('alice'), secret);
  assert.deepEqual(await openKeyring(folder, 'file', scriptedIo('correct horse\n')).privateKey('alice'), secret, 'typed');
  await assert.rejects(openKeyring(folder, 'file', scriptedIo('wrong horse\n')).privateKey('alice'), /wrong password/);
  await assert.rejects(openKeyring(folder, 'file', scriptedIo('')).privateKey('alice'), /no password was given/);
  await assert.rejects(openKeyring(folder, 'file', scriptedIo('wrong horse\n')).addLocal('bob', secret), /wrong password/, 'a second key has the same password');
  for (const file of readdirSync(join(folder, 'file'))) {
    const text = readFileSync(join(folder, 'file', file), 'utf8');
    assert.ok(!text.includes(Buffer.from(secret).toString('hex')) && !text.includes(Buffer.from(secret).toString('base64')), file);
  }
});

test('a key file that was changed is refused', async t => {
  const folder = tempHome(t);
  const keyring = openKeyring(folder, 'file', scriptedIo('', password));
  await keyring.addLocal('alice', new Uint8Array(32).fill(1));
  await keyring.addLocal('bob', new Uint8Array(32).fill(2));
  const path = (name: string): string => join(folder, 'file', `${name}.key.json`);
  const alice = JSON.parse(readFileSync(path('alice'), 'utf8')) as Record<string, unknown>;
  const bob = JSON.parse(readFileSync(path('bob'), 'utf8')) as Record<string, unknown>;
  writeFileSync(path('alice'), JSON.stringify({ ...alice, secret: bob['secret'] }));
  await assert.rejects(keyring.privateKey('alice'), /was changed/);
  writeFileSync(path('alice'), JSON.stringify({ ...alice, address: bob['address'] }));
  assert.throws(() => keyring.list(), /its address is not that of its public key/);
});

test('an exported key is imported with its own password, and with no other', async t => {
  const home = tempHome(t);
  const file = join(home, 'alice.key.json');
  const at = ['--home', home];
  assert.equal((await windlass(['keys', 'add', 'alice', ...at, '--keyring-backend', 'file'], { env: password })).code, 0);
  const exported = await windlass(['keys', 'export', 'alice', ...at, '--keyring-backend', 'file'], { env: password, stdin: 'for the journey\n' });
  assert.equal(exported.code, 0, exported.err);
  writeFileSync(file, exported.out);
  const refused = await windlass(['keys', 'import', 'copy', file, ...at, '--keyring-backend', 'test'], { stdin: 'correct horse\n' });
  assert.deepEqual([refused.code, refused.out], [1, '']);
  const imported = await windlass(['keys', 'import', 'copy', file, ...at, '--keyring-backend', 'test', '-o', 'json'], { stdin: 'for the journey\n' });
  assert.equal(imported.code, 0, imported.err);
  const shown = await windlass(['keys', 'show', 'alice', '-a', ...at, '--keyring-backend', 'file']);
  assert.equal((JSON.parse(imported.out) as { address: string }).address, shown.out.trim());
  assert.equal((await windlass(['keys', 'export', 'copy', ...at, '--keyring-backend', 'test', '--unarmored-hex'])).code, 2, 'hex needs --unsafe');
});

test('deleting asks, and names are taken once', async t => {
  const home = tempHome(t);
  const at = ['--home', home, '--keyring-backend', 'test'];
  await windlass(['keys', 'add', 'alice', ...at]);
  assert.equal((await windlass(['keys', 'add', 'alice', ...at])).code, 2);
  assert.equal((await windlass(['keys', 'delete', 'alice', ...at])).code, 1);
  assert.equal((await windlass(['keys', 'delete', 'alice', ...at], { stdin: 'y\n' })).code, 0);
  const gone = await windlass(['keys', 'show', 'alice', ...at]);
  assert.equal(gone.code, 1);
  assert.match(gone.err, /no key "alice"/);
  assert.equal((await windlass(['keys', 'add', '../alice', ...at])).code, 2, 'a name is no path');
});
