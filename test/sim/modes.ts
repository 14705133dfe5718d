/** One seed under different hosts: what a host does must not change the history. */
import { simulate, type History, type Mode } from './world.js';

const hosts: Readonly<Record<string, Mode>> = {
  'one worker at a time': { maxVatsOnline: 1 },
  'two workers at a time': { maxVatsOnline: 2 },
  'every worker paged out after each crank': { evicts: true },
  'workers that answer in another order': { dawdles: true },
  'a restart after every run': { restarts: true },
  'every run given twice': { twice: true },
  'workers that are lost': { losesWorkers: true },
};
const hostNames = Object.keys(hosts);
const widths = [1, 4, 8] as const;

export type Comparison = { readonly steps: number; readonly faults: readonly string[] };

/** Every round width, each audited after every step, and every host with each of them. A fault is a sentence. */
export async function compareModes(seed: string): Promise<Comparison> {
  const all = await Promise.all(widths.map(roundWidth => compare(seed, roundWidth, hostNames)));
  return { steps: all.reduce((sum, { steps }) => sum + steps, 0), faults: all.flatMap(({ faults }) => faults) };
}

/** One width and two hosts, chosen by the seed's number: for very many seeds, each combination often. */
export async function compareSome(seed: string, number: number): Promise<Comparison> {
  const chosen = [number, number + 1 + (Math.floor(number / hostNames.length) % (hostNames.length - 1))];
  return await compare(seed, widths[number % widths.length] as number, chosen.map(at => hostNames[at % hostNames.length] as string));
}

async function compare(seed: string, roundWidth: number, others: readonly string[]): Promise<Comparison> {
  const plain = await simulate(seed, { roundWidth });
  const faults = plain.violations.map(violation => `round width ${roundWidth}: ${violation}`);
  for (const host of others) {
    const other = await simulate(seed, { ...hosts[host], roundWidth, audited: false });
    faults.push(...difference(plain, other).map(fault => `round width ${roundWidth}, ${host}: ${fault}`));
  }
  return { steps: plain.steps, faults };
}

function difference(plain: History, other: History): string[] {
  const faults = [...other.violations];
  if (plain.activity !== other.activity) faults.push(`the activity hash is ${other.activity} and not ${plain.activity}`);
  const at = other.outcomes.findIndex((outcome, index) => outcome !== plain.outcomes[index]);
  if (at >= 0 || plain.outcomes.length !== other.outcomes.length) faults.push(`outcome ${at} is "${other.outcomes[at]}" and not "${plain.outcomes[at]}"`);
  return faults;
}
