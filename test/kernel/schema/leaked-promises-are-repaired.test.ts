/** The repair of schema 2 → 3, on a store that has leaked promises of every kind; each step is audited. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData } from '../../../kernel/capdata.js';
import { audit, dumpKernel, findLeakedPromises, hasUpgradeEvents, injectUpgradeEvents, kernelStats, keys, migrateKernel, stepNumber, type Injected, type KernelStorage, type StepRecord, type VatId } from '../../../kernel/index.js';
import { isPromise } from '../../../kernel/ids.js';
import { routeSend } from '../../../kernel/route.js';
import { beginStep, closeStep } from '../../../kernel/step.js';
import { krefAtEnd } from '../../../kernel/store/keys.js';
import { readProgress } from '../../../kernel/vat/records.js';
import { rootOf } from '../../../kernel/vat/lifecycle.js';
import { makeTestKernel, type TestKernel } from '../../support/kernel.js';
import { leakOfEachKind, leakScripts, type LeakedStore } from '../../support/leaked-store.js';

type Opened = TestKernel & { readonly told: string[]; readonly vats: LeakedStore['vats']; migrate(): StepRecord | undefined; inject(max?: number): Injected };

/** Its kernel without the old behaviour. Terminated vats are cleaned up at once unless `cleanupBudget` says less. */
async function open({ backing, vats }: LeakedStore, cleanupBudget = 10_000): Promise<Opened> {
  const told: string[] = [];
  const k = await makeTestKernel({ scripts: leakScripts(told), backing, params: { computronsPerRun: 10n ** 15n, cleanupBudget } });
  k.continueFrom(1_000_000n, 1_000n);
  const { state } = k.kernel;
  const inject = (max?: number): Injected => {
    beginStep(state);
    const injected = injectUpgradeEvents(state, max);
    closeStep(state, 'inject');
    assert.deepEqual(audit(state.rows), []);
    return injected;
  };
  return { ...k, told, vats, inject, migrate: () => migrateKernel(state) };
}

async function resumePaused(k: Opened): Promise<void> {
  k.queue({ kind: 'resume-vat', sender: 'alice', vat: k.vats['paused'] as VatId, addCompute: 1_000_000n, price: { denom: 'uwind', amount: 0n }, payee: 'fees', escrow: [] });
  await k.run();
}

/** Drain, inject, run, and wake the vat that was paused. */
async function repair(k: Opened): Promise<void> {
  k.migrate();
  await k.run();
  k.inject();
  await k.run();
  await resumePaused(k);
}

/** `vat promise` of settled promises in c-lists. */
const settledEntries = (rows: KernelStorage): string[] => {
  const settled = new Set<string>(dumpKernel(rows).promises.filter(({ state }) => state !== 'unresolved').map(({ id }) => id));
  return dumpKernel(rows).kernelTable.filter(([kref]) => isPromise(kref) && settled.has(kref)).map(([kref, vat]) => `${vat} ${kref}`);
};

const tables = (rows: KernelStorage): unknown => {
  const { kernelTable, promises, objects, gcActions, runQueue } = dumpKernel(rows);
  return { kernelTable, promises, objects, gcActions, runQueue };
};

for (const schema of [1, 2] as const) {
  test(`a store of schema ${schema} is, after its repair, as if it had never leaked`, async () => {
    const [leaked, clean] = [await open(await leakOfEachKind(schema)), await open(await leakOfEachKind(3))];
    const { rows } = leaked.kernel.state;
    assert.equal(findLeakedPromises(rows).length, 28);
    await repair(leaked);
    await clean.run();
    await resumePaused(clean);
    assert.deepEqual(settledEntries(rows), []);
    assert.deepEqual(tables(rows), tables(clean.kernel.state.rows));
    const { steps: _steps, transcriptEntries: _entries, computrons: _computrons, ...stats } = kernelStats(rows);
    const { steps: _cleanSteps, transcriptEntries: _cleanEntries, computrons: _cleanComputrons, ...cleanStats } = kernelStats(clean.kernel.state.rows);
    assert.deepEqual(stats, cleanStats);
    assert.equal(stats.upgradeEvents, 0);
    assert.deepEqual(audit(rows), []);
  });
}

test('the migration is one step; it keeps one notify for each pair, and none where one waits already', async () => {
  const k = await open(await leakOfEachKind(2));
  const { rows } = k.kernel.state;
  const pairs = findLeakedPromises(rows).map(({ vat, promise }) => `${vat} ${promise}`);
  const waiting = [...rows.below(keys.allRunQueue), ...rows.below('qp.')].map(([, text]) => JSON.parse(text) as { vat: string; promise: string });
  const steps = stepNumber(rows);
  const step = k.migrate();
  assert.deepEqual([step?.number, step?.kind], [steps + 1, 'migrate']);
  assert.deepEqual(audit(rows), []);
  const events = [...rows.below(keys.allUpgradeEvents)].map(([, text]) => JSON.parse(text) as { vat: string; promise: string });
  assert.deepEqual(events.map(({ vat, promise }) => `${vat} ${promise}`), pairs);
  assert.equal(waiting.length, 14);
  for (const { vat, promise } of waiting) assert(!pairs.includes(`${vat} ${promise}`), `${vat} is going to be told of ${promise}`);
  assert.deepEqual(findLeakedPromises(rows), []);
});

test('vats are told what they wait for, once, and nothing of what they do not wait for', async () => {
  const k = await open(await leakOfEachKind(2));
  const { rows } = k.kernel.state;
  const position = (name: string): number => readProgress(rows, k.vats[name] as VatId).position;
  const before = ['rejected', 'idle'].map(position);
  await repair(k);
  const [watching, paused] = [k.vats['watching'], k.vats['paused']];
  assert.deepEqual(k.told.sort(), [...[1, 2, 3].map(at => `${watching} p+${1000 + at}`), ...[1, 2, 3].map(at => `${paused} p+${1000 + at}`)].sort());
  assert.deepEqual(['rejected', 'idle'].map(position), before, 'a vat that is only forgotten for has no delivery');
});

test('a second upgrade and a second run change nothing', async () => {
  const k = await open(await leakOfEachKind(2));
  await repair(k);
  const { rows } = k.kernel.state;
  const before = [tables(rows), stepNumber(rows)];
  assert.equal(k.migrate(), undefined);
  assert.equal(hasUpgradeEvents(k.kernel.state), false);
  await k.run();
  assert.deepEqual([tables(rows), stepNumber(rows)], before);
  assert.deepEqual(k.inject(), { injected: 0, dropped: 0 });
});

test('a node that is killed after the migration or within the injection goes on from there, and injects each event once', async () => {
  const store = await leakOfEachKind(2);
  const first = await open(store);
  first.migrate();
  await first.run(); // commits
  first.inject(10); // is not committed
  const second = await open(store);
  assert.equal(kernelStats(second.kernel.state.rows).upgradeEvents, 28);
  const { injected } = second.inject(10);
  assert.equal(injected + second.inject().injected, 20, 'the cleanup has removed what the ended vat had');
  await second.run();
  const third = await open(store);
  assert.equal(hasUpgradeEvents(third.kernel.state), false);
  await resumePaused(third);
  assert.deepEqual(settledEntries(third.kernel.state.rows), []);
});

test('an event whose entry is gone is dropped, and what it held is released', async () => {
  const k = await open(await leakOfEachKind(2));
  k.migrate();
  await k.run();
  assert.deepEqual(k.inject(), { injected: 20, dropped: 8 });
});

test('a terminated vat need not be cleaned up before its settled promises are gone', async () => {
  const k = await open(await leakOfEachKind(2), 0);
  await repair(k);
  const { rows } = k.kernel.state;
  assert.deepEqual(settledEntries(rows), []);
  assert.equal(kernelStats(rows).vatsTerminated, 1);
});

test('a vat that asks for a leaked promise is told, once, and its notice leaves that to the notify', async () => {
  const k = await open(await leakOfEachKind(2));
  const vat = k.vats['rejected'] as VatId;
  const { state } = k.kernel;
  k.migrate();
  await k.outcome(k.invoke('alice', 'rejected', 'watch', [-1000]));
  await k.run();
  // This message names the next one and stands before the notices: it is planned with the entry that they remove.
  const [first] = [...state.rows.below(keys.clistPromisesOf(vat))];
  assert.deepEqual(first?.[1], 'R p+1001', 'what it was told of is gone already');
  const promise = krefAtEnd(first[0]);
  beginStep(state);
  routeSend(state, rootOf(state, vat), { methargs: { ...encodeCapData(['watch', [-999]]), slots: [promise] }, result: null });
  closeStep(state, 'intake');
  assert.deepEqual(k.inject(), { injected: 19, dropped: 9 });
  await k.run();
  assert.deepEqual(k.told.filter(line => line.startsWith(`${vat} `)), [`${vat} p+1000`, `${vat} p+1001`]);
  assert.deepEqual(settledEntries(state.rows).filter(line => line.startsWith(`${vat} `)), []);
});

test('a message that names a promise whose notice stands before it is planned only after that', async () => {
  const k = await open(await leakOfEachKind(2));
  const vat = k.vats['rejected'] as VatId;
  const { state } = k.kernel;
  k.migrate();
  await k.run();
  const [first] = [...state.rows.below(keys.clistPromisesOf(vat))];
  assert(first);
  k.inject();
  beginStep(state);
  routeSend(state, rootOf(state, vat), { methargs: { ...encodeCapData(['hear', []]), slots: [krefAtEnd(first[0])] }, result: null });
  closeStep(state, 'intake');
  await k.run();
  assert.match(k.told.filter(line => line.startsWith(`${vat} `)).join(), /^v2 p-6\d$/, 'it has the promise as a new one');
  assert.deepEqual(settledEntries(state.rows).filter(line => line.startsWith(`${vat} `)), []);
});

test('notices are charged to the run as any item, and wait for the next one when its budget is spent', async () => {
  const k = await open(await leakOfEachKind(2), 0);
  k.migrate();
  await k.run();
  k.inject();
  const { rows } = k.kernel.state;
  const params = { ...k.kernel.state.params, roundWidth: 1, computronsPerRun: 1n };
  const report = await k.kernel.run({ highPriority: [], actions: [], newBundles: [], now: 1_000n, params });
  assert.equal(report.cranks > 0 && report.computrons >= 28n * 10_000n, true, `${report.computrons} computrons in ${report.cranks} cranks`);
  assert.deepEqual(audit(rows), []);
});
