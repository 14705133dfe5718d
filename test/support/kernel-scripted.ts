/** Workers without a process: a vat is an object that makes its syscalls when it is delivered to. For tests of the kernel's logic. */
import { readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import type { HeapSource } from '../../kernel/snapshot/store.js';
import { WorkerLost, type DeliveryOutcome, type DeliveryVerdict, type RecordedSyscall, type VatDelivery, type VatSyscall, type DeliverOptions, type HeapSink, type SyscallAnswerer, type VatWorker, type WorkerFactory, type WorkerStart } from '../../kernel/vat/protocol.js';

/** Makes a syscall and gives the value that it was answered with. */
export type Syscall = (syscall: VatSyscall) => Promise<unknown>;
/** Nothing means that all went well. */
export type ScriptedEnd = { readonly verdict?: DeliveryVerdict; readonly computrons?: number } | undefined;
export interface ScriptedVat {
  /** Must be a function of what it was delivered and told before: it is replayed. */
  deliver(delivery: VatDelivery, syscall: Syscall, meterTimes?: number): Promise<ScriptedEnd> | ScriptedEnd;
  /** All of its state, for its heap snapshot. Without it, the heap is everything that it was delivered and told. */
  save?(): string;
}

/** What a script is made from; `saved` is what `save` gave. */
export type ScriptStart = { readonly name: string; readonly vatId: string; readonly bundle: Uint8Array; readonly saved?: string };

export type ScriptedWorkers = WorkerFactory & {
  readonly started: number;
  /** How many of them from a heap. */
  readonly restored: number;
  readonly alive: ReadonlySet<string>;
};

export type ScriptedOptions = {
  /** Asked before and after each delivery, and as a heap is written: whether this worker dies here, as of a local reason. */
  readonly dies?: (vatId: string) => boolean;
  /** Asked at each syscall: for how many turns of the process the worker waits. */
  readonly dawdles?: () => number;
};

/** One delivery with what the vat was told in it. */
type Past = readonly [delivery: VatDelivery, answers: readonly unknown[], meterTimes: number];
type Heap = { readonly bundle: string; readonly saved?: string; readonly past: readonly Past[] };

/** `make` is called for each worker; the bundle's bytes are the script's own business. */
export function makeScriptedWorkers(make: (start: ScriptStart) => ScriptedVat, { dies = () => false, dawdles = () => 0 }: ScriptedOptions = {}): ScriptedWorkers {
  const alive = new Set<string>();
  let started = 0;
  let restored = 0;
  return {
    get started() { return started; },
    get restored() { return restored; },
    alive,
    start: async start => {
      started += 1;
      if (start.heap) restored += 1;
      if (alive.has(start.vatId)) throw new Error(`${start.vatId} would have two workers`);
      alive.add(start.vatId);
      return new ScriptedWorker(start, make, { dies, dawdles }, () => alive.delete(start.vatId)).begin();
    },
    shutdown: () => {
      alive.clear();
      return Promise.resolve();
    },
  };
}

class ScriptedWorker implements VatWorker {
  readonly #vatId: string;
  readonly #vat: ScriptedVat;
  readonly #bundle: string;
  readonly #restored: readonly Past[];
  readonly #past: Past[] = [];
  #usable = true;

  constructor({ name, vatId, bundle, heap }: WorkerStart, make: (start: ScriptStart) => ScriptedVat, readonly options: Required<ScriptedOptions>, readonly onClose: () => void) {
    const from: Heap = heap ? readHeap(heap) : { bundle: Buffer.from(bundle as Uint8Array).toString('latin1'), past: [] };
    this.#vatId = vatId;
    this.#bundle = from.bundle;
    this.#restored = from.past;
    this.#vat = make({ name, vatId, bundle: Buffer.from(from.bundle, 'latin1'), ...(from.saved === undefined ? {} : { saved: from.saved }) });
  }

  /** Does again what its heap says it did. */
  async begin(): Promise<this> {
    for (const past of this.#restored) {
      const answers = [...past[1]];
      await this.#vat.deliver(structuredClone(past[0]), () => Promise.resolve(answers.shift()), past[2]);
      this.#past.push(past);
    }
    return this;
  }

  async deliver(delivery: VatDelivery, answer: SyscallAnswerer, { meterTimes = 1 }: DeliverOptions = {}): Promise<DeliveryOutcome> {
    this.#check();
    const syscalls: RecordedSyscall[] = [];
    const end = await this.#vat.deliver(structuredClone(delivery), async s => {
      for (let turns = this.options.dawdles(); turns > 0; turns -= 1) await setImmediate();
      const r = await answer(s);
      syscalls.push(structuredClone({ s, r }));
      return r[1];
    }, meterTimes);
    this.#check();
    const verdict = end?.verdict ?? { kind: 'ok' };
    if (verdict.kind !== 'ok') this.#usable = false;
    this.#past.push([delivery, syscalls.map(({ r }) => r[1]), meterTimes]);
    return { verdict, syscalls, computrons: verdict.kind === 'ok' || verdict.kind === 'error' ? (end?.computrons ?? 1000) : undefined };
  }

  async writeHeap(sink: HeapSink): Promise<void> {
    this.#check();
    const saved = this.#vat.save?.();
    const heap: Heap = saved === undefined ? { bundle: this.#bundle, past: this.#past } : { bundle: this.#bundle, saved, past: [] };
    const bytes = Buffer.from(JSON.stringify(heap), 'utf8');
    for (let at = 0; at < bytes.length; at += 700) {
      await sink(bytes.subarray(at, at + 700));
      if (at === 700) this.#check();
    }
    this.#usable = false; // what comes after is another worker's
  }

  close(): Promise<void> {
    this.#usable = false;
    this.onClose();
    return Promise.resolve();
  }

  #check(): void {
    if (!this.#usable) throw new Error(`the worker of ${this.#vatId} is used after its end`);
    if (!this.options.dies(this.#vatId)) return;
    this.#usable = false;
    throw new WorkerLost(`the worker of ${this.#vatId} was lost`);
  }
}

function readHeap(source: HeapSource): Heap {
  const bytes = 'file' in source ? readFileSync(source.file) : source.bytes;
  return JSON.parse(Buffer.from(bytes).toString('utf8')) as Heap;
}

export type Script = (delivery: VatDelivery, syscall: Syscall, meterTimes?: number) => Promise<ScriptedEnd | void> | ScriptedEnd | void;

/** A vat of one function. */
export function scripted(script: Script): () => ScriptedVat {
  return () => ({ deliver: async (delivery, syscall, meterTimes) => (await script(delivery, syscall, meterTimes)) ?? undefined });
}

/** The method of a message, or the kind of any other delivery. */
export function whatOf(delivery: VatDelivery): string {
  if (delivery[0] !== 'message') return delivery[0];
  const { body } = delivery[2].methargs;
  return (JSON.parse(body.slice(1)) as [string])[0];
}

/** The promise that a message wants settled. */
export function resultOf(delivery: VatDelivery): string {
  const result = delivery[0] === 'message' ? delivery[2].result : undefined;
  if (typeof result !== 'string') throw new Error(`${delivery[0]} has no result`);
  return result;
}

/** References in what was delivered: of a message's arguments, or of the parameters at a start. */
export function slotsOf(delivery: VatDelivery): readonly string[] {
  if (delivery[0] === 'message') return delivery[2].methargs.slots;
  return delivery[0] === 'startVat' ? delivery[1].slots : [];
}
