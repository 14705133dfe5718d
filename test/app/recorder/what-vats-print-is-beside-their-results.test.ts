import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { lastComplete, linesOf, openSoloRecorder, readAttempts } from '../../../app/recorder/index.js';
import { initializeKernel, makeController, openKernelStorage } from '../../../kernel/index.js';
import { bundleVat } from '../../support/kernel.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-printed-'));
after(() => { rmSync(folder, { recursive: true, force: true }); });

type Printed = { readonly lanes: readonly string[]; readonly soft: readonly unknown[] };

/** The vat prints these texts, one a height, in real workers; a worker that comes back says again what it said before. */
async function printed(name: string, texts: readonly string[], { restarts = false, listens = true }: { readonly restarts?: boolean; readonly listens?: boolean } = {}): Promise<Printed> {
  const home = join(folder, name);
  const { bundleId, zip } = await bundleVat('misbehaver');
  const storage = await openKernelStorage(':memory:');
  await initializeKernel({ vats: { loud: { bundle: { bundleId, data: zip } } } }, storage);
  const flight = openSoloRecorder(storage, { folder: home, segments: 2 });
  const open = () => makeController(storage, { record: flight.record, ...(listens ? { onConsole: flight.console } : {}) });
  let controller = open();
  for (const text of texts) {
    controller.queueToVatRoot('loud', 'print', [2, text]);
    await controller.run();
    await storage.commit();
    flight.committed();
    if (!restarts) continue;
    await controller.shutdown();
    controller = open();
  }
  await controller.shutdown();
  flight.close();
  await storage.close();
  const attempts = readAttempts(home);
  const runs = texts.map((_, index) => lastComplete(attempts, BigInt(index + 1), 'run')).filter(run => run !== undefined);
  const lines = runs.flatMap(run => run.frames.flatMap(frame => [...linesOf(frame)]));
  return { lanes: runs.map(({ lane }) => lane), soft: lines.flatMap(read => (read.type === 'deliver-result' && read.local.soft ? [read.local.soft] : [])) };
}

test('it is told beside the delivery in which it was printed, also by a worker that came back, and is in no hash', { timeout: 120_000 }, async () => {
  const texts = ['one', ',"~":two', 'x'.repeat(2000)];
  const first = await printed('first', texts);
  assert.equal(first.lanes.length, texts.length);
  assert.deepEqual(first.soft.map(soft => (soft as { console: number }).console), [2, 2, 2]);
  assert.deepEqual(first.soft.map(soft => (soft as { consoleText: string }).consoleText), texts.map(text => `log: ${text}\nlog: ${text}\n`.slice(0, 500)));
  assert.deepEqual(await printed('restarted', texts, { restarts: true }), first);
  assert.deepEqual(await printed('not-told', texts, { listens: false }), { lanes: first.lanes, soft: [] });
});
