/** Senders that are slow, broken or gone lose blocks and are told so; the others and the node do not notice (forensics 6.10, 6.12 test 10). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { makeLog } from '../../../app/log.js';
import { startSlog, type SenderSpec, type Slog } from '../../../app/slog/index.js';
import { PipeSender } from '../../../app/slog/senders/pipe-sender.js';
import { openSource, readParts } from '../../../app/slog/read/source.js';
import { makeRecorderFolder, syntheticChain, syntheticStreams, type SyntheticBlock } from '../../support/recorder-folder.js';
import { syntheticPiece } from '../../support/slogs.js';
import { tempFolder } from './support.js';

const boundMs = 120_000;
const chain = syntheticChain(12, 5);

async function until(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + boundMs;
  while (!(await holds())) {
    if (performance.now() > end) assert.fail(`waited in vain: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 20));
  }
}

/** The ring as it is after so many blocks. It is written in place, as a recorder does: never shortened, what is there stays. */
function record(home: string, blocks: number): void {
  const next = join(home, 'next');
  makeRecorderFolder(next, chain.slice(0, blocks), { segmentBytes: 256 * 1024 });
  mkdirSync(join(home, 'recorder'), { recursive: true });
  for (const name of readdirSync(next)) {
    const file = openSync(join(home, 'recorder', name), constants.O_WRONLY | constants.O_CREAT);
    writeSync(file, readFileSync(join(next, name)));
    closeSync(file);
  }
}

function start(t: TestContext, home: string, senders: readonly SenderSpec[], stopMs = boundMs): { readonly slog: Slog; readonly logged: string[] } {
  const logged: string[] = [];
  const slog = startSlog({
    home, ring: join(home, 'recorder'), chain: 'test-1', release: '1.0.0', boot: 'b007', senders, pollMs: 5, stopMs, log: makeLog('debug', 'plain', line => { logged.push(line); }),
  });
  t.after(() => slog.stop());
  return { slog, logged };
}

function moduleOf(home: string, name: string, code: string): SenderSpec {
  const file = join(home, `${name}.mjs`);
  writeFileSync(file, `import { appendFileSync } from 'node:fs';\nconst say = text => appendFileSync(${JSON.stringify(join(home, `${name}.txt`))}, text + '\\n');\n${code}`);
  return { kind: 'module', file };
}

/** Each has looked at the ring: what is recorded now is for it. */
async function begun(slog: Slog, butFor = 'none'): Promise<void> {
  await until(() => slog.states().every(({ name, hasBegun }) => hasBegun || name.includes(butFor)), 'all have begun');
}

const said = (home: string, name: string): string[] => {
  const path = join(home, `${name}.txt`);
  return existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(0, -1) : [];
};

async function lastHeight(home: string): Promise<bigint> {
  if (!existsSync(join(home, 'slog'))) return 0n;
  const parts = await openSource(join(home, 'slog'), process.stdin).then(source => readParts(source), () => []);
  return parts.flatMap(({ attempts }) => attempts).reduce((high, { height, stream }) => (stream === 'block' && height > high ? height : high), 0n);
}

test('a module gets each block as strings, and open, flush and close', async t => {
  const home = tempFolder(t);
  record(home, 3);
  const { slog } = start(t, home, [moduleOf(home, 'good', `
    export const open = context => say('open ' + JSON.stringify(context));
    export const block = (lines, info) => { lines.forEach(line => JSON.parse(line)); say([info.height, info.stream, info.attempt, info.complete, info.lost === null].join(' ')); };
    export const flush = () => say('flush');
    export const close = () => say('close');`)]);
  await begun(slog);
  for (let blocks = 4; blocks <= 9; blocks += 1) record(home, blocks);
  await until(() => said(home, 'good').includes('9 block 1 true true'), 'blocks came');
  await slog.stop();
  const lines = said(home, 'good');
  assert.equal(lines[0], 'open {"chain":"test-1","release":"1.0.0","boot":"b007"}');
  assert.ok(lines.includes('flush'));
  assert.equal(lines.at(-1), 'close');
  const heights = lines.filter(line => / (?:run|block) /.test(line)).map(line => line.split(' ').slice(0, 2).join(' '));
  assert.deepEqual(heights, [4, 5, 6, 7, 8, 9].flatMap(height => [`${height} run`, `${height} block`]), 'each once, in order, from when it began');
});

test('modules that throw, exit, hang, mutate and cannot be loaded: the file has every block, and the stop is bounded', async t => {
  const home = tempFolder(t);
  record(home, 2);
  const { slog, logged } = start(t, home, [
    { kind: 'file' },
    moduleOf(home, 'throws', 'export const block = (lines, info) => { say("block"); throw new Error("no " + info.height); };'),
    moduleOf(home, 'exits', 'export const block = () => { say("block"); process.exit(3); };'),
    moduleOf(home, 'hangs', 'export const block = () => { say("block"); for (;;) {} };'),
    moduleOf(home, 'waits', 'export const block = () => { say("block"); return new Promise(() => undefined); };'),
    moduleOf(home, 'mutates', 'export const block = (lines, info) => { lines.length = 0; say("block"); info.height = "1"; };'),
    moduleOf(home, 'broken', 'this is no code'),
  ], 500);
  const names = ['throws', 'exits', 'hangs', 'waits', 'mutates'];
  await begun(slog, 'broken');
  record(home, 12);
  await until(async () => names.every(name => said(home, name).length > 0) && (await lastHeight(home)) === 12n, 'each had a block, and the file has all');
  const stateOf = (name: string): ReturnType<Slog['states']>[number] | undefined => slog.states().find(state => state.name.includes(name));
  await until(() => (stateOf('throws')?.lost ?? 0n) > 0n && (stateOf('exits')?.restarts ?? 0) > 0 && (stateOf('mutates')?.lost ?? 0n) > 0n && (stateOf('broken')?.restarts ?? 0) > 0, 'what failed is counted');
  assert.equal(stateOf('file')?.lost, 0n);
  assert.ok(logged.some(line => /lost what belongs to height \d+: no \d+/.test(line)), logged.join(''));
  await slog.stop(); // terminates those that hang; the test would not end otherwise
  assert.equal(await lastHeight(home), 12n);
});

test('a module that was away is told what it lost', async t => {
  const home = tempFolder(t);
  record(home, 2);
  const { slog } = start(t, home, [moduleOf(home, 'sick', `
    let count = 0;
    export const block = (lines, info) => {
      count += 1;
      if (count <= 3) throw new Error('not yet');
      say(JSON.stringify(info.lost));
    };`)]);
  await begun(slog);
  record(home, 8);
  await until(() => said(home, 'sick').length > 0, 'it is well again');
  await slog.stop();
  const [lost] = said(home, 'sick');
  const { pieces, reason } = JSON.parse(lost ?? 'null') as { pieces: number; reason: string };
  assert.deepEqual([pieces, reason], [3, 'not yet']);
});

/** A pipe as a reader sees it, without waiting. */
class Reader {
  readonly #descriptor: number;
  text = '';

  constructor(path: string) {
    this.#descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  }

  /** What is there now. */
  read(): number {
    const bytes = Buffer.alloc(1024 * 1024);
    try {
      const count = readSync(this.#descriptor, bytes);
      this.text += bytes.toString('utf8', 0, count);
      return count;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0;
      throw error;
    }
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

function pipeIn(t: TestContext): string {
  const path = join(tempFolder(t), 'pipe');
  execFileSync('mkfifo', [path]);
  return path;
}

const pieceOf = (block: SyntheticBlock): ReturnType<typeof syntheticPiece> => syntheticPiece(block, 'run', syntheticStreams(block).run, block.height, 1);
const large = (height: bigint): SyntheticBlock => ({ height, firstCrank: 1, cranks: 800, before: '00'.repeat(32) });

test('a pipe without a reader is never waited for, and one that is slow gets whole blocks and a gap', async t => {
  const path = pipeIn(t);
  let now = 0;
  const sender = new PipeSender({ path, now: () => now, warn: message => { assert.fail(message); } });
  await assert.rejects(sender.take(pieceOf(large(1n))), /nobody read the pipe/);
  const reader = new Reader(path);
  now += 5000;
  await sender.idle();
  let taken = 0;
  await assert.rejects(async () => {
    for (; taken < 100; taken += 1) await sender.take(pieceOf(large(BigInt(taken + 2))));
  }, /too slow/);
  assert.ok(taken > 5 && taken < 20, `8 MiB hold ${taken} blocks of 1 MB`);
  while (reader.read() > 0) await sender.idle();
  await sender.gap({ from: 50n, to: 51n, pieces: 2, reason: 'the reader of the pipe was too slow' });
  await sender.take(pieceOf(large(60n)));
  while (reader.read() > 0) await sender.idle();
  await sender.close();
  const lines = reader.text.split('\n').slice(0, -1).map(line => JSON.parse(line) as { type: string; height?: string; about?: string; data?: { from: string; to: string } });
  assert.deepEqual(lines.filter(({ type }) => type === 'run-begin').map(({ height }) => height), [...Array.from({ length: taken }, (_, index) => String(index + 2)), '60']);
  assert.equal(lines.filter(({ type }) => type === 'run-end').length, taken + 1, 'whole blocks');
  const gap = lines.findIndex(({ about }) => about === 'gap');
  assert.deepEqual([lines[gap]?.data?.from, lines[gap]?.data?.to, lines[gap + 1]?.type, lines[gap + 1]?.height], ['50', '51', 'run-begin', '60']);
  reader.close();
});

test('a reader that leaves and one that comes later: he begins with a whole line', async t => {
  const path = pipeIn(t);
  let now = 0;
  const sender = new PipeSender({ path, now: () => (now += 2000), warn: message => { assert.fail(message); } });
  const first = new Reader(path);
  await sender.take(pieceOf(large(1n)));
  first.read();
  first.close();
  await sender.idle(); // finds the pipe broken
  await assert.rejects(sender.take(pieceOf(large(2n))), /nobody read the pipe/);
  const second = new Reader(path);
  await sender.take(pieceOf(large(3n)));
  while (second.read() > 0) await sender.idle();
  await sender.close();
  assert.match(second.text, /^\{"type":"run-begin","height":"3"/);
  second.close();
});

test('a path that is no pipe is told once', async t => {
  const path = join(tempFolder(t), 'file');
  writeFileSync(path, 'precious');
  const warnings: string[] = [];
  let now = 0;
  const sender = new PipeSender({ path, now: () => (now += 2000), warn: message => { warnings.push(message); } });
  for (let n = 0; n < 3; n += 1) await assert.rejects(sender.take(pieceOf(large(1n))), /nobody read/);
  await sender.close();
  assert.equal(warnings.length, 1);
  assert.match(warnings[0] ?? '', /is no named pipe/);
  assert.equal(readFileSync(path, 'utf8'), 'precious');
});
