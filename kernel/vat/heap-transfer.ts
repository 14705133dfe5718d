/** A worker's heap on its way out: the engine writes it to a descriptor of its own and says afterwards how much it was. */
import { encodeFrame } from './netstring.js';
import { WorkerLost, type HeapSink } from './protocol.js';
import { openReply } from './worker-reply.js';
import type { XsnapProcess } from './xsnap-process.js';

/**
 * Lets the engine collect garbage and write its heap; each byte goes to `sink`. Resolves when all of it was taken. Rejects
 * with WorkerLost, or with what the sink threw; the process is not to be used afterwards in either case.
 */
export function takeHeap(process: XsnapProcess, sink: HeapSink): Promise<void> {
  return new Promise((resolve, reject) => {
    let received = 0;
    let expected: number | undefined;
    const fail = (error: unknown): void => {
      reject(error instanceof Error ? error : new Error(String(error)));
      process.kill(new Error('its heap is not taken'));
    };
    const check = (): void => {
      if (received === expected) resolve();
      else if (expected !== undefined && received > expected) fail(new WorkerLost(`a worker wrote ${received} bytes of heap and says ${expected}`));
    };
    const take = (chunk: Buffer): void => {
      received += chunk.length;
      const isTaken = sink(chunk);
      if (isTaken) {
        process.heap.pause();
        isTaken.then(() => process.heap.resume(), fail);
      }
      check();
    };
    process.heap.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        fail(error);
      }
    });
    process.command(encodeFrame('w', '@7'), {
      onQuery: () => fail(new WorkerLost('a worker asked while it wrote its heap')),
      onReply: ({ bytes }) => {
        const opened = openReply({ bytes, length: bytes.length });
        if ('why' in opened) return fail(new WorkerLost(`a worker cannot write its heap: ${opened.why}`));
        expected = Number(bytes.toString('latin1', opened.body));
        if (!Number.isSafeInteger(expected)) return fail(new WorkerLost('a worker does not say how large its heap is'));
        return check();
      },
      onEnd: (_end, lost) => reject(lost),
    });
    void process.closed.then(() => reject(new WorkerLost('a worker ended before all of its heap was taken')));
  });
}
