import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lastComplete, linesOf, openSoloRecorder, readAttempts, type Attempt, type Line } from '../../../app/recorder/index.js';
import { encodeCapData } from '../../../kernel/capdata.js';
import { initializeKernel, makeController, openKernelStorage } from '../../../kernel/index.js';
import { bundleVat } from '../../support/kernel.js';
import { makeScriptedWorkers, scripted, whatOf, type Script } from '../../support/kernel-scripted.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-recorder-solo-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

const linesIn = (attempt: Attempt | undefined): Line[] => (attempt?.frames ?? []).flatMap(frame => [...linesOf(frame)]).flatMap(read => (read.type === undefined ? [] : [read.line]));

test('what a controller runs between two commits is one height, with what was under way before any worker had it', async () => {
  const home = join(folder, 'solo');
  /** What was in the files while a worker was at its delivery. */
  const seenByWorkers: string[][] = [];
  /** Each delivery, and the kinds of the last plan in the files. */
  const planned: [string, string[] | undefined][] = [];
  const script: Script = async (delivery, syscall) => {
    const plans = readAttempts(home).flatMap(attempt => linesIn(attempt).flatMap(line => (line.type === 'local/plan' ? [line.items as [number, string, number, string][]] : [])));
    planned.push([delivery[0], plans.at(-1)?.map(([, , , kind]) => kind)]);
    if (delivery[0] !== 'message') return;
    seenByWorkers.push(readAttempts(home).flatMap(attempt => linesIn(attempt).map(({ type }) => type)));
    if (whatOf(delivery) === 'read') await syscall(['vatstoreGet', 'nothing']);
    if (whatOf(delivery) === 'read') await syscall(['vatstoreGetNextKey', '']);
    if (delivery[2].result) await syscall(['resolve', [[delivery[2].result, false, encodeCapData('done')]]]);
  };
  const makeWorkers = () => Object.assign(makeScriptedWorkers(scripted(script)), { engineId: 'scripted' });
  const { bundleId, zip } = await bundleVat('counter');
  const storage = await openKernelStorage(':memory:');
  await initializeKernel({ vats: { one: { bundle: { bundleId, data: zip } } } }, storage);
  const flight = openSoloRecorder(storage, { folder: home, segments: 2, segmentBytes: 256 * 1024 });
  const controller = makeController(storage, { workers: makeWorkers(), record: flight.record });
  controller.queueToVatRoot('one', 'read');
  await controller.run();
  await storage.commit();
  flight.committed();
  controller.queueToVatRoot('one', 'again');
  await controller.run();
  controller.upgradeStaticVat('one', false, bundleId);
  await controller.run();
  await storage.commit();
  flight.committed();
  await controller.shutdown();
  flight.close();

  assert.equal(statSync(home).mode & 0o777, 0o700, 'for its owner alone');
  assert.ok(seenByWorkers.length === 2 && seenByWorkers.every(types => types.includes('local/plan')));
  assert.deepEqual(planned.map(([kind]) => kind).filter(kind => kind !== 'message'), ['startVat', 'bringOutYourDead', 'startVat']);
  for (const [kind, kinds] of planned) assert.ok(kinds?.includes(kind), `${kind} was told before`);
  const attempts = readAttempts(home);
  const [first, second] = [1n, 2n].map(height => linesIn(lastComplete(attempts, height, 'run')));
  assert.ok(first && second);
  const delivered = first.filter(line => line.type === 'deliver' || line.type === 'syscall' || line.type === 'deliver-result');
  assert.deepEqual(delivered.map(({ type }) => type).slice(-5), ['deliver', 'syscall', 'syscall', 'syscall', 'deliver-result']);
  const end = second.find(({ type }) => type === 'run-end');
  assert.ok(end && 'activity' in end);
  assert.equal(end.activity, controller.getActivityHash());
  assert.ok(second.some(line => line.type === 'run-begin' && line.activity === (first.find(({ type }) => type === 'run-end') as { activity?: string }).activity), 'one goes on from the other');
  await storage.close();
});
