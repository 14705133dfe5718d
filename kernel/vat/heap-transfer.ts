/** A worker's heap on its way out: the engine writes it to a descriptor of its own, or to a file, and says afterwards how much it was. */
import { statSync } from 'node:fs';
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
        try {
          expected = sizeIn(bytes);
        } catch (error) {
          return fail(error);
        }
        return check();
      },
      onEnd: (_end, lost) => reject(lost),
    });
    void process.closed.then(() => reject(new WorkerLost('a worker ended before all of its heap was taken')));
  });
}

/**
 * As takeHeap, but the engine writes the file itself: no byte passes through this process. Where the path lies in its memory
 * does not matter any more: nothing is computed after a heap snapshot.
 */
export function writeHeapTo(process: XsnapProcess, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: unknown): void => {
      reject(error instanceof Error ? error : new Error(String(error)));
      process.kill(new Error('its heap is not taken'));
    };
    process.command(encodeFrame('w', path), {
      onQuery: () => fail(new WorkerLost('a worker asked while it wrote its heap')),
      onReply: ({ bytes }) => {
        try {
          const [said, found] = [sizeIn(bytes), statSync(path).size];
          if (said !== found) throw new WorkerLost(`a worker wrote ${found} bytes of heap and says ${said}`);
          resolve();
        } catch (error) {
          fail(error);
        }
      },
      onEnd: (_end, lost) => reject(lost),
    });
  });
}

/** How large the heap is, by the engine's reply. Throws WorkerLost. */
function sizeIn(bytes: Uint8Array): number {
  const opened = openReply({ bytes: Buffer.from(bytes), length: bytes.length });
  if ('why' in opened) throw new WorkerLost(`a worker cannot write its heap: ${opened.why}`);
  const size = Number(Buffer.from(bytes).toString('latin1', opened.body));
  if (!Number.isSafeInteger(size)) throw new WorkerLost('a worker does not say how large its heap is');
  return size;
}
