/** Steps from a recorder's folder, read beside the node's own thread: it may have more than a hundred megabytes, and strangers ask. */
import { Worker } from 'node:worker_threads';
import { Refusal, sdk } from '../../chain/index.js';
import { tooMany, type CrankBodies } from './query.js';

export type CrankReader = {
  /** Refuses at once while another question is read for; rejects when what is there cannot be read. */
  readonly read: CrankBodies;
  /** The node stops: what is under way ends, and rejects, as does what is asked later. */
  readonly close: () => void;
};

type Answer = { readonly height: bigint; readonly step: number; readonly lines: readonly string[] };

/** Of the thread. Bytes of the files are outside of it. */
const heapMegabytesMax = 512;

/** One question at a time; several peers compare the same step, so that the last answer is kept. */
export function makeCrankReader(folder: string): CrankReader {
  let thread: Worker | undefined;
  let last: Answer | undefined;
  let isClosed = false;
  const assertOpen = (): void => {
    if (isClosed) throw new Error('the node stops');
  };
  const read: CrankBodies = async (height, step) => {
    assertOpen();
    if (last?.height === height && last.step === step) return last.lines;
    if (thread) throw new Refusal('sdk', sdk.invalidRequest, `${tooMany}, ask again in a second: invalid request`);
    thread = new Worker(new URL('./recorded-thread.js', import.meta.url), { workerData: { folder, height, step }, resourceLimits: { maxOldGenerationSizeMb: heapMegabytesMax } });
    try {
      const lines = await answerOf(thread);
      assertOpen();
      if (lines) last = { height, step, lines };
      return lines;
    } finally {
      thread = undefined;
    }
  };
  const close = (): void => {
    isClosed = true;
    void thread?.terminate();
  };
  return { read, close };
}

/** Settles when the thread has ended, so that there is never more than one. */
function answerOf(thread: Worker): Promise<readonly string[] | undefined> {
  return new Promise((resolve, reject) => {
    let answer: { readonly lines: readonly string[] | undefined } | undefined;
    thread.once('message', (lines: readonly string[] | undefined) => { answer = { lines }; });
    thread.once('error', reject);
    thread.once('exit', () => {
      if (answer) resolve(answer.lines);
      else reject(new Error('the reading thread ended without an answer'));
    });
  });
}
