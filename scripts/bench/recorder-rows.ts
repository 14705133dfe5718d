/** What the flight recorder costs: two whole applications that execute the same blocks by turns, one with it and one without. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Recorder } from '../../app/recorder/recorder.js';
import { invokePing } from './accounts.js';
import { makeMeasuredApp, nextTx, type MeasuredApp } from './app-in-process.js';
import { echoNames } from './genesis.js';
import { rowOf, rowOverFloor, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { timed } from './stopwatch.js';

const group = 'recorder';
const callsPerBlock = 100;
const vats = 4;

export async function* recorderRows(size: BenchSize): AsyncIterable<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-bench-recorder-'));
  const recorder = timedRecorder(new Recorder({ folder, release: 'bench' }));
  const recorded = await makeMeasuredApp(callsPerBlock, vats, { recorder: recorder.recorder });
  const plain = await makeMeasuredApp(callsPerBlock, vats);
  const times = { on: [] as number[], off: [] as number[], share: [] as number[] };
  const count = Math.ceil(size.blocks / 5); // of a hundred invokes each
  try {
    for (let block = -Math.ceil(count / 3); block < count; block += 1) {
      const isFirst = block % 2 === 0;
      const off = isFirst ? await oneBlock(plain) : 0;
      recorder.spent = 0;
      const on = await oneBlock(recorded);
      const share = (100 * recorder.spent) / on;
      const offLast = isFirst ? off : await oneBlock(plain);
      if (block < 0) continue;
      times.on.push(on);
      times.off.push(offLast);
      times.share.push(share);
    }
  } finally {
    await recorded.close();
    recorder.recorder.close('bench');
    await plain.close();
    rmSync(folder, { recursive: true, force: true });
  }
  yield rowOverFloor(group, `block of ${callsPerBlock} invokes, recorded`, 'ms', times.on, times.off);
  yield rowOf(group, 'recording, share of the block', '%', times.share);
}

const names = ['record', 'beginRun', 'endRun', 'beginBlock', 'endBlock', 'committed', 'confirm'] as const;

/** A recorder whose calls are timed: what is spent in them, in milliseconds. On a busy machine that is a steadier figure than a difference. */
function timedRecorder(recorder: Recorder): { readonly recorder: Recorder; spent: number } {
  const measured = { recorder, spent: 0 };
  for (const name of names) {
    const call = recorder[name].bind(recorder) as (...args: unknown[]) => void;
    Object.defineProperty(recorder, name, {
      value: (...args: unknown[]) => {
        const start = performance.now();
        call(...args);
        measured.spent += performance.now() - start;
      },
    });
  }
  return measured;
}

/** From the mempool's check to the commit: the run goes on beside the check. */
async function oneBlock(app: MeasuredApp): Promise<number> {
  const echoes = echoNames(vats);
  const txs = app.accounts.map((account, index) => nextTx(account, invokePing(account.address, `@${echoes[index % vats] ?? ''}`)));
  return timed(async () => {
    await app.check(txs);
    await app.finalize(txs);
    await app.commit();
  });
}
