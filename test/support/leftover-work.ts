/** A kernel with work in its run-queue that is brought to the next schema: the work is left over, and there are events of the upgrade. */
import assert from 'node:assert/strict';
import { encodeCapData } from '../../kernel/capdata.js';
import { toVref } from '../../kernel/clist.js';
import { crankBase } from '../../kernel/crank.js';
import type { KernelRun, VatId } from '../../kernel/index.js';
import { addPromise } from '../../kernel/promises.js';
import { hold } from '../../kernel/refcount.js';
import { settlePromise } from '../../kernel/route.js';
import { beginStep, closeStep } from '../../kernel/step.js';
import { keys } from '../../kernel/store/keys.js';
import type { TranscriptEntry } from '../../kernel/store/transcript.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from './kernel.js';
import { resultOf, scripted, whatOf } from './kernel-scripted.js';

export const workMax = 6;

/** Sends itself messages; each of them is a crank, and each spends what a small run has. */
export const worker = scripted(async (delivery, syscall) => {
  if (delivery[0] === 'message' && delivery[2].result) await syscall(['resolve', [[resultOf(delivery), false, encodeCapData('done')]]]);
  if (delivery[0] !== 'message' || whatOf(delivery) !== 'fan-out') return;
  for (let count = 0; count < workMax; count += 1) await syscall(['send', 'o+0', { methargs: encodeCapData(['work', []]), result: null }]);
});

/** One or two cranks a run. */
export const small = { computronsPerRun: crankBase + 1n, roundWidth: 2 };

export type World = { readonly k: TestKernel; readonly vats: readonly [VatId, VatId] };

/** Two vats, a and b, each with six messages to itself in the run-queue. */
export async function makeWorld({ withTimer = false, ...options }: TestKernelOptions & { readonly withTimer?: boolean } = {}): Promise<World> {
  const k = await makeTestKernel({ scripts: { worker }, params: small, ...options });
  for (const name of ['a', 'b']) await k.outcome(k.createVat('alice', 'worker', name));
  if (withTimer) k.invoke('alice', 'home.timer', 'delay', [500n]);
  while (withTimer && k.kernel.state.rows.first(keys.allTimers) === undefined) await k.run();
  for (const name of ['a', 'b']) k.invoke('alice', name, 'fan-out');
  await k.run(); // one crank of each vat side by side, and the budget is spent
  assert.equal(ownMessages(k), 2 * workMax);
  return { k, vats: ['v1', 'v2'] as unknown as [VatId, VatId] };
}

export const ownMessages = (k: TestKernel): number => [...k.kernel.state.rows.below(keys.allRunQueue)].filter(([, text]) => text.includes('work')).length;

export function commit({ kernel, backing }: TestKernel): void {
  backing.commit(kernel.state.rows.runChanges());
  kernel.state.rows.committed();
}

/** A settled promise in the c-list of each vat that nobody will tell of, as events of an upgrade; then the upgrade's own step. */
export function upgrade({ k, vats }: World, eventsPerVat = 1): void {
  const { state } = k.kernel;
  beginStep(state);
  let order = 0;
  for (let count = 0; count < eventsPerVat; count += 1) {
    for (const vat of vats) {
      const kp = addPromise(state, undefined);
      settlePromise(state, kp, false, encodeCapData('settled long ago'));
      toVref(state, vat, kp);
      hold(state, kp);
      order += 1;
      state.rows.set(keys.upgradeEvent(order), JSON.stringify({ type: 'notify', vat, promise: kp }));
    }
  }
  closeStep(state, 'genesis');
  const { steps } = k.kernel.migrate();
  assert.deepEqual(steps.map(({ kind }) => kind), ['migrate']);
  commit(k);
}

/** What the vat was delivered since its start, from its transcript. */
export async function deliveriesTo(k: TestKernel, vat: VatId): Promise<string[]> {
  const prefix = keys.transcriptOf(vat);
  const found = await k.backing.keys(prefix, `${prefix}~`, 1000);
  const entries = found.map(key => JSON.parse(k.backing.getSync(key) as string) as TranscriptEntry);
  return entries.flatMap(entry => ('d' in entry ? [whatOf(entry.d)] : [])).filter(what => what !== 'startVat');
}

export async function untilDrained(k: TestKernel, boundRuns = 200): Promise<KernelRun[]> {
  const runs: KernelRun[] = [];
  while (k.kernel.state.rows.has(keys.drain)) {
    assert.ok(runs.length < boundRuns, 'the drain ends');
    runs.push(await k.run());
  }
  return runs;
}
