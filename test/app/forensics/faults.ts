/** Ways in which a node goes wrong between two calls, by changing what classes of the product do. All of this process is changed: one world at a time. */
import { KernelHost } from '../../../app/host/index.js';
import type { Context } from '../../../chain/index.js';
import { Kernel, KernelStorage } from '../../../kernel/index.js';
import { makePuppets, type Puppets } from '../host/puppet.js';

export type Fault = { readonly puppets?: Puppets; on(): void; off(): void };

/** Replaces a method for as long as the fault is on. */
function patching<Class extends object, Name extends keyof Class>(prototype: Class, name: Name, replace: (original: Class[Name]) => Class[Name]): Fault {
  const original = prototype[name];
  return {
    on: () => { prototype[name] = replace(original); },
    off: () => { prototype[name] = original; },
  };
}

/** The kernel answers a read of a vat's store wrongly. */
export const flippedResult = (): Fault => patching(KernelStorage.prototype, 'get', original => function (this: KernelStorage, key: string) {
  const value = original.call(this, key);
  return key.startsWith('vs.') && value === 'right' ? 'wrong' : value;
});

/** A count of references to a promise is one too high. */
export const wrongCount = (): Fault => patching(KernelStorage.prototype, 'set', original => function (this: KernelStorage, key: string, value: string) {
  original.call(this, key, key.startsWith('p.') ? value.replace(/^(f|r) (\d+)/, (_, state: string, count: string) => `${state} ${Number(count) + 1}`) : value);
});

/** A row of the bank's store that no transaction wrote. */
export const changedBalance = (): Fault => patching(KernelHost.prototype, 'mergeKernelRun', original => async function (this: KernelHost, ctx: Context) {
  await original.call(this, ctx);
  ctx.store('bank').set(Uint8Array.of(0xff, 1), Uint8Array.of(1));
});

/** Actions are taken in another order. */
export const exchangedOrder = (): Fault => patching(Kernel.prototype, 'run', original => function (this: Kernel, input, ...more) {
  return original.call(this, { ...input, actions: [...input.actions].reverse() }, ...more);
});

/** The engine counts a computron more. */
export function otherComputrons(): Fault {
  let isOn = false;
  const puppets = makePuppets();
  return {
    puppets: {
      ...puppets,
      start: async (...options) => {
        const worker = await puppets.start(...options);
        return {
          ...worker,
          deliver: async (delivery, answer) => {
            const outcome = await worker.deliver(delivery, answer);
            return isOn ? { ...outcome, computrons: (outcome.computrons ?? 0) + 1 } : outcome;
          },
        };
      },
    },
    on: () => { isOn = true; },
    off: () => { isOn = false; },
  };
}

/** A check in the block fails. */
export const failingBlock = (): Fault => patching(KernelHost.prototype, 'mergeKernelRun', () => () => Promise.reject(new Error('a broken invariant of this test')));
