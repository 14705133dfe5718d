import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { SlotRef} from '../../../kernel/capdata.js';
import { ErrorValue, promiseRef, record, slotRef } from '../../../kernel/capdata.js';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { callForValue, settled, startTestVat, StoreAnswerer } from '../../support/worker-kit.js';

const lines: string[] = [];
const factory = makeXsnapWorkerFactory({ onConsole: (vatId, level, text) => lines.push(`${vatId} ${level} ${text}`) });
after(() => factory.shutdown());

test('a message is answered by a resolve of its result promise', async () => {
  const vat = await startTestVat(factory, 'echo');
  const outcome = await vat.call('echo', ['hello']);
  assert.deepEqual(outcome.syscalls, [{ s: ['resolve', [[outcome.result, false, { body: '#"hello"', slots: [] }]]], r: ['ok', null] }]);
  assert.ok(Number.isSafeInteger(outcome.computrons) && outcome.computrons! > 1000);
  await vat.worker.close();
});

test('values cross in both directions as they are', async () => {
  const vat = await startTestVat(factory, 'echo');
  const given = [undefined, null, true, -1.5, NaN, Infinity, 7n, -(10n ** 40n), '', '!bang', '#undefined', 'é😀\u0000\ud800', record({ ['__proto__']: 1, b: [1, 2], a: 'x' })];
  assert.deepEqual(await callForValue(vat, 'echoAll', given), given);
  await vat.worker.close();
});

test('an object that the vat makes is exported, and can be called', async () => {
  const vat = await startTestVat(factory, 'echo');
  const facet = (await callForValue(vat, 'makeFacet', ['blue'])) as SlotRef;
  assert.match(facet.slot, /^o\+\d+$/);
  assert.equal(facet.iface, 'Alleged: facet blue');
  assert.equal(await callForValue(vat, 'label', [], facet.slot), 'blue');
  await vat.worker.close();
});

test('a throw is a rejection, not a fault', async () => {
  const vat = await startTestVat(factory, 'misbehaver');
  const outcome = await vat.call('throwError', ['no']);
  assert.deepEqual(outcome.verdict, { kind: 'ok' });
  const end = settled(outcome, outcome.result);
  assert.ok(end?.isReject && end.value instanceof ErrorValue && end.value.message === 'no');
  await vat.worker.close();
});

test('a vat calls an import and is told the outcome', async () => {
  const vat = await startTestVat(factory, 'promiser');
  const sent = await vat.call('call', [slotRef('o-60'), 'ping', 5]);
  const [send, subscribe] = sent.syscalls.map(({ s }) => s);
  assert.ok(send?.[0] === 'send' && send[1] === 'o-60' && send[2].methargs.body === '#["ping",[5]]');
  const reply = send[2].result!;
  assert.deepEqual(subscribe, ['subscribe', reply]);
  const notified = await vat.deliver(['notify', [[reply, false, { body: '#"pong"', slots: [] }]]]);
  assert.deepEqual(settled(notified, sent.result), { isReject: false, value: 'pong' });
  await vat.worker.close();
});

test('a promise given to the vat is subscribed to, and its rejection arrives', async () => {
  const vat = await startTestVat(factory, 'promiser');
  const watch = await vat.call('watch', [promiseRef('p-900')]);
  assert.deepEqual(watch.syscalls.find(({ s }) => s[0] === 'subscribe')?.s, ['subscribe', 'p-900']);
  await vat.deliver(['notify', [['p-900', true, { body: '#"too late"', slots: [] }]]]);
  assert.deepEqual(await callForValue(vat, 'seen'), [['rejected', 'too late']]);
  await vat.worker.close();
});

test('baggage outlives the worker', async () => {
  const store = new StoreAnswerer();
  const first = await startTestVat(factory, 'counter', { store, parameters: record({ start: 40 }) });
  assert.equal(await callForValue(first, 'increment', [2n]), 42n);
  await first.worker.close();
  const second = await startTestVat(factory, 'counter', { store });
  assert.equal(await callForValue(second, 'read'), 42n);
  await second.worker.close();
});

test('durable objects outlive the worker', async () => {
  const store = new StoreAnswerer();
  const first = await startTestVat(factory, 'durable', { store });
  const purse = (await callForValue(first, 'open', ['alice'])) as SlotRef;
  assert.match(purse.slot, /^o\+d\d+\/\d+/);
  assert.equal(await callForValue(first, 'deposit', [5n], purse.slot), 5n);
  await first.worker.close();
  const second = await startTestVat(factory, 'durable', { store });
  assert.equal(await callForValue(second, 'balance', [], purse.slot), 5n);
  await second.worker.close();
});

test('bringOutYourDead is answered', async () => {
  const vat = await startTestVat(factory, 'echo');
  await vat.call('echo', [slotRef('o-70')]);
  const outcome = await vat.deliver(['bringOutYourDead']);
  assert.deepEqual(outcome.verdict, { kind: 'ok' });
  assert.deepEqual(outcome.syscalls.map(({ s }) => s).filter(([name]) => name === 'dropImports'), [['dropImports', ['o-70']]]);
  await vat.worker.close();
});

test('lone surrogates in the vat store come and go intact', async () => {
  const vat = await startTestVat(factory, 'spammer');
  const [key, text] = ['k\ud800', 'v\udfff\u0000é😀'];
  await vat.call('storeText', [key, text]);
  assert.ok([...vat.store.rows.keys()].some(stored => stored.includes(key)), 'the key is kept as it was written');
  assert.equal(await callForValue(vat, 'readText', [key]), text);
  await vat.worker.close();
});

test('an answer may take its time', async () => {
  const vat = await startTestVat(factory, 'counter');
  const { promise, release } = makeGate();
  const delivered = vat.worker.deliver(['message', 'o+0', { methargs: { body: '#["increment",["+1"]]', slots: [] }, result: 'p-80' }], async syscall => {
    await promise;
    return vat.store.answer(syscall);
  });
  release();
  assert.deepEqual(settled(await delivered, 'p-80'), { isReject: false, value: 1n });
  await vat.worker.close();
});

test('megabytes cross in one frame', async () => {
  const vat = await startTestVat(factory, 'echo');
  const text = 'äx'.repeat(2_000_000);
  assert.equal(await callForValue(vat, 'length', [text]), text.length);
  assert.equal(await callForValue(vat, 'echo', [text]), text);
  await vat.worker.close();
});

test('what a vat prints reaches the sink, and neither the record nor the node drowns in it', async () => {
  const vat = await startTestVat(factory, 'misbehaver', { vatId: 'v77' });
  const outcome = await vat.call('print', [3000, 'hello']);
  assert.equal(outcome.syscalls.length, 1);
  assert.equal(lines.filter(line => line === 'v77 log hello').length, 1000);
  const long = await vat.call('printLong', [40_000_000]);
  assert.deepEqual(long.verdict, { kind: 'ok' });
  assert.ok(lines.some(line => /^v77 warn \(a line of \d+ bytes is left out\)$/.test(line)));
  await vat.worker.close();
});

function makeGate(): { readonly promise: Promise<void>; readonly release: () => void } {
  let release!: () => void;
  const promise = new Promise<void>(resolve => (release = resolve));
  return { promise, release };
}
