/**
 * Workers without a process: a vat whose every method is a script of syscalls, given as JSON text in its first argument.
 * In the script, "@result" stands for the message's result, "@0", "@1" … for the vat's names of the slots of its arguments.
 */
import { readFileSync } from 'node:fs';
import type { HeapSource } from '../../../kernel/index.js';
import type { DeliveryOutcome, RecordedSyscall, SyscallAnswerer, VatDelivery, VatSyscall, VatWorker, WorkerFactory } from '../../../kernel/vat/protocol.js';

export type Puppets = WorkerFactory & { readonly engineId: string; readonly started: string[]; deliveries: number; grow: { readonly mark: string; readonly text: string } | undefined; repeat: { readonly times: number; readonly syscall: unknown } | undefined };

/** `grow` and `repeat` make of a small script more than a tx could bring. `yields`: how often a delivery gives way to the event loop before it ends. */
export function makePuppets(yields = 0): Puppets {
  const puppets: Puppets = {
    engineId: 'puppet-1',
    started: [],
    deliveries: 0,
    grow: undefined,
    repeat: undefined,
    start: ({ name, heap }) => {
      puppets.started.push(name);
      return Promise.resolve(makePuppet(puppets, yields, name, heap ? readHeap(heap) : 0));
    },
    shutdown: () => Promise.resolve(),
  };
  return puppets;
}

function readHeap(source: HeapSource): number {
  const text = Buffer.from('file' in source ? readFileSync(source.file) : source.bytes).toString();
  return Number(/^puppet \S+ after (\d+) deliveries$/.exec(text)?.[1]);
}

/** A puppet remembers nothing; its heap says how many deliveries it had, so that no two are equal. */
function makePuppet(puppets: Puppets, yields: number, name: string, before: number): VatWorker {
  let had = before;
  return {
    writeHeap: async sink => {
      await sink(Buffer.from(`puppet ${name} after ${had} deliveries`));
    },
    deliver: async (delivery, answer) => {
      puppets.deliveries += 1;
      had += 1;
      for (let left = yields; left > 0; left -= 1) await new Promise(resolve => setImmediate(resolve));
      return perform(delivery, answer, puppets);
    },
    close: () => Promise.resolve(),
  };
}

async function perform(delivery: VatDelivery, answer: SyscallAnswerer, puppets: Puppets): Promise<DeliveryOutcome> {
  const syscalls: RecordedSyscall[] = [];
  const script = readScript(delivery, puppets);
  if (!script) return { verdict: { kind: 'error', message: 'the message cannot be read' }, syscalls, computrons: 50_000 };
  for (const s of script) syscalls.push({ s, r: await answer(s) });
  return { verdict: { kind: 'ok' }, syscalls, computrons: 50_000 };
}

/** Undefined for a message that is no JSON, as vats may send each other. */
function readScript(delivery: VatDelivery, puppets: Puppets): VatSyscall[] | undefined {
  try {
    return scriptOf(delivery, puppets);
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

function scriptOf(delivery: VatDelivery, { grow, repeat }: Puppets): VatSyscall[] {
  if (delivery[0] !== 'message') return [];
  const { methargs, result } = delivery[2];
  const [, args] = JSON.parse(methargs.body.slice(1)) as [string, unknown[]];
  const script = typeof args[0] === 'string' && args[0].startsWith('[') ? (JSON.parse(args[0], (_, value: unknown) => named(grown(value, grow), methargs.slots, result)) as VatSyscall[]) : [];
  if (repeat) {
    const syscall = JSON.parse(JSON.stringify(repeat.syscall), (_, value: unknown) => named(value, methargs.slots, result)) as VatSyscall;
    for (let left = repeat.times; left > 0; left -= 1) script.push(syscall);
  }
  const isResolved = script.some(syscall => syscall[0] === 'resolve' || syscall[0] === 'exit');
  if (result !== null && result !== undefined && !isResolved) script.push(['resolve', [[result, false, { body: '#"#undefined"', slots: [] }]]]);
  return script;
}

function named(value: unknown, slots: readonly string[], result: string | null | undefined): unknown {
  if (value === '@result') return result;
  const found = typeof value === 'string' ? /^@(\d+)$/.exec(value) : null;
  return found ? (slots[Number(found[1])] ?? (found[1] === '9' ? value : 'o+0')) : value; // @9 is never there: an illegal reference
}

/** The arguments of a call that makes a puppet do these syscalls; slots are names. */
export function script(syscalls: readonly unknown[], slots: readonly string[] = []): { body: string; slots: readonly string[] } {
  return { body: `#${JSON.stringify([JSON.stringify(syscalls), ...slots.map((_, index) => `$${index}`)])}`, slots };
}

/** A result of these slots, with this body. */
export const resolveTo = (body: string, slots: readonly string[] = [], isReject = false): unknown => ['resolve', [['@result', isReject, { body, slots }]]];

/** A mark in a script becomes a longer text than a tx could bring. */
function grown(value: unknown, grow: Puppets['grow']): unknown {
  return grow && typeof value === 'string' ? value.replaceAll(grow.mark, grow.text) : value;
}
