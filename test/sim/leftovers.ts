/** The end of a world: every vat is ended and cleaned up, all timers have come. Whatever is left then would be left for ever. */
import { allVats, audit, defaultParams, findLeakedPromises, namesOf, readVat, type Action, type Kernel, type KernelParams, type KernelStorage } from '../../kernel/index.js';
import { encodeCapData } from '../../kernel/capdata.js';
import { enqueue } from '../../kernel/queues.js';
import type { KernelPromiseId } from '../../kernel/ids.js';
import { beginStep, closeStep } from '../../kernel/step.js';
import { keys } from '../../kernel/store/keys.js';

type Run = (input: { readonly actions: readonly Action[]; readonly now: bigint; readonly params: KernelParams }) => Promise<void>;

const muchRoom: KernelParams = { ...defaultParams, computronsPerRun: 10n ** 12n, cleanupBudget: 100_000 };
const longAfter = 100_000n;

/** What may stay when there is no vat, no name and no timer: counters, bundles, publications, facets of accounts and of the system,
 * the ledger's collections of accounts and what bundles hold, the place where the search for cycles rests, and coins in purses that are published. */
const mayStay = /^(?:meta|next|b|nh|d|o|os|x)\.|^cy$|^ledger\.(?:meta\.|[cu]\.(?:chain|account:)|k\.chain\/|l\.account:|[rh]\.bundle\.)/;

export async function everythingIsGone(kernel: Kernel, accounts: readonly string[], run: Run): Promise<string[]> {
  const { rows } = kernel.state;
  endEveryVat(kernel);
  let id = 1_000_000n; // above all that the world used
  for (let runs = 0; runs < 8; runs += 1) {
    const drops = accounts.flatMap(sender => namesOf(rows, sender).map(({ name }): Action => ({ id: id++, kind: 'drop', sender, name })));
    await run({ actions: drops, now: longAfter * BigInt(runs + 1), params: muchRoom });
    endEveryVat(kernel);
  }
  const kept = keptPromises(kernel);
  const left = [...rows.range('a', '{')].filter(([key]) => !mayStay.test(key) && !kept.has(key)).map(([key, value]) => `the end: ${JSON.stringify(key)} is left: ${value}`);
  const onDisk = (await Promise.all(['vs.', '@t.'].map(prefix => rows.keysOnDisk(prefix, `${prefix.slice(0, -1)}/`, 1000)))).flat();
  return [...audit(rows), ...left, ...onDisk.map(key => `the end: ${JSON.stringify(key)} is left on disk`)].slice(0, 10);
}

/** After an upgrade and the runs that repaired: no running vat has a settled promise that it decided. (A paused one's notices wait; a terminated one's entries go with it.) */
export function leaksLeft(rows: KernelStorage): string[] {
  return findLeakedPromises(rows).filter(({ vat }) => readVat(rows, vat)?.life === 'running').map(({ vat, promise }) => `the end: ${vat} still has ${promise}, which is settled`);
}

/** Rows of promises in what a published admin facet still tells: how its vat ended. */
function keptPromises({ state: { rows } }: Kernel): ReadonlySet<string> {
  const kept = new Set<string>();
  const texts = [...rows.below('os.')].map(([, text]) => text);
  for (const text of texts) {
    for (const [kref] of text.matchAll(/\bkp[1-9]\d*\b/g)) {
      const [promise, data] = [keys.promise(kref as KernelPromiseId), keys.promiseData(kref as KernelPromiseId)];
      if (kept.has(promise)) continue;
      kept.add(promise).add(data);
      texts.push(rows.get(data) ?? '');
    }
  }
  return kept;
}

function endEveryVat({ state }: Kernel): void {
  beginStep(state);
  for (const vat of allVats(state.rows)) {
    if (readVat(state.rows, vat)?.life !== 'terminated') enqueue(state, { type: 'terminate-vat', vat, reason: encodeCapData('the end'), result: null });
  }
  closeStep(state, 'inject');
}
