/**
 * The flight recorder of a node: what is executed goes synchronously into files that outlive the process, and stays there until it is known to be agreed.
 * Nothing here throws: when the disk fails, recording stops, is counted, and is tried again with the next height.
 */
import { randomBytes } from 'node:crypto';
import type { KernelEntry } from '../../kernel/index.js';
import { Attempts, type Difference } from './attempts.js';
import { filesIn, type RecorderFiles } from './files.js';
import type { Frame } from './frames.js';
import { KernelLines } from './kernel-lines.js';
import { closeLine, closeTimed, readLine, splitLines, type Line, type LineOf, type LocalPart } from './lines/index.js';
import { Printed } from './printed.js';
import { SegmentPool } from './segments.js';
import { flushLength, StreamBuffer } from './stream-buffer.js';

export type RecorderOptions = {
  /** Made if it is not there, for its owner alone. */
  readonly folder: string;
  readonly release: string;
  /** Default: of the folder. */
  readonly files?: RecorderFiles;
  readonly segments?: number;
  readonly segmentBytes?: number;
  readonly overflowBytes?: number;
  /** `commit`: what is recorded is synced to disk with each commit. Default none: it outlives the process, not the power. */
  readonly fsync?: 'none' | 'commit';
  /** Wall clock and process clock, in milliseconds. */
  readonly clocks?: { wall(): number; process(): number };
  /** Recording failed, or goes on again. Called once each time. */
  readonly onTrouble?: (trouble: Error) => void;
  readonly onRecovered?: (lost: Lost) => void;
  /** Trigger T2: executed again, a height gave something else. */
  readonly onDifference?: (difference: Difference) => void;
};

export type Lost = { readonly entries: number; readonly bytes: number };

/** What a node shows of its recorder. */
export type RecorderStatus = {
  readonly segments: number;
  readonly confirmed: bigint;
  /** Errors of the disk so far, and lines that were not recorded for them. */
  readonly errors: number;
  readonly lost: number;
  /** Why nothing is recorded now. */
  readonly trouble: string | undefined;
};

/** A state that is recorded on. */
export type RecordedState = {
  readonly height: bigint;
  readonly confirmed: bigint;
  readonly engine?: string;
  /** Of the last commit: the chain and its whole state. Executions of a height over different ones are not compared. */
  readonly chain?: () => string;
};

export type Trigger = 'commit' | 'start' | 'block' | 'genesis' | 'upgrade';
type RunEnd = { readonly cranks: number; readonly computrons: bigint; readonly step: number; readonly activity: string };

export const recorderDefaults = { segments: 16, segmentBytes: 8 * 1024 * 1024, overflowBytes: 2 * 1024 * 1024 * 1024 } as const;

export class Recorder {
  /** Random, of this process. */
  readonly boot = randomBytes(8).toString('hex');
  readonly #options: RecorderOptions;
  readonly #attempts: Attempts;
  readonly #clocks: { wall(): number; process(): number };
  #pool: SegmentPool | undefined;
  #confirmed = 0n;
  #chain: (() => string) | undefined;
  #height = 0n;
  #run: StreamBuffer | undefined;
  #block: StreamBuffer | undefined;
  #local: StreamBuffer | undefined;
  readonly #lines: KernelLines;
  /** Of the lines that are being made; one reading of the clocks is enough for a crank. */
  #stamp = '';
  /** When vats were given what they are at, by the process clock. */
  readonly #since = new Map<string, number>();
  readonly #took = new Map<string, number>();
  readonly #printed = new Printed();
  #trouble: Error | undefined;
  #errors = 0;
  #lostInAll = 0;
  #lost: Lost = { entries: 0, bytes: 0 };

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#attempts = new Attempts();
    this.#clocks = options.clocks ?? { wall: () => Date.now(), process: () => performance.now() };
    this.#lines = new KernelLines(line => { this.#kernelLine(line); });
  }

  /** Opens the folder over a state: of its last commit, and of the highest height that is known to be agreed. Again, when a restore made another state. */
  open(state: RecordedState): void {
    this.#chain = state.chain;
    this.#height = state.height;
    if (this.#pool) return this.confirm(state.confirmed);
    this.#confirmed = state.confirmed;
    this.#tryOpen(state.height);
    const { node, platform, arch } = { node: process.version, platform: process.platform, arch: process.arch };
    this.#note({ type: 'local/start', boot: this.boot, release: this.#options.release, node, platform, arch, height: state.height, confirmed: state.confirmed, engine: state.engine });
    this.#flushLocal();
  }

  #tryOpen(height: bigint): void {
    const { folder, segments = recorderDefaults.segments, segmentBytes = recorderDefaults.segmentBytes, overflowBytes = recorderDefaults.overflowBytes } = this.#options;
    try {
      const files = this.#options.files ?? filesIn(folder);
      // Before its first commit a chain may be another one than that which was recorded here.
      const see = (frame: Frame): void => { this.#saw(frame, height > 0n && frame.height > this.#confirmed); };
      this.#pool = new SegmentPool({ files, count: Math.max(2, segments), segmentBytes, overflowBytes }, this.#confirmed, see);
    } catch (error) {
      this.#fail(error);
    }
  }

  #saw(frame: Frame, isComparable: boolean): void {
    let origin: string | undefined;
    if (frame.isFirst && isComparable) {
      for (const text of splitLines(frame.body.toString('utf8'))) {
        const read = readLine(text);
        if (read.type === 'run-begin' || read.type === 'block-begin') origin ??= originOf(read.line, read.local);
      }
    }
    this.#attempts.saw(frame, origin);
  }

  get status(): RecorderStatus {
    return { segments: this.#pool?.count ?? 0, confirmed: this.#confirmed, errors: this.#errors, lost: this.#lostInAll, trouble: this.#trouble?.message };
  }

  /** The run of a height begins. A run that began and did not end is over. */
  beginRun(height: bigint, { step, activity }: { readonly step: number; readonly activity: string }, trigger: Trigger): void {
    this.#flush(this.#run, false);
    this.#retry();
    this.#height = height;
    this.#run = this.#begin('run', { type: 'run-begin', height, step, activity }, trigger);
    this.#since.clear();
    this.#took.clear();
    this.#printed.clear();
    this.#lines.begin(step);
  }

  /** An attempt, whose first line is in its file. */
  #begin(stream: 'run' | 'block', line: LineOf<'run-begin'> | LineOf<'block-begin'>, trigger: Trigger): StreamBuffer {
    const chain = this.#chain?.();
    const began = { trigger, release: this.#options.release, ...(chain === undefined ? {} : { chain }) };
    const attempt = this.#attempts.next(line.height, stream, originOf(line, began));
    const buffer = new StreamBuffer(stream, line.height, attempt);
    buffer.add(line, closeLine({ ...this.#now(), attempt, ...began }));
    this.#flush(buffer, false);
    return buffer;
  }

  /** The kernel's hook. */
  readonly record = (entry: KernelEntry): void => {
    try {
      this.#take(entry);
    } catch (error) {
      this.#fail(error);
    }
  };

  /** What a vat prints: for the worker factory's `onConsole`. It goes beside the result of the delivery in which it was printed. */
  readonly console = (vat: string, level: string, text: string): void => { this.#printed.add(vat, level, text); };

  #take(entry: KernelEntry): void {
    switch (entry.type) {
      case 'round': return this.#round(entry);
      case 'returned': return this.#returned(entry.vat);
      case 'worker-start':
        this.#printed.begin(entry.vat);
        return this.#note({ type: 'local/worker-start', vat: entry.vat, origin: entry.heap === undefined ? 'bundle' : 'heap', heap: entry.heap, replayed: entry.replayed, delivery: entry.position });
      case 'worker-end': return this.#note({ type: 'local/worker-end', vat: entry.vat, why: 'closed' });
      default:
        this.#stamp = '';
        this.#lines.take(entry);
        // What was fed in before a round goes with the round's own flush; what a worker did is never to be had again.
        if (entry.type === 'step' && entry.step.kind === 'crank') this.#flush(this.#run, false);
    }
  }

  /** What was recorded before is in the page cache before any worker of the round runs. */
  #round({ items }: Extract<KernelEntry, { type: 'round' }>): void {
    const now = this.#clocks.process();
    for (const { vat } of items) {
      this.#since.set(vat, now);
      this.#printed.begin(vat);
    }
    const first = this.#lines.step + 1;
    const line: Line = { type: 'local/plan', items: items.map(({ after, vat, position, kind }) => [first + after, vat, position, kind]) };
    this.#run?.add(line, this.#times());
    this.#flush(this.#run, false);
  }

  #returned(vat: string): void {
    this.#printed.returned(vat);
    const since = this.#since.get(vat);
    if (since !== undefined) this.#took.set(vat, (this.#clocks.process() - since) / 1000);
  }

  #kernelLine(line: Line): void {
    const run = this.#run;
    if (!run) return;
    if (this.#stamp === '') this.#stamp = this.#times();
    run.add(line, line.type === 'deliver-result' ? this.#timed(line) : this.#stamp);
    if (run.length >= flushLength) this.#flush(run, false);
  }

  #timed({ vat }: LineOf<'deliver-result'>): string {
    const took = this.#took.get(vat);
    this.#took.delete(vat);
    const soft = this.#printed.take(vat);
    if (soft) return closeLine({ ...this.#now(), ...(took === undefined ? {} : { s: rounded(took) }), soft });
    return took === undefined ? this.#stamp : this.#times(rounded(took));
  }

  /** The run that began is complete. */
  endRun({ cranks, computrons, step, activity }: RunEnd): void {
    const run = this.#run;
    if (!run) return;
    this.#end(run, { type: 'run-end', height: run.height, cranks, computrons, step, activity });
    this.#run = undefined;
  }

  #end(stream: StreamBuffer, line: Line): void {
    stream.addLast(line, this.#now());
    this.#flush(stream, true);
    const difference = this.#attempts.completed(stream.height, stream.stream, stream.attempt, stream.lane);
    if (difference) this.#tell(() => this.#options.onDifference?.(difference));
  }

  /** FinalizeBlock of a height begins. */
  beginBlock(block: Omit<LineOf<'block-begin'>, 'type'>): void {
    const { height } = block;
    this.#flush(this.#block, false);
    this.#retry();
    this.#height = height > this.#height ? height : this.#height;
    this.#block = this.#begin('block', { type: 'block-begin', ...block }, 'block');
  }

  /** Its AppHash is known. */
  endBlock(end: Omit<LineOf<'block-end'>, 'type' | 'height'>): void {
    const block = this.#block;
    if (!block) return;
    this.#end(block, { type: 'block-end', height: block.height, ...end });
    this.#block = undefined;
  }

  /** Its batch is durable. */
  committed(height: bigint): void {
    this.#note({ type: 'commit', height });
    this.flush();
    if (this.#options.fsync === 'commit') this.#guarded(pool => { pool.sync(); });
  }

  /** Every height up to this one is agreed: what was recorded of it may be written over. */
  confirm(height: bigint): void {
    if (height <= this.#confirmed) return;
    this.#confirmed = height;
    this.#attempts.forget(height);
    this.#note({ type: 'confirm', height });
    this.#flushLocal();
    this.#guarded(pool => { pool.confirm(height); });
  }

  /** An error leaves the kernel or the application: all that waits is written. */
  panic(error: Error): void {
    const line: Line = { type: 'panic', height: this.#height, name: error.name, message: error.message };
    const local = closeLine({ ...this.#now(), ...(error.stack === undefined ? {} : { stack: error.stack }) });
    const stream = this.#block ?? this.#run;
    if (stream) stream.add(line, local);
    else this.#localStream().add(line, local);
    this.flush();
  }

  /** Anything that a host wants to have beside the rest. */
  note(about: string, data?: unknown): void {
    this.#note({ type: 'local/note', about, data });
  }

  /** Writes what waits. */
  flush(): void {
    this.#flush(this.#run, false);
    this.#flush(this.#block, false);
    this.#flushLocal();
  }

  /** The node stops. Nothing is recorded any more. */
  close(reason: string): void {
    this.#note({ type: 'local/stop', reason });
    this.flush();
    this.#guarded(pool => { pool.close(); });
    this.#pool = undefined;
  }

  /** Beside the run's lines while there is one, else in frames of their own. */
  #note(line: Line): void {
    const stream = this.#run ?? this.#localStream();
    stream.add(line, this.#times());
    if (stream.length >= flushLength) this.#flush(stream, false);
  }

  #localStream(): StreamBuffer {
    if (this.#local?.height !== this.#height) {
      this.#flushLocal();
      this.#local = new StreamBuffer('local', this.#height, 0);
    }
    return this.#local;
  }

  #flushLocal(): void {
    this.#flush(this.#local, false);
  }

  #flush(stream: StreamBuffer | undefined, isLast: boolean): void {
    if (!stream || stream.length === 0) return;
    const pool = this.#pool;
    const { lost } = stream;
    if (lost.entries > 0 && !this.#trouble) {
      stream.add({ type: 'gap', ...lost }, closeLine(this.#now()));
      stream.lost = { entries: 0, bytes: 0 };
    }
    const { waiting: entries, length: bytes } = stream;
    const isWritten = pool && !this.#trouble && this.#guarded(() => {
      const { frame, sequence, height } = stream.take(pool.nextSequence(), isLast);
      pool.append(frame, sequence, height, () => this.#now());
    });
    stream.written();
    if (isWritten) return;
    stream.lost = { entries: lost.entries + entries, bytes: lost.bytes + bytes };
    this.#lost = { entries: this.#lost.entries + entries, bytes: this.#lost.bytes + bytes };
    this.#lostInAll += entries;
  }

  /** Says whether it was done. */
  #guarded(work: (pool: SegmentPool) => void): boolean {
    if (!this.#pool) return false;
    try {
      work(this.#pool);
      return true;
    } catch (error) {
      this.#fail(error);
      return false;
    }
  }

  /** What others do when they are told must not fail what is recorded either. */
  #tell(tell: () => void): void {
    try {
      tell();
    } catch {
      this.#errors += 1;
    }
  }

  /** Recording never fails what is recorded: it is off until the next height. */
  #fail(error: unknown): void {
    this.#errors += 1;
    const isNew = this.#trouble === undefined;
    const trouble = error instanceof Error ? error : new Error(String(error));
    this.#trouble = trouble;
    if (isNew) this.#tell(() => this.#options.onTrouble?.(trouble));
  }

  /** With a new height, what failed is tried again: the first frame says what is missing. */
  #retry(): void {
    if (!this.#trouble) return;
    const lost = this.#lost;
    if (!this.#pool) this.#tryOpen(this.#height);
    const pool = this.#pool;
    if (!pool) return;
    const gap = new StreamBuffer('local', this.#height, 0);
    gap.add({ type: 'gap', ...lost }, closeLine(this.#now()));
    const isWritten = this.#guarded(() => {
      const { frame, sequence, height } = gap.take(pool.nextSequence(), false);
      pool.append(frame, sequence, height, () => this.#now());
    });
    if (!isWritten) return;
    this.#trouble = undefined;
    this.#lost = { entries: 0, bytes: 0 };
    this.#tell(() => this.#options.onRecovered?.(lost));
  }

  #times(took?: number): string {
    const { t, m } = this.#now();
    return closeTimed(t, m, took);
  }

  #now(): LocalPart {
    return { t: rounded(this.#clocks.wall() / 1000), m: rounded(this.#clocks.process() / 1000) };
  }
}

/** What the result of an attempt follows from, and nothing else: the release, the chain and the state before, and the block where it is one. */
function originOf(line: Line, { release, chain }: Pick<LocalPart, 'release' | 'chain'>): string {
  return JSON.stringify([release, chain, line.type === 'block-begin' ? line.hash : '']);
}

/** Microseconds are enough. */
function rounded(seconds: number): number {
  return Math.round(seconds * 1e6) / 1e6;
}
