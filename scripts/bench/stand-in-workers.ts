/** Workers without a process, which answer at once: what is measured with them is the kernel alone. */
import { encodeCapData, type WorkerFactory } from '../../kernel/index.js';

type Worker = Awaited<ReturnType<WorkerFactory['start']>>;
type Delivery = Parameters<Worker['deliver']>[0];
type Answerer = Parameters<Worker['deliver']>[1];
type Syscall = Parameters<Answerer>[0];

/** A vat answers `ping` with `pong`, gives `count` new objects to another at `give(other, count)`, and keeps what it is given at `take`. */
export function standInWorkers(): WorkerFactory & { readonly engineId: string } {
  return {
    engineId: 'stand-in',
    start: ({ heap }) => Promise.resolve(standIn(heap && 'bytes' in heap ? Number(Buffer.from(heap.bytes).toString()) : 0)),
    shutdown: () => Promise.resolve(),
  };
}

/** Its heap is the number of objects that it has made. */
function standIn(made: number): Worker {
  let exported = made;
  return {
    async deliver(delivery, answer) {
      const syscalls = [];
      const asked = syscallsFor(delivery, count => Array.from({ length: count }, () => `o+${(exported += 1)}`));
      for (const s of asked) syscalls.push({ s, r: await answer(s) });
      return { verdict: { kind: 'ok' }, syscalls, computrons: 1000 };
    },
    async writeHeap(sink) {
      await sink(Buffer.from(String(exported)));
    },
    close: () => Promise.resolve(),
  };
}

function syscallsFor(delivery: Delivery, newObjects: (count: number) => string[]): Syscall[] {
  if (delivery[0] !== 'message') return [];
  const [, , { methargs, result }] = delivery;
  const [method, args] = JSON.parse(methargs.body.slice(1)) as [string, readonly unknown[]];
  const answer: Syscall[] = result ? [['resolve', [[result, false, encodeCapData('pong')]]]] : [];
  if (method !== 'give') return answer;
  const given = newObjects(Number(args[1]));
  const body = `#["take",[${given.map((_, at) => `"$${at}"`).join(',')}]]`;
  return [['send', methargs.slots[0] as string, { methargs: { body, slots: given }, result: null }], ...answer];
}
