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
const hostsOfLeaks = ['a restart after every run', 'every run given twice'];
const widths = [1, 4, 8] as const;

export type Comparison = { readonly steps: number; readonly faults: readonly string[] };

/** Every round width, each audited after every step, and every host with each of them; once more as a store that leaks and is upgraded. A fault is a sentence. */
export async function compareModes(seed: string): Promise<Comparison> {
  const all = await Promise.all([...widths.map(roundWidth => compare(seed, { roundWidth }, hostNames)), compare(seed, { roundWidth: 4, leaks: true }, hostsOfLeaks)]);
  return { steps: all.reduce((sum, { steps }) => sum + steps, 0), faults: all.flatMap(({ faults }) => faults) };
}

/** One width and two hosts, chosen by the seed's number: for very many seeds, each combination often. */
export async function compareSome(seed: string, number: number): Promise<Comparison> {
  const chosen = [number, number + 1 + (Math.floor(number / hostNames.length) % (hostNames.length - 1))];
  const mode = { roundWidth: widths[number % widths.length] as number, leaks: number % leaksEvery === 0 };
  return await compare(seed, mode, chosen.map(at => hostNames[at % hostNames.length] as string));
}

/** Of the seeds of a range. No multiple of the number of widths. */
const leaksEvery = 4;

async function compare(seed: string, mode: Mode, others: readonly string[]): Promise<Comparison> {
  const plain = await simulate(seed, mode);
  const called = `round width ${mode.roundWidth}${mode.leaks ? ', leaking' : ''}`;
  const faults = plain.violations.map(violation => `${called}: ${violation}`);
  for (const host of others) {
    const other = await simulate(seed, { ...hosts[host], ...mode, audited: false });
    faults.push(...difference(plain, other).map(fault => `${called}, ${host}: ${fault}`));
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
