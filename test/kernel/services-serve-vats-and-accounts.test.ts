import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { slotRef } from '../../kernel/capdata.js';
import { makeTestKernel, type TestKernel } from '../support/kernel.js';

let k: TestKernel;
before(async () => {
  k = await makeTestKernel({
    vats: ['kernel/boot', 'kernel/actor', 'counter'],
    config: { bootstrap: 'boot', vats: { boot: { bundleId: 'kernel/boot' }, other: { bundleId: 'counter', parameters: { start: 7 } } } },
  });
  await k.run();
});
after(() => k.shutdown());

test('the bootstrap vat gets the static vats and the services once, and may use names of the system', async () => {
  const greeting = await k.outcome(k.invoke('alice', '@sys.boot', 'greet'));
  assert.equal(greeting.result.body, '#"vats: boot other, services: directory timer vats"');
});

test('public names are first come, belong to the account, and end with it', async () => {
  await k.outcome(k.createVat('alice', 'kernel/actor', 'actor', { timer: slotRef('home.timer') }));
  const publish = (sender: string, name: string, object: string) => k.outcome(k.invoke(sender, 'home.directory', 'publish', [name, slotRef(object)]));
  assert.equal((await publish('alice', 'thing', 'actor')).state, 'fulfilled');
  assert.match((await publish('bob', 'thing', 'home.timer')).result.body, /belongs to somebody else/);
  assert.match((await publish('bob', 'sys.thing', 'home.timer')).result.body, /for governance/);
  assert.match((await publish('bob', 'No Name', 'home.timer')).result.body, /a public name has/);
  assert.equal((await k.outcome(k.invoke('bob', '@thing', 'keep', ['by', 'bob']))).state, 'fulfilled');
  assert.equal((await k.outcome(k.invoke('bob', 'home.directory', 'lookup', ['thing'], 'found'))).state, 'fulfilled');
  assert.equal((await k.outcome(k.invoke('bob', 'found', 'get', ['by']))).result.body, '#"bob"');
  assert.match((await k.outcome(k.invoke('bob', 'home.directory', 'unpublish', ['thing']))).result.body, /belongs to somebody else/);
  assert.equal((await k.outcome(k.invoke('alice', 'home.directory', 'unpublish', ['thing']))).state, 'fulfilled');
  assert.match((await k.outcome(k.invoke('bob', '@thing', 'get', ['by']))).result.body, /kernel\/2: unknown capability/);
});

test('timers wake a contract when block time comes, and a repeated one that fell behind comes once', async () => {
  assert.equal((await k.outcome(k.invoke('alice', 'home.timer', 'now'))).result.body, '#"+1000"');
  const delayed = k.invoke('alice', 'home.timer', 'delay', [5n]);
  await k.outcome(k.invoke('alice', 'home.timer', 'repeat', [1002n, 10n, slotRef('actor')], 'token'));
  assert.equal(k.outcomes.get(delayed), undefined);
  k.setTime(1005n);
  assert.equal((await k.outcome(delayed)).result.body, '#"+1005"');
  assert.equal((await k.outcome(k.invoke('alice', 'actor', 'wakes'))).result.body, '#["+1005"]');
  k.setTime(1050n);
  await k.run();
  k.setTime(1052n);
  await k.run();
  assert.equal((await k.outcome(k.invoke('alice', 'actor', 'wakes'))).result.body, '#["+1005","+1050","+1052"]');
  assert.equal((await k.outcome(k.invoke('alice', 'home.timer', 'cancel', [slotRef('token')]))).result.body, '#true');
  assert.equal((await k.outcome(k.invoke('alice', 'home.timer', 'cancel', [slotRef('token')]))).result.body, '#false');
  k.setTime(1100n);
  await k.run();
  assert.equal((await k.outcome(k.invoke('alice', 'actor', 'wakes'))).result.body, '#["+1005","+1050","+1052"]');
});

test('a timer whose handler is gone ends', async () => {
  await k.outcome(k.createVat('alice', 'kernel/actor', 'short'));
  await k.outcome(k.invoke('alice', 'home.timer', 'repeat', [1200n, 10n, slotRef('short')]));
  await k.outcome(k.invoke('alice', 'short.admin', 'terminate', ['enough']));
  k.setTime(1300n);
  await k.run();
  assert.deepEqual([...k.kernel.state.rows.below('tm.')], []);
});

test('a vat makes, upgrades and ends other vats', async () => {
  await k.outcome(k.invoke('alice', '@sys.boot', 'greet'));
  await k.outcome(k.createVat('alice', 'kernel/boot', 'maker'));
  await k.outcome(k.invoke('alice', 'maker', 'bootstrap', [{}, { vats: slotRef('home.vats'), directory: slotRef('home.directory') }]));
  const id = k.bundleId('counter');
  assert.equal((await k.outcome(k.invoke('alice', 'maker', 'make', ['child', id, { label: 'child', parameters: { start: 3 } }]))).state, 'fulfilled');
  const done = k.invoke('alice', 'maker', 'admin', ['child', 'done']);
  assert.equal((await k.outcome(k.invoke('alice', 'maker', 'call', ['child', 'increment']))).result.body, '#"+4"');
  assert.equal((await k.outcome(k.invoke('alice', 'maker', 'admin', ['child', 'upgrade', id]))).result.body, '#{"incarnationNumber":1}');
  assert.equal((await k.outcome(k.invoke('alice', 'maker', 'call', ['child', 'increment']))).result.body, '#"+5"');
  assert.match((await k.outcome(k.invoke('alice', 'maker', 'admin', ['child', 'getUsage']))).result.body, /computrons/);
  assert.equal((await k.outcome(k.invoke('alice', 'maker', 'admin', ['child', 'terminate', 'over']))).result.body, '#"#undefined"');
  const end = await k.outcome(done);
  assert.deepEqual([end.state, end.result.body], ['rejected', '#"over"']);
  assert.match((await k.outcome(k.invoke('alice', 'maker', 'call', ['child', 'increment']))).result.body, /vat terminated/);
  assert.match((await k.outcome(k.invoke('alice', 'maker', 'make', ['x', 'b1-none']))).result.body, /bundle b1-none is not installed/);
});
