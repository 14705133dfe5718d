/** Steps from a recorder's folder, read beside the node's own thread: it may have more than a hundred megabytes, and strangers ask. */
import { Worker } from 'node:worker_threads';
import type { CrankBodies } from './query.js';

/** One question at a time. Rejects when what is there cannot be read. */
export function makeCrankReader(folder: string): CrankBodies {
  let last: Promise<unknown> = Promise.resolve();
  return (height, step) => {
    const answer = last.then(() => readBeside(folder, height, step));
    last = answer.catch(() => undefined); // the asker is told; the next one gets its own answer
    return answer;
  };
}

function readBeside(folder: string, height: bigint, step: number): Promise<readonly string[] | undefined> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./recorded-thread.js', import.meta.url), { workerData: { folder, height, step } });
    thread.once('message', (lines: readonly string[] | undefined) => resolve(lines));
    thread.once('error', reject);
    thread.once('exit', () => reject(new Error('the reading thread ended without an answer')));
  });
}
