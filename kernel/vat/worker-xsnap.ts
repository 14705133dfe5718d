/** Workers that are processes of the XS engine, driven without the engine's JavaScript wrapper: it needs a locked-down host (design 5.5). */
import { readFileSync } from 'node:fs';
import type { ConsoleSink } from './delivery-run.js';
import { DeliveryRun } from './delivery-run.js';
import type { Frame } from './netstring.js';
import { encodeFrame } from './netstring.js';
import { takeHeap, writeHeapTo } from './heap-transfer.js';
import type { DeliverOptions, DeliveryOutcome, HeapSink, SyscallAnswerer, VatDelivery, VatWorker, WorkerFactory, WorkerStart } from './protocol.js';
import { WorkerLost } from './protocol.js';
import { openReply, parseReply } from './worker-reply.js';
import type { WorkerEngine, WorkerEngineOptions } from './worker-engine.js';
import { computronsPerDeliveryMax, computronsPerDeliveryMin } from './settings.js';
import { prepareEngine } from './worker-engine.js';
import { stackKib } from './xsnap-launch.js';
import { XsnapProcess } from './xsnap-process.js';

export { computronsPerDeliveryMax, computronsPerDeliveryMin };

export type XsnapWorkerOptions = WorkerEngineOptions & {
  /** Takes what vats print; without it, it is dropped. It must not throw. */
  readonly onConsole?: ConsoleSink;
  /** Wall clock for a start, lockdown to setBundle, and for writing a heap. One that takes longer is a WorkerLost, never a verdict. Default 60,000. */
  readonly bootTimeoutMs?: number;
  /** For tests of what a killed node leaves behind where the system cannot end its workers with it. */
  readonly mayOutliveNode?: boolean;
};

export interface XsnapWorkerFactory extends WorkerFactory {
  /** As an incarnation records it: `xsnap-<version>:<sha256 of the base snapshot>`. */
  readonly engineId: string;
  /** Of the program inside the workers. */
  readonly supervisorSha256: string;
  start(options: WorkerStart): Promise<XsnapWorker>;
}

/** One vat's process. See VatWorker for what it promises. */
export interface XsnapWorker extends VatWorker {
  /** Of the process, for monitors and tests. */
  readonly pid: number;
}

/**
 * Makes the factory: reads and checks lockdown and supervisor once, finds the engine, and takes the base snapshot if there is
 * none. Throws an Error that says what to do when something is not built or not what it must be. Workers end when the node
 * does, however it ends.
 */
export function makeXsnapWorkerFactory(options: XsnapWorkerOptions = {}): XsnapWorkerFactory {
  return new Factory(options);
}

class Factory implements XsnapWorkerFactory {
  readonly engineId: string;
  readonly supervisorSha256: string;
  readonly #engine: WorkerEngine;
  readonly #onConsole: ConsoleSink;
  readonly #bootTimeoutMs: number;
  readonly #processes = new Set<XsnapProcess>();
  readonly #mayOutliveNode: boolean;
  #stackIsChecked = false;
  #isShutDown = false;

  constructor(options: XsnapWorkerOptions) {
    this.#engine = prepareEngine(options);
    this.engineId = this.#engine.engineId;
    this.supervisorSha256 = this.#engine.supervisorSha256;
    this.#onConsole = options.onConsole ?? (() => undefined);
    this.#bootTimeoutMs = options.bootTimeoutMs ?? 60_000;
    this.#mayOutliveNode = options.mayOutliveNode ?? false;
  }

  async start(start: WorkerStart): Promise<XsnapWorker> {
    const { name, vatId, computronsPerDelivery } = start;
    const heap = 'heapToCome' in start ? await start.heapToCome : start.heap;
    if (this.#isShutDown) throw new WorkerLost('the workers are shut down');
    if (name.startsWith('-')) throw new RangeError(`a worker's name must not look like an option: ${name}`);
    if (!Number.isInteger(computronsPerDelivery) || computronsPerDelivery < computronsPerDeliveryMin || computronsPerDelivery > computronsPerDeliveryMax) {
      throw new RangeError(`computronsPerDelivery must be from ${computronsPerDeliveryMin} to ${computronsPerDeliveryMax}: ${computronsPerDelivery}`);
    }
    const { baseSnapshot } = this.#engine;
    const snapshot = heap ?? start.base ?? (baseSnapshot && { file: baseSnapshot.path });
    const process = new XsnapProcess({ binary: this.#engine.binary, name, meterLimit: computronsPerDelivery, snapshot, mayOutliveParent: this.#mayOutliveNode });
    this.#processes.add(process);
    void process.closed.then(() => this.#processes.delete(process));
    const timer = setTimeout(() => process.kill(new Error(`not started within ${this.#bootTimeoutMs} ms`)), this.#bootTimeoutMs);
    try {
      await introduce(process, start);
      await this.#boot(process, start);
      return new Worker(vatId, process, this.#onConsole, this.#bootTimeoutMs);
    } catch (error) {
      await process.close();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  async shutdown(): Promise<void> {
    this.#isShutDown = true;
    await Promise.all([...this.#processes].map(process => process.close()));
  }

  get baseSnapshot(): WorkerFactory['baseSnapshot'] {
    return this.#engine.baseSnapshot;
  }

  async #boot(process: XsnapProcess, { vatId, bundle, base }: WorkerStart): Promise<void> {
    for (const frame of bundle === undefined || base !== undefined ? [isReadyFrame] : this.#engine.startFrames) {
      const reply = await bootCommand(process, frame);
      const opened = isReady(reply) ? undefined : openReply(reply);
      if (opened !== undefined && 'why' in opened) throw new WorkerLost(`a worker of ${vatId} did not start: ${opened.why}`);
      if (!this.#stackIsChecked) checkStackLimit(process);
      this.#stackIsChecked = true;
    }
    if (bundle === undefined) return; // it is in the heap
    const endoZipBase64 = Buffer.from(bundle.buffer, bundle.byteOffset, bundle.byteLength).toString('base64');
    const message = ['setBundle', vatId, { moduleFormat: 'endoZipBase64', endoZipBase64 }, {}];
    const reply = parseReply(await bootCommand(process, encodeFrame('?', JSON.stringify(message))));
    if (reply.kind === 'message' && reply.message[0] === 'dispatchReady') return;
    throw new WorkerLost(`a worker of ${vatId} did not take its bundle: ${JSON.stringify(reply).slice(0, 500)}`);
  }
}

class Worker implements XsnapWorker {
  readonly pid: number;
  readonly #vatId: string;
  readonly #process: XsnapProcess;
  readonly #onConsole: ConsoleSink;
  readonly #heapTimeoutMs: number;
  #isBusy = false;

  constructor(vatId: string, process: XsnapProcess, onConsole: ConsoleSink, heapTimeoutMs: number) {
    const { pid } = process;
    if (pid === undefined) throw new WorkerLost(`the worker of ${vatId} has no process`);
    this.pid = pid;
    this.#vatId = vatId;
    this.#process = process;
    this.#onConsole = onConsole;
    this.#heapTimeoutMs = heapTimeoutMs;
  }

  async deliver(delivery: VatDelivery, answer: SyscallAnswerer, { meterTimes = 1 }: DeliverOptions = {}): Promise<DeliveryOutcome> {
    if (this.#isBusy) throw new Error(`${this.#vatId} was given a delivery while it carries out another`);
    this.#isBusy = true;
    try {
      const run = new DeliveryRun(this.#vatId, this.#process, answer, this.#onConsole);
      const times = meterTimes === 1 ? '' : `,${meterTimes}`;
      this.#process.command(encodeFrame('?', `["deliver",${JSON.stringify(delivery)}${times}]`), run);
      return await run.outcome;
    } finally {
      this.#isBusy = false;
    }
  }

  async writeHeap(sink: HeapSink): Promise<void> {
    await this.#writing(() => takeHeap(this.#process, sink));
  }

  async #writing(write: () => Promise<void>): Promise<void> {
    if (this.#isBusy) throw new Error(`${this.#vatId} was told to write its heap while it carries out a delivery`);
    this.#isBusy = true; // for good: what comes after a heap snapshot is another worker's
    const timer = setTimeout(() => this.#process.kill(new Error(`its heap was not written within ${this.#heapTimeoutMs} ms`)), this.#heapTimeoutMs);
    try {
      await write();
    } finally {
      clearTimeout(timer);
    }
  }

  async writeHeapFile(path: string): Promise<void> {
    await this.#writing(() => writeHeapTo(this.#process, path));
  }

  async close(): Promise<void> {
    await this.#process.close();
  }
}

/** A process that could not be started has nothing to be introduced by: its first command tells. */
async function introduce(process: XsnapProcess, { onProcess }: WorkerStart): Promise<void> {
  const { pid, closed } = process;
  if (pid === undefined) return;
  await onProcess?.({ pid, ended: closed, kill: () => { process.kill(new Error('ended by the host')); } });
}

const isReadyFrame = encodeFrame('R', '');

/** The answer to `R`: the engine is there, and has nothing to say. */
function isReady({ bytes }: Frame): boolean {
  return bytes.length === 1 && bytes[0] === 0x2e;
}

/** Carries out one command of the start, during which the worker has nothing to ask but to print. */
function bootCommand(process: XsnapProcess, frame: Buffer): Promise<Frame> {
  return new Promise((resolve, reject) => {
    process.command(frame, {
      onQuery: query => {
        const text = query.bytes.toString('utf8', 1, 300);
        process.kill(new Error(`it asked while it was started: ${text}`));
      },
      onReply: resolve,
      onEnd: (_end, lost) => reject(lost),
    });
  });
}

/** Refuses to go on when the stack limit is not in force. Linux tells; elsewhere the shell's own refusal must do. */
function checkStackLimit(process: XsnapProcess): void {
  if (globalThis.process.platform !== 'linux') return;
  const limits = readFileSync(`/proc/${process.pid}/limits`, 'latin1');
  const soft = /^Max stack size\s+(\S+)/m.exec(limits)?.[1];
  if (soft !== `${stackKib * 1024}`) throw new Error(`a worker has a stack of ${soft} bytes, and must have ${stackKib * 1024}`);
}
