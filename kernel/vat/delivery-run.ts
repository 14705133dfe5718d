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

export class DeliveryRun implements CommandListener {
  readonly outcome: Promise<DeliveryOutcome>;
  readonly #vatId: string;
  readonly #process: XsnapProcess;
  readonly #answer: SyscallAnswerer;
  readonly #onConsole: ConsoleSink;
  readonly #syscalls: RecordedSyscall[] = [];
  #recordedBytes = 0;
  #consoleLines = 0;
  /** Set when we end the worker for what it did, or for an error of our own. */
  #verdict: DeliveryVerdict | undefined;
  #hostError: { readonly error: unknown } | undefined;
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
        return this.#onSyscall(message, frame.length - 1);
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
    if (frame.bytes.toString('latin1', 1, 12) === '["syscall",') this.#stop({ kind: 'record-bound', which: 'bytes' });
    else this.#onPrint('warn', [`(a line of ${frame.length} bytes is left out)`]);
  }

  onReply(frame: Frame): void {
    const reply = parseReply(frame);
    if (reply.kind === 'unusable') return this.#loseAfterReply(reply.why);
    const { computrons } = reply;
    if (reply.kind === 'too-long') return this.#stopAfterReply({ kind: 'record-bound', which: 'bytes' }, computrons);
    const [status, text] = reply.message;
    if (status === 'ok') return this.#settle({ kind: 'ok' }, computrons);
    if (status === 'error') return this.#stopAfterReply({ kind: 'error', message: String(text).slice(0, errorTextMax) }, computrons);
    this.#loseAfterReply(JSON.stringify(reply.message).slice(0, 500));
  }

  onEnd(end: ProcessEnd, lost: WorkerLost): void {
    if (this.#hostError !== undefined) return this.#reject(this.#hostError.error);
    const verdict = this.#verdict ?? (end.signal === null ? exitVerdicts.get(end.code) : undefined);
    if (verdict === undefined) this.#reject(lost);
    else this.#settle(verdict, undefined);
  }

  #onSyscall(message: readonly unknown[], size: number): void {
    const syscall = message.length === 2 ? parseSyscall(message[1]) : undefined;
    if (syscall === undefined) return this.#stop({ kind: 'illegal-syscall', reason: 'malformed syscall' });
    if (this.#syscalls.length >= recordedSyscallsMax) return this.#stop({ kind: 'record-bound', which: 'syscalls' });
    if (this.#recordedBytes + size > recordedBytesMax) return this.#stop({ kind: 'record-bound', which: 'bytes' });
    let result;
    try {
      result = this.#answer(syscall);
    } catch (error) {
      return this.#fail(error);
    }
    if (!(result instanceof Promise)) return this.#record(syscall, size, result);
    result.then(
      later => this.#process.isAlive && this.#record(syscall, size, later),
      (error: unknown) => this.#fail(error),
    );
  }

  #record(syscall: VatSyscall, size: number, result: VatSyscallResult): void {
    const isOkNull = result[0] === 'ok' && result[1] === null;
    const text = isOkNull ? '' : JSON.stringify(result);
    const bytes = size + (isOkNull ? okNullBytes : Buffer.byteLength(text));
    if (this.#recordedBytes + bytes > recordedBytesMax) return this.#stop({ kind: 'record-bound', which: 'bytes' });
    this.#recordedBytes += bytes;
    this.#syscalls.push({ s: syscall, r: result });
    this.#process.answer(isOkNull ? okNull : encodeFrame('/', text));
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
  }

  #settle(verdict: DeliveryVerdict, computrons: number | undefined): void {
    this.#resolve({ verdict, syscalls: this.#syscalls, computrons, recordedBytes: this.#recordedBytes });
  }
}
