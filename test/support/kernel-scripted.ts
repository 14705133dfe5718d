/** Workers without a process: a vat is an object that makes its syscalls when it is delivered to. For tests of the kernel's logic. */
import { setImmediate } from 'node:timers/promises';
import { WorkerLost, type DeliveryOutcome, type DeliveryVerdict, type RecordedSyscall, type VatDelivery, type VatSyscall, type VatWorker, type WorkerFactory, type WorkerStart } from '../../kernel/vat/protocol.js';

/** Makes a syscall and gives the value that it was answered with. */
export type Syscall = (syscall: VatSyscall) => Promise<unknown>;
/** Nothing means that all went well. */
export type ScriptedEnd = { readonly verdict?: DeliveryVerdict; readonly computrons?: number } | undefined;
export interface ScriptedVat {
  /** Must be a function of what it was delivered and told before: it is replayed. */
  deliver(delivery: VatDelivery, syscall: Syscall, meterTimes?: number): Promise<ScriptedEnd> | ScriptedEnd;
}

export type ScriptedWorkers = WorkerFactory & {
  readonly started: number;
  readonly alive: ReadonlySet<string>;
};

export type ScriptedOptions = {
  /** Asked before and after each delivery: whether this worker dies here, as of a local reason. */
  readonly dies?: (vatId: string) => boolean;
  /** Asked at each syscall: for how many turns of the process the worker waits. */
  readonly dawdles?: () => number;
};

/** `make` is called for each worker; the bundle's bytes are the script's own business. */
export function makeScriptedWorkers(make: (start: WorkerStart) => ScriptedVat, { dies = () => false, dawdles = () => 0 }: ScriptedOptions = {}): ScriptedWorkers {
  const alive = new Set<string>();
  let started = 0;
  return {
    get started() { return started; },
    alive,
    start: start => {
      started += 1;
      if (alive.has(start.vatId)) throw new Error(`${start.vatId} would have two workers`);
      alive.add(start.vatId);
      return Promise.resolve(makeWorker(start, make(start), { dies, dawdles }, () => alive.delete(start.vatId)));
    },
    shutdown: () => {
      alive.clear();
      return Promise.resolve();
    },
  };
}

function makeWorker(start: WorkerStart, vat: ScriptedVat, { dies, dawdles }: Required<ScriptedOptions>, onClose: () => void): VatWorker {
  let usable = true;
  const lose = (): never => {
    usable = false;
    throw new WorkerLost(`the worker of ${start.vatId} was lost`);
  };
  return {
    async deliver(delivery, answer, { meterTimes = 1 } = {}): Promise<DeliveryOutcome> {
      if (!usable) throw new Error(`the worker of ${start.vatId} is used after its end`);
      if (dies(start.vatId)) lose();
      const syscalls: RecordedSyscall[] = [];
      const end = await vat.deliver(structuredClone(delivery), async s => {
        for (let turns = dawdles(); turns > 0; turns -= 1) await setImmediate();
        const r = await answer(s);
        syscalls.push(structuredClone({ s, r }));
        return r[1];
      }, meterTimes);
      if (dies(start.vatId)) lose();
      const verdict = end?.verdict ?? { kind: 'ok' };
      if (verdict.kind !== 'ok') usable = false;
      return { verdict, syscalls, computrons: verdict.kind === 'ok' || verdict.kind === 'error' ? (end?.computrons ?? 1000) : undefined };
    },
    close: () => {
      usable = false;
      onClose();
      return Promise.resolve();
    },
  };
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
