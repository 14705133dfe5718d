import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { HostFacts } from '../../../app/host-db/host-facts.js';
import { readWorkers } from '../../../app/host-db/workers-report.js';
import { hostDatabasePath } from '../../../app/host-db/level-host-store.js';
import { DatabaseLocked } from '../../../app/store.js';
import { MemoryHostStore, WorkerLife } from '../../../kernel/index.js';
import type { ProcessId } from '../../../kernel/vat/life/life.js';
import { processTable } from '../../../kernel/vat/life/process-table.js';
import { until, vatBundle } from '../../support/worker-kit.js';

const homes: string[] = [];
const children: ChildProcess[] = [];
const workers: ProcessId[] = [];
after(() => {
  for (const child of children) child.kill('SIGKILL');
  for (const worker of workers) processTable.kill(worker);
  for (const home of homes) rmSync(home, { recursive: true, force: true });
});

const lines: string[] = [];
const note = (_fields: object, message: string): void => void lines.push(message);
const log = { debug: note, info: note, warn: note, error: note };

function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'windlass-life-'));
  homes.push(home);
  return home;
}

let bundle: Promise<string> | undefined;
async function writeBundle(): Promise<string> {
  const file = join(makeHome(), 'bundle.zip');
  writeFileSync(file, (await vatBundle('misbehaver')).zip);
  return file;
}

/** A host over the home. `worker` is what it last started. */
async function startHost(home: string, crash = 'never'): Promise<{ readonly child: ChildProcess; readonly ended: Promise<string | null>; worker(): ProcessId | undefined; isReady(): boolean }> {
  bundle ??= writeBundle();
  const child = spawn(process.execPath, [fileURLToPath(new URL('../../support/life-host.js', import.meta.url)), home, await bundle, crash], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = new Promise<string | null>(resolve => child.once('close', (_code, signal) => resolve(signal)));
  const worker = (): ProcessId | undefined => {
    const line = said.split('\n').find(text => text.startsWith('{'));
    return line === undefined ? undefined : (JSON.parse(line) as ProcessId);
  };
  const host = { child, ended, worker, isReady: () => said.includes('ready\n') };
  if (crash === 'never') await until(host.isReady, 'the host is ready', 30_000);
  else assert.equal(await ended, 'SIGKILL');
  const started = worker();
  if (started) workers.push(started);
  return host;
}

/** What the workers of a home's last host are charged, by its rows. */
async function chargedWorkers(home: string): Promise<string | undefined> {
  return (await readWorkers(home)).usage.find(({ dimension }) => dimension === 'workers')?.used;
}

test('F11, F31: a worker that outlives its killed host is ended, and its charge released, before the next one starts anything; a home has one host', async () => {
  const home = makeHome();
  const { child, ended, worker } = await startHost(home);
  const orphan = worker();
  assert.ok(orphan && processTable.isRunning(orphan));
  await assert.rejects(HostFacts.open({ home, log }), DatabaseLocked, 'a home has one host');
  child.kill('SIGKILL');
  await ended;
  assert.ok(processTable.isRunning(orphan), 'it is the next host that ends it');
  assert.equal(await chargedWorkers(home), '1', 'it takes what it takes');
  const facts = await HostFacts.open({ home, log });
  assert.ok(!processTable.isRunning(orphan));
  assert.equal(facts.life.orphansEnded, 1);
  assert.ok(lines.includes('ended workers that an earlier node had left behind'));
  assert.deepEqual(facts.life.status(), []);
  await facts.close();
  assert.equal(await chargedWorkers(home), '0');
});

for (const crash of ['begin', 'charged', 'unnoted', 'spawned', 'ready', 'exit', 'not-ready', 'gone', 'released']) {
  test(`a host that is killed at "${crash}" of a start leaves nothing that the next one does not find`, async () => {
    const home = makeHome();
    const { worker } = await startHost(home, crash);
    const left = worker();
    assert.equal(left === undefined, ['begin', 'charged'].includes(crash));
    assert.equal(await chargedWorkers(home), ['charged', 'unnoted', 'spawned', 'ready'].includes(crash) ? '1' : '0', 'in the others it was known to be gone, or not charged yet');
    if (left) assert.equal(processTable.isRunning(left), ['unnoted', 'spawned', 'ready'].includes(crash));
    const facts = await HostFacts.open({ home, log });
    assert.deepEqual(facts.life.status(), []);
    if (left) assert.ok(!processTable.isRunning(left));
    await facts.close();
    const again = await startHost(home);
    assert.match(again.worker()?.tag ?? '', /@[0-9a-f]{16}\.0000000002$/, 'a generation is never given out twice');
    again.child.kill('SIGKILL');
    await again.ended;
    const last = await HostFacts.open({ home, log });
    assert.equal(last.life.orphansEnded, 1);
    await last.close();
  });
}

test('a host over a copy of the home leaves the workers of the original alone', async () => {
  const home = makeHome();
  const { child, ended, worker } = await startHost(home);
  const running = worker();
  const copy = makeHome();
  cpSync(hostDatabasePath(home), hostDatabasePath(copy), { recursive: true, filter: path => !path.endsWith('LOCK') });
  const facts = await HostFacts.open({ home: copy, log });
  assert.equal(facts.life.orphansEnded, 0);
  assert.ok(running && processTable.isRunning(running));
  await facts.close();
  child.kill('SIGKILL');
  await ended;
});

const slotOf = (process: ProcessId): [string, string] => ['slot/v1', JSON.stringify({ gen: 1, state: 'running', since: 'before', process })];

test('F10: a process is ended only if number, start time and tag are all what was noted: one that got the number later survives', async () => {
  const tag = `v1:a-tag@${'0'.repeat(16)}.0000000001`;
  const stranger = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', tag], { stdio: 'ignore' });
  children.push(stranger);
  const ended = new Promise<void>(resolve => stranger.once('close', () => resolve()));
  await until(() => processTable.withTag(tag).length === 1, 'the stranger runs');
  const known = processTable.identify(stranger.pid!, tag);
  const others: ProcessId[] = [{ ...known, tag: `${tag}1` }, { ...known, tag: tag.slice(0, -1) }, { ...known, startTime: `${known.startTime}0` }, { ...known, pid: process.pid }, { ...known, startTime: '' }];
  for (const noted of others) {
    const life = await WorkerLife.open({ store: new MemoryHostStore({ rows: [slotOf(noted)] }) });
    assert.equal(life.orphansEnded, 0);
    assert.ok(processTable.isRunning(known));
    assert.deepEqual(life.status(), [], 'what was noted is gone');
  }
  const life = await WorkerLife.open({ store: new MemoryHostStore({ rows: [slotOf(known)] }) });
  assert.equal(life.orphansEnded, 1);
  await ended;
});
