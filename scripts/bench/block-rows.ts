/** Blocks of a whole application, one directly after the other, so that each waits for the run before it: usual ones, and those with a heap snapshot. */
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { invokePing } from './accounts.js';
import { makeMeasuredApp, nextTx, type MeasuredApp, type MeasuredAppOptions } from './app-in-process.js';
import { echoNames } from './genesis.js';
import { quantile, rowOf, rowOfQuantile, rowOverFloor, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { timed } from './stopwatch.js';

const group = 'block';
const callsPerBlock = 10;
const never = { snapshot_initial: 100_000, snapshot_interval: 100_000 };
const eachBlock = { snapshot_initial: callsPerBlock, snapshot_interval: callsPerBlock };

/** A file system in memory, where syncing costs nothing; where there is none, the disk's own time is in the figures. */
const memoryFolder = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

type Times = { readonly block: number[]; readonly commit: number[] };

export async function* blockRows(size: BenchSize): AsyncIterable<Row> {
  const name = `block of ${callsPerBlock} invokes`;
  const usual = await blocks(size.blocks, { kernelParams: never });
  yield rowOf(group, `${name}, p50`, 'ms', usual.block);
  yield rowOverMedian(`${name}, p99`, usual.block, usual.block);
  const saving = await blocks(Math.ceil(size.blocks / 4), { kernelParams: eachBlock });
  yield rowOverMedian(`${name} with a heap snapshot, p50`, saving.block, usual.block, 0.5);
  yield rowOverMedian(`${name} with a heap snapshot, p99`, saving.block, usual.block);
  const inMemory = await blocks(size.blocks, { kernelParams: never, folder: memoryFolder });
  yield rowOfQuantile(group, 'commit without the disk, p99', 'ms', inMemory.commit, 0.99);
}

/** A quantile over the median of usual blocks: the floor's place. */
function rowOverMedian(name: string, samples: readonly number[], usual: readonly number[], share = 0.99): Row {
  const { floor = 1 } = rowOverFloor(group, name, 'ms', samples, usual);
  return { ...rowOfQuantile(group, name, 'ms', samples, share), floor, ratioToFloor: Number((quantile(samples, share) / floor).toPrecision(4)) };
}

/** So many blocks after a few that are not measured. */
async function blocks(count: number, options: MeasuredAppOptions): Promise<Times> {
  const app = await makeMeasuredApp(callsPerBlock, 1, options);
  const times: Times = { block: [], commit: [] };
  try {
    for (let block = -Math.ceil(count / 10); block < count; block += 1) {
      const { finalizeMs, commitMs } = await oneBlock(app);
      if (block < 0) continue;
      times.block.push(finalizeMs + commitMs);
      times.commit.push(commitMs);
    }
  } finally {
    await app.close();
  }
  return times;
}

async function oneBlock(app: MeasuredApp): Promise<{ finalizeMs: number; commitMs: number }> {
  const txs = app.accounts.map(account => nextTx(account, invokePing(account.address, `@${echoNames(1)[0] ?? ''}`)));
  await app.check(txs);
  return { finalizeMs: await timed(() => app.finalize(txs)), commitMs: await timed(() => app.commit()) };
}
