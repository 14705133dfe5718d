/**
 * A vat that keeps no books: any syscall, with any reference that it has ever seen or makes up. Most of it ends the vat; what is
 * legal by chance comes in orders that no sane vat has. It does wait for its promises, since a contract cannot do otherwise.
 */
import { encodeCapData, promiseRef, slotRef, type CapData, type Passable } from '../../kernel/capdata.js';
import type { VatDelivery, VatSyscall } from '../../kernel/vat/protocol.js';
import { makeRandom, type Random } from '../support/kernel-random.js';
import type { ScriptedEnd, ScriptedVat, Syscall } from '../support/kernel-scripted.js';

/** A key of its store: whoever comes after it in an upgrade shall know. */
export const wasHostile = 'hostile';

export function makeHostileVat(seed: string): ScriptedVat {
  const random = makeRandom(`hostile ${seed}`);
  const seen: string[] = ['o+0'];
  return {
    async deliver(delivery: VatDelivery, syscall: Syscall): Promise<ScriptedEnd> {
      const said = delivery[0] === 'message' ? [delivery[2].result ?? 'o+0'] : [];
      for (const vref of [...slotsOf(delivery), ...said]) if (!seen.includes(vref)) seen.push(vref);
      if (delivery[0] === 'startVat') await syscall(['vatstoreSet', wasHostile, 'was here']);
      for (const vpid of awaitedIn(delivery)) await syscall(['subscribe', vpid]);
      for (let left = random.below(4); left > 0; left -= 1) {
        const made = someSyscall(random, seen);
        await syscall(made);
        for (const vpid of newIn(made)) {
          if (!seen.includes(vpid)) seen.push(vpid);
          if (made[0] === 'send' && made[2].result === vpid) await syscall(['subscribe', vpid]);
        }
      }
      return random.once(60) ? { verdict: { kind: 'meter', which: 'stack' } } : { computrons: 1 + random.below(30_000) };
    },
  };
}

function dataIn(delivery: VatDelivery): readonly CapData[] {
  switch (delivery[0]) {
    case 'startVat': return [delivery[1]];
    case 'message': return [delivery[2].methargs];
    case 'notify': return delivery[1].map(([, , data]) => data);
    default: return [];
  }
}

function slotsOf(delivery: VatDelivery): readonly string[] {
  return dataIn(delivery).flatMap(({ slots }) => slots);
}

function awaitedIn(delivery: VatDelivery): readonly string[] {
  const told = delivery[0] === 'notify' ? delivery[1].map(([vpid]) => vpid) : [];
  return [...new Set(slotsOf(delivery).filter(slot => slot.startsWith('p-') && !told.includes(slot)))];
}

function newIn(made: VatSyscall): readonly string[] {
  if (made[0] === 'send') return [...made[2].methargs.slots, ...(made[2].result ? [made[2].result] : [])];
  return made[0] === 'resolve' ? made[1].flatMap(([, , { slots }]) => slots) : [];
}

/** Mostly something it has seen, else one of its own, seldom one that the kernel may have given or not. */
function someVref(random: Random, seen: readonly string[], prefix?: string): string {
  const fitting = prefix === undefined ? seen : seen.filter(vref => vref.startsWith(prefix));
  if (fitting.length > 0 && !random.once(4)) return random.pick(fitting) as string;
  if (random.once(12)) return random.pick(['o-50', 'o-51', 'o-60', 'p-60', 'p-61', 'p-70', 'd-70', 'o+d1/1:0', 'o+v9/2', 'x']) as string;
  return `${prefix === 'o-' || prefix === 'o+' || prefix === undefined ? 'o+' : 'p+'}${(prefix ?? 'o').startsWith('o') ? 1 + random.below(9) : 5 + random.below(40)}`;
}

function someData(random: Random, seen: readonly string[]): CapData {
  const refs = Array.from({ length: random.below(3) }, (): Passable => {
    const vref = someVref(random, seen, random.once(3) ? 'p' : 'o');
    return vref.startsWith('p') ? promiseRef(vref) : slotRef(vref);
  });
  const value: Passable = random.once(3) && refs[0] !== undefined ? refs[0] : [...refs, random.below(9)];
  return encodeCapData(value);
}

function someSyscall(random: Random, seen: readonly string[]): VatSyscall {
  switch (random.below(12)) {
    case 0: return ['subscribe', someVref(random, seen, 'p')];
    case 1: case 2: return ['resolve', Array.from({ length: 1 + random.below(2) }, () => [someVref(random, seen, 'p'), random.once(2), someData(random, seen)] as const)];
    case 3: return ['dropImports', [someVref(random, seen, 'o-')]];
    case 4: return ['retireImports', [someVref(random, seen, 'o-')]];
    case 5: return ['retireExports', [someVref(random, seen, 'o+')]];
    case 6: return ['abandonExports', [someVref(random, seen, 'o+')]];
    case 7: return random.once(6) ? ['exit', random.once(2), someData(random, seen)] : ['vatstoreSet', `k${random.below(5)}`, 'v'];
    default: {
      const { body, slots } = someData(random, seen);
      const methargs = { body: `#["give",[${body.slice(1)}]]`, slots };
      return ['send', someVref(random, seen, random.once(3) ? 'p' : 'o'), random.once(3) ? { methargs } : { methargs, result: `p+${5 + random.below(100_000)}` }];
    }
  }
}
