import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { recordedBytesMax, recordedSyscallsMax, WorkerLost } from '../../../kernel/vat/protocol.js';
import { computronsPerDeliveryMax, computronsPerDeliveryMin, makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { isRunning, startTestVat, StoreAnswerer, until, vatBundle } from '../../support/worker-kit.js';

const factory = makeXsnapWorkerFactory();
after(() => factory.shutdown());

for (const [method, which] of [['loop', 'compute'], ['recurse', 'stack'], ['allocate', 'allocate']] as const) {
  test(`${method} ends with the verdict meter/${which}, and the worker with it`, async () => {
    const vat = await startTestVat(factory, 'misbehaver');
    const { verdict, computrons } = await vat.call(method);
    assert.deepEqual(verdict, { kind: 'meter', which });
    assert.equal(computrons, undefined);
    assert.ok(!isRunning(vat.worker.pid));
    await assert.rejects(vat.call('neverAnswer'), WorkerLost, 'an old exit is not a verdict on a new delivery');
  });
}

for (const [name, text] of [
  ['never-starts', /buildRootObject unresolved/],
  ['fails-to-start', /does not want to start/],
  ['no-root', /lacks buildRootObject/],
] as const) {
  test(`the start of ${name} is an error of the vat`, async () => {
    const { zip } = await vatBundle(name);
    const worker = await factory.start({ name, vatId: 'v1', bundle: zip, computronsPerDelivery: 100_000_000 });
    const { verdict, computrons } = await worker.deliver(['startVat', { body: '#"#undefined"', slots: [] }], new StoreAnswerer().answer);
    assert.ok(verdict.kind === 'error', `the verdict is ${verdict.kind}`);
    assert.match(verdict.message, text);
    assert.ok(computrons! > 0);
    assert.ok(!isRunning(worker.pid), 'a heap that failed is not kept');
  });
}

test('more syscalls than may be recorded end the delivery at the bound', async () => {
  const vat = await startTestVat(factory, 'spammer', { computronsPerDelivery: computronsPerDeliveryMax });
  const outcome = await vat.call('store', [recordedSyscallsMax]);
  assert.deepEqual(outcome.verdict, { kind: 'record-bound', which: 'syscalls' });
  assert.equal(outcome.syscalls.length, recordedSyscallsMax);
  assert.ok(!isRunning(vat.worker.pid));
});

test('more bytes than may be recorded end the delivery at the bound', async () => {
  const vat = await startTestVat(factory, 'spammer');
  const outcome = await vat.call('store', [40, 1_000_000]);
  assert.deepEqual(outcome.verdict, { kind: 'record-bound', which: 'bytes' });
  assert.ok(outcome.recordedBytes! <= recordedBytesMax && outcome.recordedBytes! > recordedBytesMax - 1_100_000);
  const recorded = outcome.syscalls.reduce((sum, { s, r }) => sum + Buffer.byteLength(JSON.stringify(['syscall', s])) + Buffer.byteLength(JSON.stringify(r)), 0);
  assert.equal(recorded, outcome.recordedBytes);
});

test('an answer counts, and one that passes the bound is not recorded', async () => {
  const vat = await startTestVat(factory, 'spammer');
  const outcome = await vat.worker.deliver(['message', 'o+0', { methargs: { body: '#["readText",["x"]]', slots: [] }, result: 'p-80' }], () => ['ok', 'y'.repeat(recordedBytesMax)]);
  assert.deepEqual(outcome.verdict, { kind: 'record-bound', which: 'bytes' });
  assert.deepEqual(outcome.syscalls, []);
});

test('a worker that is killed is lost, which is no verdict', async () => {
  const vat = await startTestVat(factory, 'misbehaver', { computronsPerDelivery: computronsPerDeliveryMax });
  const delivered = vat.call('loop');
  process.kill(vat.worker.pid, 'SIGKILL');
  await assert.rejects(delivered, (error: unknown) => error instanceof WorkerLost && /SIGKILL/.test(error.message));
});

test('a worker that was killed while idle is lost at its next delivery', async () => {
  const vat = await startTestVat(factory, 'echo');
  process.kill(vat.worker.pid, 'SIGKILL');
  await until(() => !isRunning(vat.worker.pid), 'the worker is dead');
  await assert.rejects(vat.call('ping'), WorkerLost);
});

test('an answerer that throws is an error of the host, and ends the worker', async () => {
  const vat = await startTestVat(factory, 'echo');
  const message = ['message', 'o+0', { methargs: { body: '#["ping",[]]', slots: [] }, result: 'p-80' }] as const;
  const broken = new Error('the disk is gone');
  await assert.rejects(
    vat.worker.deliver(message, () => {
      throw broken;
    }),
    error => error === broken,
  );
  assert.ok(!isRunning(vat.worker.pid));
  const second = await startTestVat(factory, 'echo');
  await assert.rejects(
    second.worker.deliver(message, () => Promise.reject(broken)),
    error => error === broken,
  );
});

test('one delivery at a time', async () => {
  const vat = await startTestVat(factory, 'echo');
  const first = vat.call('ping');
  await assert.rejects(vat.call('ping'), /while it carries out another/);
  assert.deepEqual((await first).verdict, { kind: 'ok' });
  await vat.worker.close();
  await vat.worker.close();
});

test('a start that takes too long is lost, and leaves no process', async () => {
  const impatient = makeXsnapWorkerFactory({ bootTimeoutMs: 1 });
  const { zip } = await vatBundle('echo');
  await assert.rejects(impatient.start({ name: 'slow', vatId: 'v1', bundle: zip, computronsPerDelivery: 100_000_000 }), WorkerLost);
  await impatient.shutdown();
});

test('the smallest limit is enough to start, and a smaller one is refused at once', async () => {
  const { zip } = await vatBundle('no-root');
  const start = { name: 'small', vatId: 'v1', bundle: zip, computronsPerDelivery: computronsPerDeliveryMin };
  const worker = await factory.start(start);
  const { verdict } = await worker.deliver(['startVat', { body: '#"#undefined"', slots: [] }], new StoreAnswerer().answer);
  assert.equal(verdict.kind, 'error');
  await worker.close();
  const vat = await startTestVat(factory, 'misbehaver', { computronsPerDelivery: computronsPerDeliveryMin });
  assert.deepEqual((await vat.call('loop')).verdict, { kind: 'meter', which: 'compute' }, 'the limit is in force after the start');
  await assert.rejects(factory.start({ ...start, computronsPerDelivery: computronsPerDeliveryMin - 1 }), RangeError);
});

test('an executable that is not there, or is none of ours, is lost', async () => {
  const { zip } = await vatBundle('no-root');
  for (const path of ['/nonexistent/xsnap-worker', '/bin/cat', '/bin/false']) {
    const broken = makeXsnapWorkerFactory({ supervisor: 'published', binary: { path, engineId: 'none' }, bootTimeoutMs: 2000 });
    await assert.rejects(broken.start({ name: 'none', vatId: 'v1', bundle: zip, computronsPerDelivery: 100_000_000 }), WorkerLost);
    await broken.shutdown();
  }
});

test('shutdown ends every worker', async () => {
  const own = makeXsnapWorkerFactory();
  const vats = await Promise.all([startTestVat(own, 'echo'), startTestVat(own, 'echo')]);
  await own.shutdown();
  for (const { worker } of vats) assert.ok(!isRunning(worker.pid));
  await assert.rejects(startTestVat(own, 'echo'), WorkerLost);
});
