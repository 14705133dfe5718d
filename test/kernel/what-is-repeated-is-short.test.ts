/** Little that a vat does must not make much, and what waits for one vat must not hold up the others. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData, slotRef } from '../../kernel/capdata.js';
import { readPublication } from '../../kernel/index.js';
import type { VatSyscall } from '../../kernel/vat/protocol.js';
import { makeTestKernel } from '../support/kernel.js';
import { resultOf, scripted, whatOf, type Script } from '../support/kernel-scripted.js';

const long = 'x'.repeat(100_000);

/** Makes the syscalls for the method that is called, and answers unless they do. */
function doing(table: Readonly<Record<string, (result: string) => readonly VatSyscall[]>>): Script {
  return async (delivery, syscall) => {
    if (delivery[0] !== 'message') return;
    const result = resultOf(delivery);
    const syscalls = table[whatOf(delivery)]?.(result) ?? [];
    for (const one of syscalls) await syscall(one);
    if (!syscalls.some(([kind]) => kind === 'resolve')) await syscall(['resolve', [[result, false, encodeCapData(undefined)]]]);
  };
}

test('a paused vat with something to collect holds up no action', async () => {
  const k = await makeTestKernel({ scripts: { vat: scripted(doing({})) }, params: { roundWidth: 1, reapInterval: 1 } });
  await k.outcome(k.createVat('alice', 'vat', 'vat', {}, { computeBalance: '1500' }));
  await k.outcome(k.invoke('alice', 'vat', 'spend'));
  assert.equal([...k.kernel.state.rows.below('r.')].length, 1);
  const grants = ['a', 'b', 'c'].map(saveAs => k.queue({ kind: 'grant', sender: 'alice', name: 'vat', recipient: 'bob', saveAs }));
  await k.run();
  assert.ok(grants.every(id => k.outcomes.has(id)));
});

test('an export that is named again in vain is dropped again', async () => {
  const k = await makeTestKernel({
    scripts: {
      gone: scripted(doing({})),
      weak: scripted(doing({ take: () => [['dropImports', ['o-50']]] })),
      giver: scripted(doing({
        give: result => [['resolve', [[result, false, encodeCapData(slotRef('o+1'))]]]],
        again: () => [['send', 'o-50', { methargs: encodeCapData(['take', [slotRef('o+1')]]), result: null }]],
      })),
    },
  });
  for (const name of ['gone', 'weak']) await k.outcome(k.createVat('alice', name, name));
  await k.outcome(k.createVat('alice', 'giver', 'giver', [slotRef('gone')]));
  await k.outcome(k.invoke('alice', 'giver', 'give', [], 'thing'));
  await k.outcome(k.invoke('alice', 'weak', 'take', [slotRef('thing')]));
  await k.outcome(k.queue({ kind: 'drop', sender: 'alice', name: 'thing' }));
  await k.outcome(k.invoke('alice', 'gone.admin', 'terminate', ['over']));
  await k.outcome(k.invoke('alice', 'giver', 'again')); // every step is audited
});

test('of an interface text that is published little is kept', async () => {
  const k = await makeTestKernel({
    scripts: { vat: scripted(doing({ go: () => [['send', 'o-50', { methargs: encodeCapData(['publish', ['evil', slotRef('o+1', `Alleged: ${long}`)]]), result: null }]] })) },
  });
  await k.outcome(k.createVat('alice', 'vat', 'vat', [slotRef('home.directory')]));
  await k.outcome(k.invoke('alice', 'vat', 'go'));
  assert.equal(readPublication(k.kernel.state.rows, 'evil')?.iface.length, 200);
});

test('a long reason is not repeated to each of the messages that wait for it', async () => {
  const told: string[] = [];
  const script = doing({
    go: result => [
      ...Array.from({ length: 50 }, (_, at): readonly VatSyscall[] => [
        ['send', result, { methargs: encodeCapData(['next', []]), result: `p+${at + 10}` }], ['subscribe', `p+${at + 10}`],
      ]).flat(),
      ['resolve', [[result, true, encodeCapData(long)]]],
    ],
  });
  const k = await makeTestKernel({
    scripts: {
      vat: scripted(async (delivery, syscall) => {
        if (delivery[0] === 'notify') told.push(...delivery[1].map(([, , { body }]) => body));
        return script(delivery, syscall);
      }),
    },
  });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  await k.outcome(k.invoke('alice', 'vat', 'go'));
  await k.run();
  assert.deepEqual(told, Array(50).fill('#{"#error":"the reason is too long to be repeated","name":"Error"}'));
});

test('a vat that ends with a long text tells it to nobody', async () => {
  const k = await makeTestKernel({ scripts: { vat: scripted(doing({ end: () => [['exit', false, encodeCapData(long)]] })) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  await k.outcome(k.invoke('alice', 'vat', 'end'));
  assert.match((await k.outcome(k.invoke('alice', 'vat.admin', 'done'))).result.body, /too long to be repeated/);
});

test('the message of an upgrade is short, whoever asks for it', async () => {
  const k = await makeTestKernel({ scripts: { vat: scripted(doing({})) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  const { state, result } = await k.outcome(k.invoke('alice', 'vat.admin', 'upgrade', [k.bundleId('vat'), { upgradeMessage: long }]));
  assert.equal(state, 'rejected');
  assert.match(result.body, /upgradeMessage is a string of at most 1000 characters/);
});

test('a promise that leads to more than one delivery may carry is told as rejected, and the rest goes on', async () => {
  const told: string[] = [];
  const part = 'x'.repeat(9_000_000);
  const links = (at: number) => ({ body: `#["&0","${part}"]`, slots: [`p+${at + 1}`] });
  const table = doing({
    give: () => [['send', 'o-50', { methargs: { body: '#["take",["&0"]]', slots: ['p+10'] }, result: null }]],
    link: result => [['resolve', [[result, false, encodeCapData(undefined)], ...[10, 11, 12, 13].map(at => [`p+${at}`, false, links(at)] as const)]]],
  });
  const k = await makeTestKernel({
    audited: false,
    scripts: {
      chain: scripted(table),
      reader: scripted(async (delivery, syscall) => {
        if (delivery[0] === 'notify') told.push(...delivery[1].map(([vpid, isReject, { body }]) => `${vpid} ${String(isReject)} ${body.slice(0, 90)}`));
        if (delivery[0] === 'message') await syscall(['subscribe', 'p-60']);
      }),
    },
  });
  await k.outcome(k.createVat('alice', 'reader', 'reader'));
  await k.outcome(k.createVat('alice', 'chain', 'chain', [slotRef('reader')]));
  for (const method of ['give', 'link']) await k.outcome(k.invoke('alice', 'chain', method));
  await k.run();
  assert.deepEqual(told, ['p-60 true #{"#error":"the promise leads to more data than one delivery may carry","name":"Error"}']);
});
