/** A process that records is killed at a random moment, again and again over one folder; what it said was recorded must be there each time. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { linesOf, readFrames } from '../../../app/recorder/index.js';
import { makeRandom } from '../host/workload.js';

type Told = { readonly height: bigint; readonly crank: number };

export async function killedRuns(runs: number, seed: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-recorder-kill-'));
  const random = makeRandom(seed);
  try {
    let next = { height: 1n, crank: 1 };
    let sequence = 0n;
    for (let run = 0; run < runs; run += 1) {
      const told = await killAfter(folder, next, 1 + Math.floor(random() * 400), Math.floor(random() * 400));
      const last = told.at(-1);
      assert.ok(last, 'it recorded something');
      sequence = check(folder, told, sequence);
      next = { height: last.height + 1n, crank: last.crank + 1 };
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets it record so many cranks, and then so many microseconds. Answers with what it told until it was dead. */
async function killAfter(folder: string, from: { height: bigint; crank: number }, cranks: number, microseconds: number): Promise<Told[]> {
  const program = fileURLToPath(new URL('./endless-recording.js', import.meta.url));
  const child = spawn(process.execPath, [program, folder, String(from.height), String(from.crank)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  let isKilled = false;
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    if (text === '') readBeside(folder);
    text += chunk;
    if (isKilled || text.split('\n').length <= cranks) return;
    isKilled = true;
    for (const until = process.hrtime.bigint() + BigInt(microseconds) * 1000n; process.hrtime.bigint() < until;); // shorter than any timer
    child.kill('SIGKILL');
  });
  const [, signal] = await new Promise<[number | null, string | null]>(resolve => child.once('close', (code, by) => { resolve([code, by]); }));
  assert.equal(signal, 'SIGKILL');
  return text.split('\n').filter(line => /^\d+ \d+$/.test(line)).map(line => {
    const [height, crank] = line.split(' ') as [string, string];
    return { height: BigInt(height), crank: Number(crank) };
  });
}

/** While it is written, whatever is read is in its order and whole. */
function readBeside(folder: string): void {
  let last = -1n;
  for (const frame of readFrames(folder)) {
    assert.ok(frame.sequence > last);
    last = frame.sequence;
    for (const { type } of linesOf(frame)) assert.notEqual(type, undefined);
  }
}

/** Answers with the last sequence. */
function check(folder: string, told: readonly Told[], before: bigint): bigint {
  const last = told.at(-1) as Told;
  const whole = new Set<number>();
  let sequence = 0n;
  for (const frame of readFrames(folder)) {
    assert.ok(sequence === 0n || frame.sequence === sequence + 1n, `no frame is missing after ${sequence}`);
    ({ sequence } = frame);
    for (const read of linesOf(frame)) {
      assert.notEqual(read.type, undefined, 'no garbage');
      if (read.type === 'crank-finish' && 'crank' in read.line) whole.add(read.line.crank);
    }
  }
  assert.ok(sequence > before, 'the sequence goes on');
  // The two last heights are not confirmed.
  for (const { height, crank } of told) if (height >= last.height - 1n) assert.ok(whole.has(crank), `crank ${crank} was recorded`);
  return sequence;
}
