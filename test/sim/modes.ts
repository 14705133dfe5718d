/** One seed under different hosts: what a host does must not change the history. */
import { simulate, type History, type Mode } from './world.js';

const hosts: Readonly<Record<string, Mode>> = {
  'one worker at a time': { maxVatsOnline: 1 },
  'a restart after every run': { restarts: true },
  'every run given twice': { twice: true },
  'workers that are lost': { losesWorkers: true },
};

export type Comparison = { readonly steps: number; readonly faults: readonly string[] };

/** Runs the seed once for each host, one delivery a round and eight. A fault is a sentence. */
export async function compareModes(seed: string, widths: readonly number[] = [1, 8]): Promise<Comparison> {
  const faults: string[] = [];
  let steps = 0;
  for (const roundWidth of widths) {
    const plain = await simulate(seed, { roundWidth });
    steps += plain.steps;
    faults.push(...plain.violations.map(violation => `round width ${roundWidth}: ${violation}`));
    for (const [host, mode] of Object.entries(hosts)) {
      const other = await simulate(seed, { ...mode, roundWidth });
      steps += other.steps;
      faults.push(...difference(plain, other).map(fault => `round width ${roundWidth}, ${host}: ${fault}`));
    }
  }
  return { steps, faults };
}

function difference(plain: History, other: History): string[] {
  const faults = [...other.violations];
  if (plain.activity !== other.activity) faults.push(`the activity hash is ${other.activity} and not ${plain.activity}`);
  const at = other.outcomes.findIndex((outcome, index) => outcome !== plain.outcomes[index]);
  if (at >= 0 || plain.outcomes.length !== other.outcomes.length) faults.push(`outcome ${at} is "${other.outcomes[at]}" and not "${plain.outcomes[at]}"`);
  return faults;
}
