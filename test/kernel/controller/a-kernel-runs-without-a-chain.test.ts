import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { encodeCapData, slotRef } from '../../../kernel/capdata.js';
import {
  computronPolicy, crankPolicy, foreverPolicy, initializeKernel, KernelPanic, makeController, openKernelStorage, upgradeKernel, wallClockPolicy, withCleanupBudget,
  type Controller, type ControllerConfig, type ControllerStorage, type InvariantReport,
} from '../../../kernel/index.js';
import { bundleVat } from '../../support/kernel.js';
import { makeScriptedWorkers, scripted, slotsOf, whatOf, type Script } from '../../support/kernel-scripted.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-controller-'));
after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
const counter = await bundleVat('counter');
const echo = await bundleVat('echo');

/** Answers with the name of the method; `fail` rejects, `wait` never settles, `make` answers with an object, `loop` sends itself one more. */
const script: Script = async (delivery, syscall) => {
  if (delivery[0] !== 'message') return;
  const what = whatOf(delivery);
  if (what === 'loop') await syscall(['send', 'o+0', { methargs: encodeCapData(['loop', []]) }]);
  if (!delivery[2].result || what === 'wait') return;
  const value = what === 'make' ? slotRef('o+7', 'Alleged: thing') : [what, ...slotsOf(delivery)];
  await syscall(['resolve', [[delivery[2].result, what === 'fail', encodeCapData(value)]]]);
};
const makeWorkers = (): ReturnType<typeof makeScriptedWorkers> & { readonly engineId: string } => Object.assign(makeScriptedWorkers(scripted(script)), { engineId: 'scripted' });
const config: ControllerConfig = { vats: { one: { bundle: { bundleId: counter.bundleId, data: counter.zip } }, two: { bundle: counter.bundleId } } };

async function open(path = ':memory:'): Promise<{ readonly storage: ControllerStorage; readonly c: Controller }> {
  const storage = await openKernelStorage(path);
  await initializeKernel(config, storage);
  return { storage, c: makeController(storage, { workers: makeWorkers() }) };
}
const faults = (report: readonly InvariantReport[]): readonly InvariantReport[] => report.filter(one => one.faults.length > 0);

test('messages are queued, run, and their results read; objects of a result are held until it is released', async () => {
  const { c } = await open();
  assert.equal(c.vatNameToID('two'), 'v2');
  const kp = c.queueToVatRoot('one', 'make') as string;
  assert.equal(c.kpStatus(kp), 'unresolved');
  assert.throws(() => c.kpResolution(kp), /is unresolved/);
  await c.run();
  const made = c.kpResolution(kp);
  assert.equal(made.body, '#"$0.Alleged: thing"');
  const [thing] = made.slots as [string];
  const told = c.queueToVatObject(c.pinVatRoot('two'), 'take', [slotRef(thing)]) as string;
  const sameAsData = c.queueToVatObject(thing, 'hello', { body: '#[1]', slots: [] }) as string;
  await c.run(foreverPolicy());
  assert.equal(c.kpResolution(told).body, '#["take","o-50"]');
  assert.equal(c.kpResolution(sameAsData).body, '#["hello"]');
  assert.ok(c.dump().objects.some(([kref]) => kref === thing));
  for (const promise of [kp, told, sameAsData]) c.kpRelease(promise);
  await c.run();
  assert.equal(c.kpStatus(kp), 'unknown');
  assert.deepEqual(c.dump().promises, []);
  assert.throws(() => c.queueToVatObject('ko999', 'hello'), /the kernel does not know ko999/);
  assert.throws(() => c.queueToVatRoot('three', 'hello'), /no vat with the name "three"/);
  assert.equal(c.queueToVatRoot('one', 'quiet', [], 'none'), undefined);
  assert.deepEqual(faults(c.audit()), []);
  await c.shutdown();
});

test('what is committed is there after a restart; what is not is forgotten', async () => {
  const path = join(folder, 'restart');
  const first = await open(path);
  const kp = first.c.queueToVatRoot('one', 'hello') as string;
  await first.c.run();
  await first.storage.commit();
  const activity = first.c.getActivityHash();
  first.c.queueToVatRoot('one', 'lost');
  assert.notEqual(first.c.getActivityHash(), activity);
  await assert.rejects(openKernelStorage(path), /another process is using|locked|LOCK/i);
  await first.c.shutdown();
  await first.storage.close();
  const storage = await openKernelStorage(path);
  assert.deepEqual(upgradeKernel(storage), { modified: false });
  await assert.rejects(initializeKernel(config, storage), /has a kernel already/);
  const c = makeController(storage, { workers: makeWorkers() });
  assert.throws(() => makeController(storage, { workers: makeWorkers() }), /another controller/);
  assert.equal(c.getActivityHash(), activity);
  assert.equal(c.kpResolution(kp).body, '#["hello"]');
  const next = c.queueToVatRoot('one', 'again') as string;
  await c.run();
  assert.equal(c.kpResolution(next).body, '#["again"]', 'its worker was brought back from its transcript and its bundle');
  await c.shutdown();
  await storage.close();
});

test('a run ends where its policy says', async () => {
  const { c } = await open();
  await c.run();
  c.queueToVatRoot('one', 'loop', [], 'none');
  assert.equal(await c.run(crankPolicy(7)), 7);
  assert.equal(await c.run(computronPolicy(45_000n)), 5, 'each crank costs at least ten thousand');
  let now = 0;
  assert.equal(await c.run(wallClockPolicy(3, () => (now += 1))), 2);
  assert.equal(await c.step(), 1);
  await c.terminateVat('v1', 'enough');
  assert.equal(await c.run(withCleanupBudget(foreverPolicy(), 0)), 1, 'the message that waited for it');
  assert.equal(c.getStats().vatsTerminated, 1);
  await c.run();
  assert.deepEqual([c.getStats().vatsTerminated, c.getStats().vats], [0, 1]);
  assert.equal(await c.step(), 0);
  assert.deepEqual(faults(c.audit()), []);
  await c.shutdown();
});

test('one crank at a time gives another history than rounds, and the same answers', async () => {
  const { c } = await open();
  const kps = ['one', 'two', 'one'].map((name, at) => c.queueToVatRoot(name, `m${at}`) as string);
  let steps = 0;
  while ((await c.step()) === 1) steps += 1;
  assert.equal(steps, 5);
  assert.deepEqual(kps.map(kp => c.kpResolution(kp).body), ['#["m0"]', '#["m1"]', '#["m2"]']);
  await c.shutdown();
});

test('results are logged as asked, and a rejection that the host wanted none of stops the kernel', async () => {
  const { c, storage } = await open();
  c.queueToVatRoot('one', 'fail', [], 'logFailure');
  c.queueToVatRoot('one', 'fine', [], 'logFailure');
  c.queueToVatRoot('one', 'fine', [], 'logAlways');
  c.queueToVatRoot('one', 'fail');
  await c.run();
  assert.deepEqual(c.dump().log, ['kp40 rejected: #["fail"]', 'kp42 fulfilled: #["fine"]']);
  await storage.commit();
  c.queueToVatRoot('two', 'fail', [], 'panic');
  await assert.rejects(c.run(), (error: unknown) => error instanceof KernelPanic && /wanted no rejection: kp44/.test(error.message));
  await assert.rejects(c.run(), KernelPanic);
  await assert.rejects(storage.commit(), /nothing can be committed: the kernel panicked/);
  await c.shutdown();
  const again = makeController(storage, { workers: makeWorkers() });
  assert.equal(again.kpStatus('kp44'), 'unknown', 'the storage is as it was committed');
  await again.shutdown();
});

test('bundles are verified, and a static vat is upgraded at once or after it was paused', async () => {
  const { c } = await open();
  assert.throws(() => c.validateAndInstallBundle(Buffer.from('no zip')), /not a bundle/);
  assert.throws(() => c.validateAndInstallBundle(echo.zip, counter.bundleId), /another hash/);
  assert.throws(() => c.upgradeStaticVat('one', false, echo.bundleId), /not installed/);
  const endoZipBase64 = Buffer.from(echo.zip).toString('base64');
  assert.equal(c.validateAndInstallBundle({ moduleFormat: 'endoZipBase64', endoZipBase64 }), echo.bundleId);
  assert.equal(c.validateAndInstallBundle(echo.zip), echo.bundleId);
  const waiting = c.queueToVatRoot('one', 'wait') as string;
  await c.run();
  const upgraded = c.upgradeStaticVat('one', false, echo.bundleId, { vatParameters: { root: slotRef(c.pinVatRoot('two')) }, upgradeMessage: 'newer' });
  await c.run();
  assert.equal(c.kpResolution(upgraded).body, '#{"incarnationNumber":1}');
  assert.equal(c.kpResolution(waiting).body, '#{"incarnationNumber":0,"name":"vatUpgraded","upgradeMessage":"newer"}');
  const paused = c.upgradeStaticVat('one', true, counter.bundleId, { vatParameters: { root: slotRef(c.pinVatRoot('two')) } });
  assert.deepEqual(c.dump().runQueue.map(item => item.type), ['send'], 'the upgrade waits for the answer');
  assert.deepEqual(faults(c.audit()), []);
  await c.run();
  assert.equal(c.kpResolution(paused).body, '#{"incarnationNumber":2}');
  await c.terminateVat('v1', 'enough');
  assert.throws(() => c.vatNameToID('one'), /no vat with the name/);
  assert.deepEqual(faults(c.audit()), []);
  await c.shutdown();
});

test('what an upgrade of the schema left is injected, and what is void by then is dropped', async () => {
  const { c, storage } = await open();
  const kp = c.queueToVatRoot('one', 'hello') as string;
  await c.run();
  const { rows } = storage;
  rows.beginStep();
  rows.set('ue.a1', JSON.stringify({ type: 'notify', vat: 'v2', promise: kp }));
  rows.set('ue.a2', JSON.stringify({ type: 'notify', vat: 'v1', promise: kp }));
  rows.set('c.a2.k.pb40', 'R p-60');
  rows.set('c.a2.v.p-60', kp);
  rows.set('vd.a2', (rows.get('vd.a2') as string).replace('"promise":60', '"promise":61'));
  rows.set('p.b40', 'f 4');
  rows.endStep();
  assert.deepEqual(faults(c.audit()), []);
  assert.equal(c.injectQueuedUpgradeEvents(), 1);
  assert.deepEqual(faults(c.audit()), []);
  await c.run();
  assert.deepEqual(c.dump().kernelTable.filter(([kref]) => kref === kp), []);
  assert.deepEqual(c.reapAllVats(), ['v1', 'v2']);
  assert.deepEqual(c.dump().reapQueue, ['v1', 'v2']);
  assert.deepEqual(c.reapAllVats(), []);
  await c.run();
  assert.deepEqual(c.dump().reapQueue, []);
  await c.shutdown();
});

test('a kernel that is not there, or of another schema, is refused in words', async () => {
  const storage = await openKernelStorage(':memory:');
  assert.throws(() => makeController(storage), /no kernel yet/);
  await assert.rejects(initializeKernel({ vats: { a: { sourceSpec: 'a.js' } } }, storage), /no bundleSource/);
  await assert.rejects(initializeKernel({ vats: { a: {} } }, storage), /either bundle or sourceSpec/);
  await assert.rejects(initializeKernel({ vats: { a: { bundle: 'b1-none' } } }, storage), /not installed/);
  await initializeKernel(config, storage);
  storage.rows.beginStep();
  storage.rows.set('meta.schema', '5');
  storage.rows.endStep();
  assert.throws(() => upgradeKernel(storage), /has schema 5, and this release knows schema 4/);
});

test('timers fire when the host sets the time, and only one run goes on at a time', async () => {
  const { c, storage } = await open();
  const running = c.run();
  assert.throws(() => c.queueToVatRoot('one', 'hello'), /the kernel is running/);
  await assert.rejects(storage.commit(), /the kernel is running/);
  await running;
  c.setTime(100n);
  await c.run();
  assert.equal(c.getStats().timers, 0);
  await c.shutdown();
  await c.shutdown();
  assert.throws(() => c.queueToVatRoot('one', 'hello'), /shut down/);
});

test('a shutdown ends a run that goes on for ever, and the storage can be used again', async () => {
  const { c, storage } = await open();
  await c.run();
  await storage.commit();
  const activity = c.getActivityHash();
  c.queueToVatRoot('one', 'loop', [], 'none');
  const ended = assert.rejects(c.run(), /shut down/);
  await c.shutdown();
  await ended;
  const again = makeController(storage, { workers: makeWorkers() });
  assert.equal(again.getActivityHash(), activity);
  await again.shutdown();
});
