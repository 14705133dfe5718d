import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Passable } from '../../../kernel/capdata.js';
import { promiseRef, slotRef } from '../../../kernel/capdata.js';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import type { TestVat } from '../../support/worker-kit.js';
import { settled, startTestVat } from '../../support/worker-kit.js';

const factory = makeXsnapWorkerFactory();
after(() => factory.shutdown());

const target = slotRef('o-60', 'Alleged: listener');

/** Every send of a delivery with its result, and what else it made of promises. */
async function sends(vat: TestVat, method: string, args: readonly Passable[]): Promise<unknown[]> {
  const { verdict, syscalls } = await vat.call(method, args);
  assert.deepEqual(verdict, { kind: 'ok' });
  return syscalls.flatMap(({ s }): unknown[] => (s[0] === 'send' ? [[s[1], s[2].methargs.body, s[2].result]] : s[0] === 'subscribe' ? [s] : []));
}

test('to an import: one send, no result, no subscription', async () => {
  const vat = await startTestVat(factory, 'sender');
  assert.deepEqual(await sends(vat, 'tell', [target, 'a', 7n]), [['o-60', '#["hear",["a","+7"]]', undefined]]);
  const outcome = await vat.call('tell', [target]);
  assert.deepEqual(settled(outcome, outcome.result), { isReject: false, value: 'told' });
  await vat.worker.close();
});

test('to an import as a function', async () => {
  const vat = await startTestVat(factory, 'sender');
  assert.deepEqual(await sends(vat, 'tellFunction', [target, 'a']), [['o-60', '#["#undefined",["a"]]', undefined]]);
  await vat.worker.close();
});

test('to a promise that the kernel decides, as a message and as a function', async () => {
  const vat = await startTestVat(factory, 'sender');
  assert.deepEqual(await sends(vat, 'tell', [promiseRef('p-700'), 'a']), [['subscribe', 'p-700'], ['p-700', '#["hear",["a"]]', undefined]]);
  assert.deepEqual(await sends(vat, 'tellFunction', [promiseRef('p-700')]), [['p-700', '#["#undefined",[]]', undefined]]);
  await vat.worker.close();
});

test('to the promise of a call that is under way: only that call has a result', async () => {
  const vat = await startTestVat(factory, 'sender');
  const [find, subscribe, hear] = (await sends(vat, 'tellPromised', [target])) as [unknown[], unknown[], unknown[]];
  assert.deepEqual([find[0], find[1], subscribe], ['o-60', '#["find",[]]', ['subscribe', find[2]]]);
  assert.deepEqual(hear, [find[2], '#["hear",["at the end of a promise"]]', undefined]);
  await vat.worker.close();
});

test("to the vat's own promise: sent when it stands for an import", async () => {
  const vat = await startTestVat(factory, 'sender');
  assert.deepEqual(await sends(vat, 'tellLater', []), []);
  assert.deepEqual(await sends(vat, 'arrive', [target]), [['o-60', '#["hear",["later"]]', undefined]]);
  await vat.worker.close();
});

test('promises in its arguments are followed as in any send', async () => {
  const vat = await startTestVat(factory, 'sender');
  const { result } = await vat.call('give', [1]);
  assert.match(result, /^p-/);
  const [send] = (await sends(vat, 'tell', [target, promiseRef('p-800')])).slice(-1);
  assert.deepEqual(send, ['o-60', '#["hear",["&0"]]', undefined]);
  await vat.worker.close();
});

test('what is nested too deeply is not sent, and harms nobody', async () => {
  const vat = await startTestVat(factory, 'sender');
  assert.deepEqual(await sends(vat, 'tellDeep', [target, 40]), []);
  assert.equal((await sends(vat, 'tellDeep', [target, 30])).length, 1);
  await vat.worker.close();
});
