import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData } from '../../../kernel/capdata.js';
import { wtf8Bytes } from '../../../kernel/index.js';
import { makeTestKernel } from '../../support/kernel.js';
import { resultOf, scripted, whatOf, type Syscall } from '../../support/kernel-scripted.js';

const onDisk = ['a', '\0', '\ud800', '\udfff', '\u{1f600}', '\uffff', 'é', '\ud800\ud800', 'z', '\u{10ffff}', ''];
const inOverlay = ['b', '\udbff', '\ue000', '\ud83d', '\u{1f601}', '\ud83d\ud83d', '\u007f', 'a\0'];
const byBytes = (keys: readonly string[]): string[] => [...keys].sort((a, b) => Buffer.compare(wtf8Bytes(a), wtf8Bytes(b)));

async function walk(syscall: Syscall): Promise<string[]> {
  const found: string[] = [];
  for (let key = await syscall(['vatstoreGetNextKey', 'k']); typeof key === 'string'; key = await syscall(['vatstoreGetNextKey', key])) {
    if (!key.startsWith('k')) break;
    assert.equal(await syscall(['vatstoreGet', key]), `<${key.slice(1)}>`);
    found.push(key.slice(1));
  }
  return found;
}

test('keys and values of any UTF-16 come back as they went, in the order of their WTF-8 bytes, from disk and overlay together', async () => {
  const walks: string[][] = [];
  const store = scripted(async (delivery, syscall) => {
    if (delivery[0] !== 'message') return;
    const what = whatOf(delivery);
    for (const key of what === 'first' ? onDisk : what === 'second' ? inOverlay : []) await syscall(['vatstoreSet', `k${key}`, `<${key}>`]);
    if (what === 'fourth') await syscall(['vatstoreDelete', 'k\udfff']);
    walks.push(await walk(syscall));
    await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(undefined)]]]);
  });
  let k = await makeTestKernel({ scripts: { store } });
  await k.outcome(k.createVat('alice', 'store', 'store'));
  for (const method of ['first', 'second', 'third']) await k.outcome(k.invoke('alice', 'store', method));
  k = await k.reopen(); // brought back from its transcript, which has every walk
  await k.outcome(k.invoke('alice', 'store', 'fourth'));
  const written = byBytes([...onDisk, ...inOverlay]).filter(key => key !== ''); // `k` itself is not after `k`
  const [first, second, third] = walks;
  assert.deepEqual(first, byBytes(onDisk).filter(key => key !== ''));
  assert.deepEqual(second, written);
  assert.deepEqual(third, written);
  assert.deepEqual(walks.at(-1), written.filter(key => key !== '\udfff'));
  await k.shutdown();
});
