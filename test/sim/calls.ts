/** Messages as vats and accounts send them: to each other anything, to the kernel's services mostly what they know. */
import { addressText } from '../../chain/index.js';
import { record, type Passable } from '../../kernel/capdata.js';
import type { Random } from '../support/kernel-random.js';

export const scriptBundles = ['b1-good', 'b1-other', 'b1-fails', 'b1-hostile'] as const;
/** Gives a reference to something, if possible to something with that interface. */
export type Ref = (iface?: string) => Passable;
export type Call = readonly [method: string, args: readonly Passable[]];

/** One bundle in eight does not start, and one in six does what it likes. */
export function someBundle(random: Random): string {
  if (random.once(8)) return 'b1-fails';
  return random.once(6) ? 'b1-hostile' : (random.pick(['b1-good', 'b1-other']) as string);
}

/** A call of something with the interface `iface`. */
export function callOf(random: Random, iface: string, ref: Ref): Call {
  const isKnown = Object.hasOwn(services, iface) && !random.once(10);
  const service = isKnown ? services[iface] : random.once(10) ? random.pick(Object.values(services)) : undefined;
  return service ? service(random, ref) : ['give', [ref(), ref(), random.below(100)]];
}

const services: Readonly<Record<string, (random: Random, ref: Ref) => Call>> = {
  'Alleged: vats': (random, ref) =>
    random.once(12) ? ['createVat', [record({}), 5]] : ['createVat', [someBundle(random), record({ label: `made-${random.below(1000)}`, parameters: [ref(), ref()], options: someOptions(random) })]],
  'Alleged: vatAdmin': (random, ref) => {
    switch (random.below(9)) {
      case 0: return ['terminate', [['because', ref()]]];
      case 1: case 2: case 3: return ['upgrade', [someBundle(random), record({ parameters: [ref()], upgradeMessage: '!upgraded' })]];
      case 4: case 5: return ['done', []];
      case 6: return ['getUsage', []];
      default: return ['setOptions', [someOptions(random)]];
    }
  },
  'Alleged: timer': (random, ref) => {
    const seconds = BigInt(random.below(30));
    switch (random.below(6)) {
      case 0: return ['delay', [seconds]];
      case 1: return ['wakeAt', [1000n + seconds]];
      case 2: return ['setWakeup', [1000n + seconds, ref()]];
      case 3: return ['repeat', [1000n + seconds, 1n + seconds, ref()]];
      case 4: return ['cancel', [ref('Alleged: timerToken')]];
      default: return ['now', []];
    }
  },
  'Alleged: bank': (random, ref) => (random.once(5) ? ['canReceive', [someAddress(random)]] : ['makePurse', [random.once(8) ? ref() : someDenom(random)]]),
  'Alleged: purse': (random, ref) => {
    switch (random.below(6)) {
      case 0: return ['balance', []];
      case 1: return ['withdraw', [someAmount(random)]];
      case 2: return ['sendTo', [someAddress(random), someAmount(random)]];
      default: return ['deposit', [ref('Alleged: payment')]];
    }
  },
  'Alleged: payment': random => [random.once(3) ? 'refund' : 'getAmount', []],
  'Alleged: timerToken': () => ['cancel', []],
  'Alleged: directory': (random, ref) => {
    const name = `public-${random.below(4)}`;
    switch (random.below(5)) {
      case 0: return ['unpublish', [name]];
      case 1: return ['lookup', [name]];
      default: return ['publish', [name, ref()]];
    }
  },
};

export const someDenom = (random: Random): string => (random.once(3) ? 'ufoo' : 'uwind');
const someAmount = (random: Random): bigint => BigInt(random.below(40)) - 2n;
const someAddress = (random: Random): Passable => (random.once(4) ? 'nobody' : somebody);
const somebody = addressText(new Uint8Array(20).fill(1));

function someOptions(random: Random): Passable {
  return random.once(2) ? record({}) : record({ computeBalance: BigInt(20_000 + random.below(300_000)) });
}
