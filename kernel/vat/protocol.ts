/**
 * What goes between the kernel and a worker, vat-side references only (kernel reference 2.4 to 2.7). Lists and tags are
 * the published supervisor's JSON, so that a delivery or syscall is recorded as it was sent.
 */
import type { CapData } from '../capdata.js';
import type { HeapSource, SavedHeap } from '../snapshot/store.js';

/** A reference in the vat's own naming: o+0, o-50, p+5, p-60, o+d6/1 … */
export type Vref = string;

export type VatMessage = { readonly methargs: CapData; readonly result?: Vref | null };
export type VatResolution = readonly [vpid: Vref, isReject: boolean, data: CapData];

export type VatDelivery =
  | readonly ['startVat', CapData]
  | readonly ['message', Vref, VatMessage]
  | readonly ['notify', readonly VatResolution[]]
  | readonly ['dropExports', readonly Vref[]]
  | readonly ['retireExports', readonly Vref[]]
  | readonly ['retireImports', readonly Vref[]]
  | readonly ['bringOutYourDead'];

export type VatSyscall =
  | readonly ['send', Vref, VatMessage]
  | readonly ['callNow', Vref, string, CapData]
  | readonly ['subscribe', Vref]
  | readonly ['resolve', readonly VatResolution[]]
  | readonly ['exit', boolean, CapData]
  | readonly ['vatstoreGet', string]
  | readonly ['vatstoreGetNextKey', string]
  | readonly ['vatstoreSet', string, string]
  | readonly ['vatstoreDelete', string]
  | readonly ['dropImports', readonly Vref[]]
  | readonly ['retireImports', readonly Vref[]]
  | readonly ['retireExports', readonly Vref[]]
  | readonly ['abandonExports', readonly Vref[]];

export type VatSyscallResult = readonly ['ok', unknown] | readonly ['error', string];
export type RecordedSyscall = { readonly s: VatSyscall; readonly r: VatSyscallResult };

/** How a delivery ended, as far as consensus may know. Anything else a worker does (any other death) is local and throws WorkerLost. */
export type DeliveryVerdict =
  | { readonly kind: 'ok' }
  /** The supervisor answered `error`: the vat could not carry out the delivery. */
  | { readonly kind: 'error'; readonly message: string }
  /** Exit 17, 12 or 11. */
  | { readonly kind: 'meter'; readonly which: 'compute' | 'stack' | 'allocate' }
  /** More syscalls or bytes than one delivery may record (design 5.8). */
  | { readonly kind: 'record-bound'; readonly which: 'syscalls' | 'bytes' }
  /**
   * The worker made a syscall that is not of a known shape. It was not answered and is not recorded: the worker was ended
   * there. A fault of the vat, to be settled as any other illegal syscall; the reason is the same on every node.
   */
  | { readonly kind: 'illegal-syscall'; readonly reason: string };

export type DeliveryOutcome = {
  readonly verdict: DeliveryVerdict;
  /** Every syscall in the order made, with the answer that was given. */
  readonly syscalls: readonly RecordedSyscall[];
  /** As reported by the worker; undefined when it died before it could report. */
  readonly computrons: number | undefined;
  /** UTF-8 bytes of every recorded syscall as the worker wrote it, and of its answer: what recordedBytesMax bounds. */
  readonly recordedBytes?: number;
  /** The heap snapshot that was taken directly after it, where one was asked for. */
  readonly saved?: SavedHeap;
};

/** Answers one syscall. Called in order, one at a time; may be asynchronous for reads from disk. It must not throw for the vat's mistakes. */
export type SyscallAnswerer = (syscall: VatSyscall) => VatSyscallResult | Promise<VatSyscallResult>;

export type DeliverOptions = {
  /**
   * So many times the worker's limit may be spent (at most 2^31 - 1 computrons): the number of notifies that joined in one
   * delivery (design 5.2). Default 1. Only our own supervisor heeds it.
   */
  readonly meterTimes?: number;
};

/** One live worker of one vat incarnation. One delivery at a time. */
export interface VatWorker {
  /** Rejects with WorkerLost when the worker died in a way that is not a verdict; it cannot be used any more then, nor after a verdict other than ok. */
  deliver(delivery: VatDelivery, answer: SyscallAnswerer, options?: DeliverOptions): Promise<DeliveryOutcome>;
  /**
   * Writes its heap snapshot, every byte in order, to `sink`; a promise of the sink's holds the worker back. Writing collects
   * garbage, so the worker must not be used afterwards. Rejects with WorkerLost, or with what the sink threw.
   */
  writeHeap(sink: HeapSink): Promise<void>;
  /** As writeHeap, to a file that it makes or empties, by its absolute path: a worker that can saves all the copying. */
  writeHeapFile?(path: string): Promise<void>;
  /** Ends the process and waits for its death. Safe to call twice. */
  close(): Promise<void>;
}

export type HeapSink = (chunk: Uint8Array) => void | Promise<void>;

export type WorkerStart = {
  /** For ps: `v7:counter`. */
  readonly name: string;
  readonly vatId: string;
  /** Hard limit of computrons for one delivery. */
  readonly computronsPerDelivery: number;
  /** For the host's ledger: who owns the vat, empty for the system, and the memory that it declared, in bytes. */
  readonly account?: string;
  readonly memoryBytes?: bigint | undefined;
  /** Called once the worker's process is there; it is given nothing to do before this resolves, and is ended when this rejects. */
  readonly onProcess?: (process: WorkerProcess) => Promise<void>;
} & WorkerOrigin;

/** The process of a worker, for those who watch it. */
export type WorkerProcess = {
  readonly pid: number;
  /** Resolves when it is dead. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
  kill(): void;
};

export type WorkerOrigin =
  | {
      /** Zip bytes of the endoZipBase64 bundle. The first delivery is startVat. */
      readonly bundle: Uint8Array;
      /** The base snapshot of an older release; without it, the factory's own. */
      readonly base?: HeapSource;
      readonly heap?: undefined;
    }
  /** The heap of a worker of this incarnation, bundle and all; deliveries go on from there. */
  | { readonly heap: HeapSource; readonly bundle?: undefined; readonly base?: undefined }
  /**
   * A hand-over: the vat's worker that runs is writing its heap, and this one is to take its place. The other ends once this one
   * answers. Only for workers with `writeHeapFile`.
   */
  | { readonly heapToCome: Promise<HeapSource>; readonly heap?: undefined; readonly bundle?: undefined; readonly base?: undefined };

export interface WorkerFactory {
  /** Starts a worker: engine, lockdown, supervisor and its bundle set, or the heap of an earlier one. Rejects with WorkerLost. */
  start(options: WorkerStart): Promise<VatWorker>;
  /** The heap that new incarnations start from, if there is one: a file of it, and the SHA-256 of its bytes. */
  readonly baseSnapshot?: { readonly path: string; readonly sha256: string } | undefined;
  /** Ends every worker that is still alive. */
  shutdown(): Promise<void>;
}

/** A worker died, or answered what it never should, for a reason that may be this machine's alone. Never reaches consensus. */
export class WorkerLost extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'WorkerLost';
  }
}

/** The host's ledger has no room for another worker: one must end first. */
export class NoRoomForWorker extends WorkerLost {
  constructor(message: string) {
    super(message);
    this.name = 'NoRoomForWorker';
  }
}

/** Design 5.8: at most this much is recorded in one delivery. The syscall that would pass the bound is not recorded. */
export const recordedSyscallsMax = 100_000;
export const recordedBytesMax = 32 * 1024 * 1024;
