/** One xsnap process: started with its limits, one command at a time, and the certainty of how it ended. */
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Duplex, Readable } from 'node:stream';
import type { Frame } from './netstring.js';
import { FrameReader } from './netstring.js';
import type { HeapSource } from '../snapshot/store.js';
import { recordedBytesMax, WorkerLost } from './protocol.js';
import { launchOf } from './xsnap-launch.js';

/** A final reply above this is refused (as the record bound is); the meter in front of it may take `meterBytesMax` more. */
export const replyBytesMax = recordedBytesMax;
const meterBytesMax = 64 * 1024;
const stderrKept = 2048;

/** How a process ended: `code` for an exit of its own, `signal` otherwise. */
export type ProcessEnd = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

/** What a command brings: a query that wants `answer`, the final reply, or the end of the process. */
export interface CommandListener {
  onQuery(frame: Frame): void;
  onReply(frame: Frame): void;
  /** The process ended, or broke the protocol, before it replied. Called once, when it is dead. */
  onEnd(end: ProcessEnd, lost: WorkerLost): void;
}

export type ProcessStart = {
  readonly binary: string;
  /** argv[1], for ps. */
  readonly name: string;
  readonly meterLimit: number;
  /** Heap snapshot to start from; without one the heap is new. */
  readonly snapshot?: HeapSource | undefined;
  /** It is not ended with this process; see launchOf. */
  readonly mayOutliveParent?: boolean | undefined;
};

export class XsnapProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #commands: Duplex;
  /** Where the engine writes its heap when it is told to. */
  readonly heap: Readable;
  /** Resolves when the process is dead and its streams are at their end. */
  readonly closed: Promise<ProcessEnd>;
  #listener: CommandListener | undefined;
  #end: ProcessEnd | undefined;
  /** Why we ended it, or what its streams said; becomes the cause in WorkerLost. */
  #failure: Error | undefined;
  #stderr = '';

  constructor(start: ProcessStart) {
    this.#name = start.name;
    // Its own session: a Ctrl-C in the terminal reaches the node alone. It ends by itself when fd 3 is at its end.
    this.#child = spawnEngine(start);
    const [, , stderr, commands, replies, , , heap, heapIn] = this.#child.stdio as unknown as Streams;
    this.#commands = commands;
    this.heap = heap;
    this.closed = new Promise(resolve => {
      const finish = (end: ProcessEnd): void => {
        resolve(end);
        this.#onClosed(end);
      };
      this.#child.once('close', (code, signal) => finish({ code, signal }));
      this.#child.once('exit', () => heap.resume()); // what nobody takes any more must not keep it from being closed
      this.#child.once('error', error => {
        this.#failure ??= error;
        if (this.#child.pid === undefined) finish({ code: null, signal: null });
      });
    });
    const reader = new FrameReader({ wholeBytesMax: replyBytesMax + meterBytesMax, headBytes: meterBytesMax }, frame =>
      this.#onFrame(frame),
    );
    replies.on('data', (chunk: Buffer) => this.#onData(reader, chunk));
    for (const stream of [stderr, commands, replies, heap, heapIn]) stream?.on('error', error => (this.#failure ??= error));
    if (start.snapshot !== undefined && 'bytes' in start.snapshot) heapIn?.end(start.snapshot.bytes);
    stderr.on('data', (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString('latin1')).slice(-stderrKept)));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isAlive(): boolean {
    return this.#end === undefined;
  }

  /** Sends one command frame; everything until its reply goes to `listener`. One at a time: more is a broken invariant. */
  command(frame: Buffer, listener: CommandListener): void {
    if (this.#listener !== undefined) throw new Error(`${this.#name} was given a command while it carries out another`);
    if (this.#end !== undefined) {
      // Its old exit code says nothing about this command.
      listener.onEnd({ code: null, signal: null }, new WorkerLost(`${this.#name} has ended before`));
      return;
    }
    this.#listener = listener;
    this.#commands.write(frame);
  }

  /** Answers the query that the worker waits on. */
  answer(frame: Buffer): void {
    if (this.isAlive) this.#commands.write(frame);
  }

  /** Ends the process; the reason is told to whoever waits for a reply. Safe to call at any time. */
  kill(reason: Error): void {
    if (!this.isAlive) return;
    this.#failure ??= reason;
    this.#child.kill('SIGKILL');
  }

  /** Ends the process and waits for its death. */
  async close(): Promise<void> {
    this.kill(new Error('closed'));
    await this.closed;
  }

  #onData(reader: FrameReader, chunk: Buffer): void {
    if (this.#failure !== undefined) return;
    try {
      reader.push(chunk);
    } catch (error) {
      this.kill(error as Error);
    }
  }

  #onFrame(frame: Frame): void {
    const listener = this.#listener;
    if (this.#failure !== undefined) return;
    if (listener === undefined) throw new Error('the worker spoke while no command was under way');
    if (frame.bytes[0] === 0x3f /* ? */) {
      listener.onQuery(frame);
      return;
    }
    this.#listener = undefined;
    listener.onReply(frame);
  }

  #onClosed(end: ProcessEnd): void {
    this.#end = end;
    const listener = this.#listener;
    this.#listener = undefined;
    if (listener === undefined) return;
    const how = end.signal === null ? `exit code ${end.code}` : `signal ${end.signal}`;
    const said = this.#stderr.trim();
    const why = [`${this.#name} ended with ${how}`, this.#failure?.message, said === '' ? undefined : `it said: ${said}`];
    listener.onEnd(end, new WorkerLost(why.filter(part => part !== undefined).join('; '), { cause: this.#failure }));
  }
}

type Streams = readonly [null, null, Readable, Duplex, Duplex, null, null, Duplex, Duplex | null | undefined];

/** The snapshot goes by descriptor, so that no path of this machine lies on the stack. */
function spawnEngine({ binary, name, meterLimit, snapshot, mayOutliveParent }: ProcessStart): ChildProcess {
  const heap = snapshot === undefined ? 'ignore' : 'file' in snapshot ? openSync(snapshot.file, 'r') : 'pipe';
  try {
    const { file, args, cwd } = launchOf(binary, [name, ...(snapshot === undefined ? [] : ['-r', '@8']), '-l', `${meterLimit}`], mayOutliveParent);
    // A worker gets nothing of the environment: what is in it would lie on its stack and shift where that overflows.
    const stdio: StdioOptions = ['ignore', 'ignore', 'pipe', 'pipe', 'pipe', 'ignore', 'ignore', 'pipe', heap];
    return spawn(file, args, { cwd, detached: true, env: {}, stdio });
  } finally {
    if (typeof heap === 'number') closeSync(heap);
  }
}
