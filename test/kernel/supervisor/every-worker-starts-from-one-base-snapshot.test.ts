import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { encodeFrame } from '../../../kernel/vat/netstring.js';
import { prepareEngine } from '../../../kernel/vat/worker-engine.js';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { XsnapProcess } from '../../../kernel/vat/xsnap-process.js';
import { startTestVat, vatBundle } from '../../support/worker-kit.js';

const folder = mkdtempSync(join(tmpdir(), 'windlass-base-'));
const factory = makeXsnapWorkerFactory({ baseSnapshotFolder: join(folder, 'first') });
after(async () => {
  await factory.shutdown();
  rmSync(folder, { recursive: true, force: true });
});

function snapshotIn(name: string): { readonly file: string; readonly bytes: Buffer } {
  const found = readdirSync(join(folder, name)).filter(entry => entry.endsWith('.xs'));
  assert.equal(found.length, 1);
  const file = join(folder, name, found[0]!);
  return { file, bytes: readFileSync(file) };
}

test('its hash is in the name of the engine, and nothing else is left in the folder', () => {
  const { bytes } = snapshotIn('first');
  assert.equal(factory.engineId, `xsnap-0.15.0+windlass.1:${createHash('sha256').update(bytes).digest('hex')}`);
  assert.equal(readdirSync(join(folder, 'first')).length, 2);
});

test('it is the same bytes in another home, time zone, locale and environment', () => {
  const surroundings = [
    { TZ: 'Asia/Kathmandu', LANG: 'tr_TR.UTF-8', LC_ALL: 'tr_TR.UTF-8' },
    { TZ: 'America/St_Johns', HOME: '/nowhere', LONG: 'x'.repeat(50_000), PATH: process.env['PATH'] ?? '' },
  ];
  const script = fileURLToPath(new URL('../../support/base-taker.js', import.meta.url));
  for (const [index, env] of surroundings.entries()) {
    const home = `a home with a name of ${'some length '.repeat(index * 5)}`;
    mkdirSync(join(folder, home));
    assert.equal(execFileSync(process.execPath, [script, join(folder, home)], { cwd: join(folder, home), env, encoding: 'latin1' }), factory.engineId);
    assert.ok(snapshotIn(home).bytes.equals(snapshotIn('first').bytes));
  }
});

test('one that is damaged is taken anew, and one that is there is used', () => {
  const { file, bytes } = snapshotIn('first');
  const flipped = Buffer.from(bytes);
  flipped[1000]! ^= 1;
  writeFileSync(file, flipped);
  assert.equal(makeXsnapWorkerFactory({ baseSnapshotFolder: join(folder, 'first') }).engineId, factory.engineId);
  assert.ok(readFileSync(file).equals(bytes));
});

test('a worker is started without evaluating anything again, in less than half the time of a cold one', async () => {
  const cold = makeXsnapWorkerFactory({ supervisor: 'published' });
  const measure = async (of: typeof factory): Promise<number> => {
    const start = performance.now();
    const vat = await startTestVat(of, 'echo');
    const took = performance.now() - start;
    await vat.worker.close();
    return took;
  };
  const times: { readonly base: number; readonly cold: number }[] = [];
  for (let round = 0; round < 5; round += 1) times.push({ base: await measure(factory), cold: await measure(cold) });
  await cold.shutdown();
  // The best of each: other work on the machine only adds.
  const [base, coldly] = [Math.min(...times.map(time => time.base)), Math.min(...times.map(time => time.cold))];
  // The aim is 0.4, measured by the benchmark (0.34 to 0.42); a test that other work can fail would say nothing.
  assert.ok(base < 0.5 * coldly, `${base.toFixed(0)} ms against ${coldly.toFixed(0)} ms`);
});

test('deliveries cost and do the same in every worker that is started from it', async () => {
  const outcomes = await Promise.all([1, 2, 3].map(async () => {
    const vat = await startTestVat(factory, 'counter');
    const said = [await vat.call('increment', [5n]), await vat.call('read'), await vat.deliver(['bringOutYourDead']), await vat.call('increment')];
    await vat.worker.close();
    return said;
  }));
  assert.deepEqual(outcomes[1], outcomes[0]);
  assert.deepEqual(outcomes[2], outcomes[0]);
});

test('a vat with 3,000 promises outstanding does not spend its time collecting, within 90 MiB', { skip: process.platform !== 'linux' }, async () => {
  const engine = prepareEngine({ baseSnapshotFolder: join(folder, 'first') });
  const worker = new XsnapProcess({ binary: engine.binary, name: 'v1', meterLimit: 100_000_000, snapshot: engine.baseSnapshot && { file: engine.baseSnapshot.path } });
  const { zip } = await vatBundle('promiser');
  await slotsAfter(worker, ['setBundle', 'v1', { moduleFormat: 'endoZipBase64', endoZipBase64: Buffer.from(zip).toString('base64') }, {}]);
  await slotsAfter(worker, ['deliver', ['startVat', { body: '#"#undefined"', slots: [] }]]);
  for (let i = 0; i < 3000; i += 1) await slotsAfter(worker, message('give', [`n${i}`], `p-${100 + i}`));
  let collections = 0;
  let before = Infinity;
  for (let i = 0; i < 300; i += 1) {
    const slots = await slotsAfter(worker, message('seen', [], `p-${5000 + i}`));
    if (slots < before) collections += 1;
    before = slots;
  }
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${worker.pid}/status`, 'latin1'))![1]);
  await worker.close();
  // 3,200 slots a delivery; with the engine's own table there are ten and more.
  assert.ok(collections <= 3, `${collections} collections in 300 deliveries`);
  assert.ok(kib <= 90 * 1024, `${kib} KiB`);
});

function message(method: string, args: readonly string[], result: string): readonly unknown[] {
  return ['deliver', ['message', 'o+0', { methargs: { body: `#${JSON.stringify([method, args])}`, slots: [] }, result }]];
}

/** Carries out a command of a vat with an empty store, and gives the slots in use after it: they only drop by a collection. */
function slotsAfter(worker: XsnapProcess, command: readonly unknown[]): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.command(encodeFrame('?', JSON.stringify(command)), {
      onQuery: () => { worker.answer(encodeFrame('/', '["ok",null]')); },
      onReply: ({ bytes }) => { resolve(Number(/"currentHeapCount":(\d+)/.exec(bytes.toString('latin1', 0, 200))![1])); },
      onEnd: (_end, lost) => { reject(lost); },
    });
  });
}
