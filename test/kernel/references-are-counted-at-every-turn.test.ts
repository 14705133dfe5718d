import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData, promiseRef, slotRef, type Passable } from '../../kernel/capdata.js';
import { readVat, type VatId } from '../../kernel/index.js';
import type { VatDelivery } from '../../kernel/vat/protocol.js';
import { makeTestKernel } from '../support/kernel.js';
import { resultOf, scripted, slotsOf, whatOf, type Script } from '../support/kernel-scripted.js';

const echoes: Script = async (delivery, syscall) => {
  if (delivery[0] === 'message' && delivery[2].result) await syscall(['resolve', [[delivery[2].result, false, encodeCapData(whatOf(delivery))]]]);
};
/** Answers `go` with what `make` says. */
const answering = (make: () => Passable): Script => async (delivery, syscall) => {
  if (delivery[0] === 'message') await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(make())]]]);
};

test('an account files sixteen remotables of a result, and no promises', async () => {
  const things = Array.from({ length: 20 }, (_, at) => slotRef(`o+${at + 5}`, 'Alleged: thing'));
  const k = await makeTestKernel({ scripts: { vat: scripted(answering(() => [promiseRef('p+90'), ...things])) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  const { slots } = (await k.outcome(k.invoke('alice', 'vat', 'go', [], 'box'))).result;
  assert.deepEqual(slots, ['?0', 'box', ...Array.from({ length: 15 }, (_, at) => `box.${at + 1}`), '?17', '?18', '?19', '?20']);
  const used = await k.outcome(k.invoke('alice', 'vat', 'go', [], 'box'));
  assert.equal(used.result.body, '#{"#error":"kernel/4: name \\"box\\" is in use","name":"Error"}');
  const bad = await k.outcome(k.invoke('alice', 'vat', 'go', [], 'box.2'));
  assert.equal(bad.result.body, '#{"#error":"kernel/3: \\"box.2\\" is no new name","name":"Error"}');
});

test('grants land under from, renames move, and a dropped name lets go', async () => {
  const k = await makeTestKernel({ scripts: { vat: scripted(echoes) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  const grant = k.queue({ kind: 'grant', sender: 'alice', name: 'vat', recipient: 'bob', saveAs: 'gift' });
  await k.outcome(grant);
  assert.equal((await k.outcome(k.queue({ kind: 'rename', sender: 'bob', name: `from.${grant}.gift`, newName: 'mine' }))).state, 'fulfilled');
  assert.equal((await k.outcome(k.invoke('bob', 'mine', 'hello'))).result.body, '#"hello"');
  assert.equal((await k.outcome(k.queue({ kind: 'drop', sender: 'bob', name: 'mine' }))).state, 'fulfilled');
  assert.match((await k.outcome(k.invoke('bob', 'mine', 'hello'))).result.body, /unknown capability/);
});

test('an outcome that is too long is told by its hash', async () => {
  const k = await makeTestKernel({ scripts: { vat: scripted(answering(() => 'x'.repeat(70_000))) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  assert.match((await k.outcome(k.invoke('alice', 'vat', 'go'))).result.body, /^#\{"bytes":70003,"sha256":"[0-9a-f]{64}"\}$/);
});

test('a vat that spent its balance waits with its messages until it gets more', async () => {
  const k = await makeTestKernel({ scripts: { vat: scripted(async (delivery, syscall) => ({ ...((await echoes(delivery, syscall)) ?? {}), computrons: 1000 })) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat', {}, { computeBalance: '2500' }));
  const calls = ['a', 'b', 'c', 'd'].map(method => k.invoke('alice', 'vat', method));
  await k.run();
  assert.deepEqual(calls.map(id => k.outcomes.has(id)), [true, true, false, false]);
  assert.equal(readVat(k.kernel.state.rows, 'v1' as VatId)?.life, 'paused');
  const late = k.invoke('alice', 'vat', 'late');
  await k.run();
  assert.ok(!k.outcomes.has(late));
  await k.outcome(k.invoke('alice', 'vat.admin', 'setOptions', [{ computeBalance: 100_000n }]));
  assert.equal((await k.outcome(late)).result.body, '#"late"');
  assert.ok(calls.every(id => k.outcomes.has(id)));
});

test('a paused vat can be terminated, and those who wait are told', async () => {
  const k = await makeTestKernel({ scripts: { vat: scripted(echoes) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat', {}, { computeBalance: '1' }));
  const waiting = k.invoke('alice', 'vat', 'hello');
  await k.run();
  assert.ok(!k.outcomes.has(waiting));
  await k.outcome(k.invoke('alice', 'vat.admin', 'terminate', ['over']));
  assert.match((await k.outcome(waiting)).result.body, /vat terminated/);
});

test('a promise that settles between planning and settling is notified later', async () => {
  // In one round the giver settles q, and the watcher is notified of p, whose data has q: the batch was planned with p alone.
  const notified: string[][] = [];
  const watcher: Script = async (delivery, syscall) => {
    if (delivery[0] === 'notify') {
      notified.push(delivery[1].map(([vpid]) => vpid));
      for (const [, , { slots }] of delivery[1]) for (const slot of slots) await syscall(['subscribe', slot]);
      return;
    }
    for (const slot of delivery[0] === 'message' ? slotsOf(delivery) : []) if (slot.startsWith('o-')) {
      await syscall(['send', slot, { methargs: encodeCapData(['later', []]), result: 'p+5' }]);
      await syscall(['subscribe', 'p+5']);
      await syscall(['send', slot, { methargs: encodeCapData(['settle', []]) }]);
    }
    await echoes(delivery, syscall);
  };
  /** Answers `later` with a list of a promise of its own, and settles that when it is told. */
  const giver: Script = async (delivery, syscall) => {
    if (whatOf(delivery) === 'later') await syscall(['resolve', [[resultOf(delivery), false, encodeCapData([promiseRef('p+9')])]]]);
    if (whatOf(delivery) === 'settle') await syscall(['resolve', [['p+9', false, encodeCapData('at last')]]]);
  };
  const k = await makeTestKernel({ scripts: { watcher: scripted(watcher), giver: scripted(giver) } });
  await k.outcome(k.createVat('alice', 'giver', 'giver'));
  await k.outcome(k.createVat('alice', 'watcher', 'watcher'));
  await k.outcome(k.invoke('alice', 'watcher', 'watch', [slotRef('giver')]));
  await k.run();
  assert.deepEqual(notified, [['p+5'], ['p-61']]);
});

test('a vat that waits for its own promise across an upgrade is told, and then has it no more', async () => {
  const told: VatDelivery[] = [];
  const own: Script = async (delivery, syscall) => {
    if (delivery[0] === 'notify') told.push(delivery);
    if (whatOf(delivery) !== 'wait') return echoes(delivery, syscall);
    await syscall(['send', 'o+0', { methargs: encodeCapData(['ignored', [promiseRef('p+7')]]) }]);
    await syscall(['subscribe', 'p+7']);
    return echoes(delivery, syscall);
  };
  const k = await makeTestKernel({ scripts: { vat: scripted(own) } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  await k.outcome(k.invoke('alice', 'vat', 'wait'));
  await k.outcome(k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: 'v1', bundleId: 'vat', parameters: { body: '#{}', slots: [] }, upgradeMessage: 'newer' }));
  await k.run();
  assert.deepEqual(told, [['notify', [['p+7', true, { body: '#{"incarnationNumber":0,"name":"vatUpgraded","upgradeMessage":"newer"}', slots: [] }]]]]);
  assert.deepEqual([...k.kernel.state.rows.below('p.')], []);
});
