/** Messages as vats and accounts send them: to each other anything, to the kernel's services something they may know. */
import { record, type Passable } from '../../kernel/capdata.js';
import type { Random } from '../support/kernel-random.js';

export const scriptBundles = ['b1-good', 'b1-other', 'b1-fails'] as const;

/** A method and its arguments. `ref` gives a reference to something. */
export function callOf(random: Random, ref: () => Passable): [method: string, args: Passable[]] {
  const bundle = random.pick(scriptBundles) as string;
  const seconds = BigInt(random.below(30));
  const name = `public-${random.below(4)}`;
  switch (random.below(22)) {
    case 0: return ['createVat', [bundle, record({ label: `made-${random.below(1000)}`, parameters: [ref()], options: someOptions(random) })]];
    case 1: return ['createVat', [record({}), 5]];
    case 2: return ['upgrade', [bundle, record({ parameters: [ref()], upgradeMessage: '!upgraded' })]];
    case 3: return random.once(3) ? ['terminate', [['because', ref()]]] : ['getUsage', []];
    case 4: case 5: return ['done', []];
    case 6: return ['setOptions', [someOptions(random)]];
    case 7: return ['delay', [seconds]];
    case 8: return ['wakeAt', [1000n + seconds]];
    case 9: return ['setWakeup', [1000n + seconds, ref()]];
    case 10: return ['repeat', [1000n + seconds, 1n + seconds, ref()]];
    case 11: return ['cancel', [ref()]];
    case 12: case 13: return ['publish', [name, ref()]];
    case 14: return ['unpublish', [name]];
    case 15: return ['lookup', [name]];
    case 16: return ['now', []];
    default: return ['give', [ref(), ref(), random.below(100)]];
  }
}

function someOptions(random: Random): Passable {
  return random.once(2) ? record({}) : record({ computeBalance: BigInt(20_000 + random.below(300_000)) });
}
