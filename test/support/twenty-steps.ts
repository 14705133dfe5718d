/**
 * The interleaving by which a control plane once counted a charge twice: a start that is taken back while the process it made
 * is still being watched, a second start, and the notice of the first process after all. Twenty steps, driven by gates.
 */
import assert from 'node:assert/strict';
import { WorkerLife } from '../../kernel/index.js';
import type { ObservedLedger } from './mutant-ledgers.js';
import { HeldStore, StagedWorkers } from './staged-host.js';
import { until } from './worker-kit.js';

/** When the notice of the first process arrives. */
export type NoticeAt = 'after the second start' | 'before its killer knows' | 'before the undo of the charge' | 'before the second charge' | 'while the second charge is written' | 'twice, with the undo of the charge';

export const variants: readonly NoticeAt[] = [
  'after the second start', 'before its killer knows', 'before the undo of the charge', 'before the second charge', 'while the second charge is written', 'twice, with the undo of the charge',
];

const end = { code: null, signal: 'SIGKILL' };

/** Holds a step of a vat's life: it is written, and has no effect yet. */
class HeldStep {
  #which: string | undefined;
  #go: (() => void) | undefined;

  hold(which: string): void {
    this.#which = which;
  }

  get isReached(): boolean {
    return this.#go !== undefined;
  }

  letGo(): void {
    this.#go?.();
    this.#go = undefined;
  }

  onStep = (step: string): Promise<void> => {
    if (step !== this.#which) return Promise.resolve();
    this.#which = undefined;
    return new Promise(go => { this.#go = go; });
  };
}

type Parts = { readonly life: WorkerLife; readonly workers: StagedWorkers; readonly store: HeldStore; readonly step: HeldStep; readonly ledger: ObservedLedger };

/** Throws AssertionError at the first step after which something is not as it must be. `atDeadline`: what else happens at step 8. */
export async function twentySteps(ledger: ObservedLedger, notice: NoticeAt = 'after the second start', atDeadline: () => void = () => undefined): Promise<void> {
  const store = new HeldStore();
  const step = new HeldStep();
  const life = await WorkerLife.open({ store, ...ledger.options, onStep: step.onStep });
  const workers = new StagedWorkers();
  const parts = { life, workers, store, step, ledger };
  try {
    await play(parts, notice, atDeadline);
  } finally {
    step.letGo();
    store.letGo();
    for (const process of workers.processes) {
      process.timeOut();
      if (process.isAlive) process.end();
      else process.tellGone();
      process.tellMonitor();
    }
    await life.settled();
  }
}

function holds({ ledger }: Parts, step: string, used: bigint, rows: readonly string[]): void {
  assert.equal(ledger.used(), used, `${step}: used`);
  assert.deepEqual(ledger.rows(), rows, `${step}: rows`);
}

async function start({ life, workers }: Parts, vatId: string): Promise<unknown> {
  return life.workers(workers).start({ name: `${vatId}:staged`, vatId, bundle: new Uint8Array(), computronsPerDelivery: 1, memoryBytes: 64n * 1024n * 1024n });
}

const stateOf = ({ life }: Parts, vat: string): string | undefined => {
  const lines = life.status().filter(line => line.vat === vat);
  return lines.map(({ generation, state }) => `${generation} ${state}`).join(', ');
};

async function play(parts: Parts, notice: NoticeAt, atDeadline: () => void): Promise<void> {
  const { life, workers, step, store } = parts;
  const v8 = start(parts, 'v8');
  (await workers.processOf('v8')).answer();
  await v8;
  holds(parts, '1', 64n, ['v8.1']);
  const first = start(parts, 'v7'); // 2 to 6
  first.catch(() => undefined); // it is to fail; below that is asserted
  const a1 = await workers.processOf('v7'); // 7: it is held before it answers
  holds(parts, '5 to 7', 128n, ['v7.2', 'v8.1']);
  assert.equal(stateOf(parts, 'v7'), '2 starting');
  atDeadline();
  a1.timeOut(); // 8
  await until(() => a1.isKilled, 'the undo of SPAWN'); // 9 to 12
  assert.equal(workers.alive('v7'), 1);
  holds(parts, '9: nothing is given back while the process lives', 128n, ['v7.2', 'v8.1']);
  if (notice === 'before the undo of the charge' || notice === 'twice, with the undo of the charge') step.hold('gone');
  a1.die();
  if (notice === 'before its killer knows') {
    a1.tellMonitor();
    await until(() => ledgerHas(parts, ['v8.1']), 'the notice');
  }
  a1.tellGone(); // 13
  await midUndo(parts, notice);
  await assert.rejects(first); // 14
  holds(parts, '14', 64n, ['v8.1']);
  const second = await secondStart(parts, notice); // 15 and 16
  holds(parts, '16', 128n, ['v7.3', 'v8.1']);
  a1.tellMonitor(); // 17 and 18; long ago in the variants
  await life.report('v7', 2, end); // 19: as the monitor does, once more
  holds(parts, '20', 128n, ['v7.3', 'v8.1']);
  assert.equal(stateOf(parts, 'v7'), '3 starting', '20: the slot');
  assert.ok(life.staleNotices >= 1, '20: the notice is counted');
  const a2 = await workers.processOf('v7', 2);
  a2.answer();
  await second.started;
  await postlude(parts, store);
}

const ledgerHas = ({ ledger }: Parts, rows: readonly string[]): boolean => ledger.rows().join() === rows.join();

/** The undo of SPAWN is written, and that of CHARGE has not begun. */
async function midUndo(parts: Parts, notice: NoticeAt): Promise<void> {
  const { life, step, workers } = parts;
  if (notice !== 'before the undo of the charge' && notice !== 'twice, with the undo of the charge') return;
  await until(() => step.isReached, 'the undo of SPAWN to be written');
  const a1 = await workers.processOf('v7');
  a1.tellMonitor();
  if (notice === 'before the undo of the charge') {
    await life.report('v7', 2, end);
    holds(parts, 'the notice before the undo', 64n, ['v8.1']);
    step.letGo();
  } else {
    const reports = [life.report('v7', 2, end), life.report('v7', 2, end)];
    step.letGo();
    await Promise.all(reports);
  }
}

async function secondStart(parts: Parts, notice: NoticeAt): Promise<{ readonly started: Promise<unknown> }> {
  const { life, step, store, workers } = parts;
  if (notice === 'before the second charge') step.hold('begin');
  if (notice === 'while the second charge is written') store.hold(rows => rows.some(({ key }) => key === 'saga/v7.3/charge/succeeded'));
  const started = start(parts, 'v7');
  started.catch(() => undefined); // awaited at the end of the schedule
  if (notice === 'before the second charge') {
    await until(() => step.isReached, 'the claim of the second start');
    await life.report('v7', 2, end);
    assert.equal(parts.ledger.used(), 64n, 'the notice before the second charge');
    step.letGo();
  }
  if (notice === 'while the second charge is written') {
    await until(() => store.isHolding, 'the charge of the second start');
    const reported = life.report('v7', 2, end);
    store.letGo();
    await reported;
  }
  await workers.processOf('v7', 2);
  return { started };
}

/** The notice comes three times more; then both vats end, and nothing is left. */
async function postlude(parts: Parts, store: HeldStore): Promise<void> {
  const { life, workers } = parts;
  await life.report('v7', 2, end);
  await life.report('v7', 2, end);
  holds(parts, 'postlude: v7 runs', 128n, ['v7.3', 'v8.1']);
  assert.equal(stateOf(parts, 'v7'), '3 running');
  (await workers.processOf('v7', 2)).end();
  await until(() => stateOf(parts, 'v7') === '3 exited', 'the end of v7');
  await life.report('v7', 2, end);
  holds(parts, 'postlude: v7 has ended', 64n, ['v8.1']);
  (await workers.processOf('v8')).end();
  await until(() => stateOf(parts, 'v8') === '1 exited', 'the end of v8');
  holds(parts, 'postlude', 0n, []);
  const again = start(parts, 'v7');
  (await workers.processOf('v7', 3)).answer();
  await again;
  holds(parts, 'postlude: there is room', 64n, ['v7.4']);
  (await workers.processOf('v7', 3)).end();
  await life.settled();
  holds(parts, 'the end', 0n, []);
  assert.deepEqual([...store.all.keys()].filter(key => key.startsWith('saga/')), [], 'every saga has ended');
}
