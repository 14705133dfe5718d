/**
 * Slogs of a running node: a thread for each sender, which reads what the recorder wrote. The node hands them nothing and waits for none; a
 * thread that dies is made anew, one that hangs is ended with the node.
 */
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Logger } from '../../chain/index.js';
import { fileBytesMaxDefault } from './senders/file-sender.js';
import { senderName, type SenderSpec } from './senders/spec.js';
import { countAt, countsBytes, type SlogMessage, type SlogRequest, type SlogWorkerData } from './worker-data.js';

export { readSenderSpec, senderName, type SenderSpec } from './senders/spec.js';
export type { BlockInfo, ModuleContext, SlogModule } from './senders/module-sender.js';

export type SlogOptions = {
  readonly home: string;
  /** The recorder's folder. */
  readonly ring: string;
  readonly chain: string;
  readonly release: string;
  /** Random id of this process. */
  readonly boot: string;
  readonly senders: readonly SenderSpec[];
  readonly log: Logger;
  /** How often a thread looks; 200 ms when left out. */
  readonly pollMs?: number;
  /** How long a thread may take to end; 3 s when left out. */
  readonly stopMs?: number;
  readonly fileBytesMax?: number;
};

export type SenderState = {
  readonly name: string;
  /** It has looked at the ring, and gets all that comes from then on. */
  readonly hasBegun: boolean;
  readonly pieces: bigint;
  readonly lost: bigint;
  readonly restarts: number;
};

export type Slog = {
  states(): SenderState[];
  /** What is in the ring is handed over first. A thread that takes too long to end is ended. */
  stop(): Promise<void>;
};

export const slogFolder = 'slog';
const pollMsDefault = 200;
const stopMsDefault = 3000;
const restartMsMin = 1000;
const restartMsMax = 60_000;
/** A module that eats memory ends its own thread. */
const heapMiBMax = 1024;

/** Starts the threads; does not wait for them, and never throws for what they do. */
export function startSlog(options: SlogOptions): Slog {
  const threads = options.senders.map(sender => new SenderThread(options, sender));
  return {
    states: () => threads.map(thread => thread.state()),
    stop: async () => {
      await Promise.all(threads.map(thread => thread.stop()));
    },
  };
}

class SenderThread {
  readonly #options: SlogOptions;
  readonly #sender: SenderSpec;
  readonly #counts = new SharedArrayBuffer(countsBytes);
  #worker: Worker | undefined;
  #ended: Promise<void> = Promise.resolve();
  #restarts = 0;
  #timer: NodeJS.Timeout | undefined;
  #isStopping = false;

  constructor(options: SlogOptions, sender: SenderSpec) {
    this.#options = options;
    this.#sender = sender;
    Atomics.store(new BigInt64Array(this.#counts), countAt.taken, -1n);
    this.#start();
  }

  state(): SenderState {
    const counts = new BigInt64Array(this.#counts);
    const load = (at: number): bigint => Atomics.load(counts, at);
    return { name: senderName(this.#sender), hasBegun: load(countAt.begun) === 1n, pieces: load(countAt.pieces), lost: load(countAt.lost), restarts: this.#restarts };
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    clearTimeout(this.#timer);
    const worker = this.#worker;
    if (!worker) return;
    worker.postMessage('stop' satisfies SlogRequest);
    const timer = setTimeout(() => {
      this.#log('it did not end by itself');
      void worker.terminate();
    }, this.#options.stopMs ?? stopMsDefault);
    await this.#ended;
    clearTimeout(timer);
  }

  #start(): void {
    const { home, ring, chain, release, boot, pollMs = pollMsDefault, fileBytesMax = fileBytesMaxDefault } = this.#options;
    const workerData: SlogWorkerData = {
      ring, folder: join(home, slogFolder), forensics: join(home, 'forensics'), chain, release, boot, sender: this.#sender, counts: this.#counts, pollMs, fileBytesMax,
    };
    const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData, stdout: true, stderr: true, resourceLimits: { maxOldGenerationSizeMb: heapMiBMax } });
    this.#worker = worker;
    worker.unref(); // it never keeps a node that is done
    worker.on('message', (message: SlogMessage) => {
      if (message.kind === 'warning') this.#log(message.text);
    });
    for (const stream of [worker.stdout, worker.stderr]) stream.on('data', (text: Buffer) => { this.#options.log.info({ sender: senderName(this.#sender) }, text.toString().trimEnd()); });
    worker.on('error', (error: Error) => { this.#log(error.message); });
    this.#ended = new Promise(resolve => {
      worker.once('exit', () => {
        this.#worker = undefined;
        if (!this.#isStopping) this.#startLater();
        resolve();
      });
    });
  }

  /** Later each time: what fails at once would else do nothing but start. */
  #startLater(): void {
    const delay = Math.min(restartMsMax, restartMsMin * 2 ** Math.min(this.#restarts, 6));
    this.#restarts += 1;
    this.#timer = setTimeout(() => { this.#start(); }, delay);
    this.#timer.unref();
  }

  #log(text: string): void {
    this.#options.log.warn({ sender: senderName(this.#sender) }, text);
  }
}
