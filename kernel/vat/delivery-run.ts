/** One delivery while a worker carries it out: syscalls are answered and recorded, its end becomes a verdict. */
import type { Frame } from './netstring.js';
import { encodeFrame } from './netstring.js';
import type { DeliveryOutcome, DeliveryVerdict, RecordedSyscall, SyscallAnswerer, VatSyscall, VatSyscallResult } from './protocol.js';
import { recordedBytesMax, recordedSyscallsMax, WorkerLost } from './protocol.js';
import { parseSyscall } from './syscall-shape.js';
import { parseReply } from './worker-reply.js';
import type { CommandListener, ProcessEnd, XsnapProcess } from './xsnap-process.js';

/** A line that a vat, liveslots or the engine printed. For people only: it is never recorded or hashed. */
export type ConsoleSink = (vatId: string, level: string, text: string) => void;

/** So many console lines of one delivery reach the sink. Printing costs a vat little, and its host must not drown in it. */
const consoleLinesMax = 1000;
/** Of an error's text so many UTF-16 units are kept: the bytes are the vat's, and they end in kernel state. */
const errorTextMax = 4096;

const exitVerdicts: ReadonlyMap<number | null, DeliveryVerdict> = new Map<number, DeliveryVerdict>([
  [17, { kind: 'meter', which: 'compute' }],
  [12, { kind: 'meter', which: 'stack' }],
  [11, { kind: 'meter', which: 'allocate' }],
]);

const okNull = encodeFrame('/', '["ok",null]');
const consoleAnswer = encodeFrame('/', '["ok"]');
const okNullBytes = '["ok",null]'.length;
const ok: VatSyscallResult = ['ok', null];

/** What stands around a list of syscalls in a frame of ours, and around a single one in a frame of the published supervisor. */
const frameBytes = '["syscalls",[]]'.length;
const singleBytes = '["syscall",]'.length;

export class DeliveryRun implements CommandListener {
  readonly outcome: Promise<DeliveryOutcome>;
  readonly #vatId: string;
  readonly #process: XsnapProcess;
  readonly #answer: SyscallAnswerer;
  readonly #onConsole: ConsoleSink;
  readonly #syscalls: RecordedSyscall[] = [];
  #recordedBytes = 0;
  /** Of the frame that is being taken: they count once all of it is recorded. */
  #pendingBytes = 0;
  #consoleLines = 0;
  /** Set when we end the worker for what it did, or for an error of our own. */
  #verdict: DeliveryVerdict | undefined;
  #hostError: { readonly error: unknown } | undefined;
  /** With its reply the process is not ours any more; what comes with it is still to be taken. */
  #replied: { readonly computrons: number } | undefined;
  #resolve!: (outcome: DeliveryOutcome) => void;
  #reject!: (error: unknown) => void;

  constructor(vatId: string, process: XsnapProcess, answer: SyscallAnswerer, onConsole: ConsoleSink) {
    this.#vatId = vatId;
    this.#process = process;
    this.#answer = answer;
    this.#onConsole = onConsole;
    this.outcome = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  onQuery(frame: Frame): void {
    if (frame.bytes.length < frame.length) return this.#onLongQuery(frame);
    const message: unknown = JSON.parse(frame.bytes.toString('utf8', 1));
    if (!Array.isArray(message)) throw new Error('the worker sent a message that is not a list');
    switch (message[0]) {
      case 'syscall':
        return this.#onSyscalls([message.length === 2 ? message[1] : undefined], frame.length - 1);
      case 'syscalls':
        return this.#onSyscallFrame(message[1], frame.length - 1);
      case 'sourcedConsole':
        return this.#onPrint(String(message[2]), message.slice(3));
      case 'testLog':
        return this.#onPrint('testLog', message.slice(1));
      default:
        throw new Error(`the worker sent a message with the unknown tag ${JSON.stringify(message[0])?.slice(0, 80)}`);
    }
  }

  /** Longer than anything that can be recorded: a syscall ends the delivery, printing is only left out. */
  #onLongQuery(frame: Frame): void {
    if (/^\["syscalls?",/.test(frame.bytes.toString('latin1', 1, 13))) this.#stop({ kind: 'record-bound', which: 'bytes' });
    else this.#onPrint('warn', [`(a line of ${frame.length} bytes is left out)`]);
  }

  onReply(frame: Frame): void {
    const reply = parseReply(frame);
    if (reply.kind === 'unusable') return this.#loseAfterReply(reply.why);
    const { computrons } = reply;
    if (reply.kind === 'too-long') return this.#stopAfterReply({ kind: 'record-bound', which: 'bytes' }, computrons);
    this.#replied = { computrons };
    if (reply.syscalls === undefined) return this.#close(reply.message, computrons);
    const list = parseList(reply.syscalls);
    if (list === undefined) return this.#loseAfterReply('what comes with it is no list');
    const size = sizeAlone(Buffer.byteLength(reply.syscalls) - '[]'.length, list.length);
    this.#takeFrame(list, size, () => { this.#close(reply.message, computrons); });
  }

  #close([status, text]: readonly unknown[], computrons: number): void {
    if (status === 'ok') return this.#settle({ kind: 'ok' }, computrons);
    if (status === 'error') return this.#stopAfterReply({ kind: 'error', message: String(text).slice(0, errorTextMax) }, computrons);
    this.#loseAfterReply(JSON.stringify([status, text]).slice(0, 500));
  }

  onEnd(end: ProcessEnd, lost: WorkerLost): void {
    if (this.#hostError !== undefined) return this.#reject(this.#hostError.error);
    const verdict = this.#verdict ?? (end.signal === null ? exitVerdicts.get(end.code) : undefined);
    if (verdict === undefined) this.#reject(lost);
    else this.#settle(verdict, undefined);
  }

  /** Our supervisor's: any number that needed no answer, and then perhaps one that does. */
  #onSyscallFrame(list: unknown, bytes: number): void {
    if (!Array.isArray(list)) throw new Error('the worker sent a frame of syscalls that is no list');
    this.#onSyscalls(list, sizeAlone(bytes - frameBytes, list.length));
  }

  #onSyscalls(list: readonly unknown[], size: number): void {
    this.#takeFrame(list, size, last => {
      const isOkNull = last[0] === 'ok' && last[1] === null;
      this.#process.answer(isOkNull ? okNull : encodeFrame('/', JSON.stringify(last)));
    });
  }

  /** Is there room for `bytes` more than what is recorded and pending? If not, the delivery ends. */
  #hasRoom(bytes: number): boolean {
    if (this.#recordedBytes + this.#pendingBytes + bytes <= recordedBytesMax) return true;
    this.#stop({ kind: 'record-bound', which: 'bytes' });
    return false;
  }

  /** Takes all of a frame of `size` bytes, if there is room. */
  #takeFrame(list: readonly unknown[], size: number, done: (last: VatSyscallResult) => void): void {
    if (!this.#hasRoom(size)) return;
    this.#pendingBytes = size;
    this.#take(list, 0, ok, last => {
      this.#recordedBytes += this.#pendingBytes;
      this.#pendingBytes = 0;
      done(last);
    });
  }

  /** Answers and records the syscalls of the list from `start` on, one after the other; then hands on the last answer. */
  #take(list: readonly unknown[], start: number, before: VatSyscallResult, done: (last: VatSyscallResult) => void): void {
    let last = before;
    for (let at = start; at < list.length; at += 1) {
      const syscall = parseSyscall(list[at]);
      if (syscall === undefined) return this.#stop({ kind: 'illegal-syscall', reason: 'malformed syscall' });
      if (this.#syscalls.length >= recordedSyscallsMax) return this.#stop({ kind: 'record-bound', which: 'syscalls' });
      let result;
      try {
        result = this.#answer(syscall);
      } catch (error) {
        return this.#fail(error);
      }
      if (result instanceof Promise) return this.#takeLater(syscall, result, later => { this.#take(list, at + 1, later, done); });
      if (!this.#record(syscall, result)) return;
      last = result;
    }
    done(last);
  }

  #takeLater(syscall: VatSyscall, result: Promise<VatSyscallResult>, go: (result: VatSyscallResult) => void): void {
    result.then(
      later => {
        const isOver = this.#replied === undefined && !this.#process.isAlive;
        if (!isOver && this.#record(syscall, later)) go(later);
      },
      (error: unknown) => { this.#fail(error); },
    );
  }

  #record(syscall: VatSyscall, result: VatSyscallResult): boolean {
    const isOkNull = result[0] === 'ok' && result[1] === null;
    const bytes = isOkNull ? okNullBytes : Buffer.byteLength(JSON.stringify(result));
    if (!this.#hasRoom(bytes)) return false;
    this.#recordedBytes += bytes;
    this.#syscalls.push({ s: syscall, r: result });
    return true;
  }

  #onPrint(level: string, parts: readonly unknown[]): void {
    this.#consoleLines += 1;
    if (this.#consoleLines <= consoleLinesMax) {
      this.#onConsole(this.#vatId, level, parts.map(part => (typeof part === 'string' ? part : JSON.stringify(part))).join(' '));
    }
    this.#process.answer(consoleAnswer);
  }

  /** Ends the worker for a verdict, in the midst of a delivery. A syscall under way is not recorded. */
  #stop(verdict: DeliveryVerdict): void {
    if (this.#replied !== undefined) return this.#stopAfterReply(verdict, this.#replied.computrons);
    this.#verdict = verdict;
    this.#process.kill(new Error(`ended for ${verdict.kind}`));
  }

  /** With its reply the process has no listener any more, so its death is awaited here. */
  #stopAfterReply(verdict: DeliveryVerdict, computrons: number): void {
    this.#process.close().then(
      () => this.#settle(verdict, computrons),
      (error: unknown) => this.#reject(error),
    );
  }

  #loseAfterReply(why: string): void {
    this.#process.close().then(
      () => this.#reject(new WorkerLost(`the worker of ${this.#vatId} gave no usable reply: ${why}`)),
      (error: unknown) => this.#reject(error),
    );
  }

  /** The answerer threw: an error of the host, never of the vat. */
  #fail(error: unknown): void {
    this.#hostError = { error };
    this.#process.kill(new Error('its syscalls could not be answered'));
    if (this.#replied !== undefined) void this.#process.closed.then(() => { this.#reject(error); });
  }

  #settle(verdict: DeliveryVerdict, computrons: number | undefined): void {
    this.#resolve({ verdict, syscalls: this.#syscalls, computrons, recordedBytes: this.#recordedBytes });
  }
}

/** Bytes of `count` syscalls, separated by commas in `bytes`, as if each had come in a frame of its own: framing costs nobody. */
function sizeAlone(bytes: number, count: number): number {
  return count === 0 ? 0 : bytes - (count - 1) + count * singleBytes;
}

function parseList(text: string): readonly unknown[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list : undefined;
  } catch {
    return undefined; // the caller says what is lost
  }
}
