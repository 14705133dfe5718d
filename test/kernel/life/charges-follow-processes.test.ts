/** What may go wrong between a worker's charge and its release, one case after another. The ids are those of the specification's list. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { NoRoomForWorker } from '../../../kernel/vat/protocol.js';
import { WorkerLife, WorkerLost, type HostLimits, type WorkerLifeOptions } from '../../../kernel/index.js';
import type { WorkerNeeds } from '../../../kernel/vat/life/ledger.js';
import { mutantLedger, realLedger, type ObservedLedger } from '../../support/mutant-ledgers.js';
import { HeldStore, StagedProcess, StagedWorkers } from '../../support/staged-host.js';
import { StagedProcessTable } from '../../support/staged-processes.js';
import { until } from '../../support/worker-kit.js';

const needs: WorkerNeeds = { account: 'alice', memoryBytes: 64n * 1024n * 1024n };
const end = { code: null, signal: 'SIGKILL' };

class Host {
  readonly life: WorkerLife;
  readonly store: HeldStore;
  readonly workers: StagedWorkers;
  readonly ledger: ObservedLedger;
  readonly notices: string[];

  static async open({ limits, ...options }: Partial<WorkerLifeOptions> & { readonly limits?: HostLimits } = {}): Promise<Host> {
    const [store, workers, ledger, notices] = [new HeldStore(), new StagedWorkers(), await realLedger(limits), [] as string[]];
    const processes = new StagedProcessTable(workers);
    const life = await WorkerLife.open({ store, processes, ...ledger.options, ...options, onNotice: ({ kind }) => notices.push(kind) });
    return new Host(life, store, workers, ledger, notices);
  }

  private constructor(life: WorkerLife, store: HeldStore, workers: StagedWorkers, ledger: ObservedLedger, notices: string[]) {
    [this.life, this.store, this.workers, this.ledger, this.notices] = [life, store, workers, ledger, notices];
  }

  start(vatId: string): Promise<unknown> {
    const started = this.life.workers(this.workers).start({ name: `${vatId}:staged`, vatId, bundle: new Uint8Array(), computronsPerDelivery: 1 });
    started.catch(() => undefined); // whoever asked is told
    return started;
  }

  async run(vatId: string, count = 1): Promise<StagedProcess> {
    const started = this.start(vatId);
    const process = await this.workers.processOf(vatId, count);
    process.answer();
    await started;
    return process;
  }

  state(vat: string): string {
    return this.life.status().filter(line => line.vat === vat).map(({ generation, state }) => `${generation} ${state}`).join(', ');
  }

  /** At rest: what is charged is what runs, and nothing once that has ended. */
  async rest(running: readonly string[] = []): Promise<void> {
    await until(() => this.life.status().every(({ state }) => ['running', 'exited', 'unwound'].includes(state)), 'the end of all sagas');
    assert.deepEqual(this.ledger.rows(), running);
    await this.workers.shutdown();
    await this.life.settled();
    assert.deepEqual([this.ledger.rows(), this.ledger.used()], [[], 0n]);
  }
}

/** A step of a vat's life that is written, and held before its effects. */
function heldStep(which: string): { readonly onStep: (step: string) => Promise<void>; readonly reached: () => boolean; readonly letGo: () => void } {
  let go: (() => void) | undefined;
  let isDue = true;
  return {
    onStep: step => {
      if (step !== which || !isDue) return Promise.resolve();
      isDue = false;
      return new Promise(resolve => { go = resolve; });
    },
    reached: () => go !== undefined,
    letGo: () => go?.(),
  };
}

test('F2: an attempt that wakes up after the next one runs takes back nothing but its own', { timeout: 60_000 }, async () => {
  const held = heldStep('not-ready');
  const host = await Host.open({ onStep: held.onStep });
  const first = host.start('v7');
  const a1 = await host.workers.processOf('v7');
  a1.timeOut();
  await until(held.reached, 'the failure of READY');
  a1.die();
  a1.tellMonitor();
  await until(() => host.state('v7').startsWith('1 e') && host.ledger.rows().length === 0, 'the notice');
  await host.run('v7', 2);
  assert.deepEqual(host.ledger.rows(), ['v7.2']);
  held.letGo();
  a1.tellGone();
  await assert.rejects(first);
  assert.equal(host.state('v7'), '2 running');
  await host.rest(['v7.2']);
});

test('F3: notices five times over, out of order, and before READY release each token once', { timeout: 60_000 }, async () => {
  const host = await Host.open();
  const first = await host.run('v7');
  first.end();
  await until(() => host.state('v7') === '1 exited', 'the first end');
  const starting = host.start('v7');
  const second = await host.workers.processOf('v7', 2);
  for (const gen of [1, 1, 1]) await host.life.report('v7', gen, end);
  assert.deepEqual(host.ledger.rows(), ['v7.2']);
  second.die();
  for (const gen of [2, 1, 2, 1, 2, 2, 2]) await host.life.report('v7', gen, end);
  second.answer();
  second.tellGone();
  second.tellMonitor();
  await assert.rejects(starting, /ended as soon as it had answered/);
  await host.rest();
  assert.equal(host.life.staleNotices, 10);
});

test('F4: a process that comes to be after its start was taken back is ended at once, and has no row', { timeout: 60_000 }, async () => {
  const host = await Host.open();
  let order: (() => Promise<void>) | undefined;
  const ended: number[] = [];
  const process = new StagedProcess(77, { name: 'v7:late', vatId: 'v7', bundle: new Uint8Array(), computronsPerDelivery: 1 });
  process.kill = () => {
    ended.push(77);
    process.end();
  };
  const life = await WorkerLife.open({ store: new HeldStore(), processes: new StagedProcessTable(host.workers), ...host.ledger.options });
  const late = { start: (start: { onProcess?: (one: StagedProcess) => Promise<void> }) => {
    order = async () => start.onProcess?.(process);
    return Promise.reject(new WorkerLost('the order timed out'));
  }, shutdown: () => Promise.resolve() };
  await assert.rejects(life.workers(late).start({ name: 'v7:late', vatId: 'v7', bundle: new Uint8Array(), computronsPerDelivery: 1 }), /the order timed out/);
  assert.deepEqual(host.ledger.rows(), []);
  await order?.();
  await until(() => ended.includes(77), 'the end of the late process');
  assert.deepEqual(host.ledger.rows(), []);
  assert.deepEqual(life.status().map(({ state }) => state), ['unwound']);
});

/** `charge` as it arrives in the end, and what is charged then. */
function lateCharge({ ledger }: { readonly ledger: { charge(token: { vat: string; gen: number }, needs: WorkerNeeds): { readonly refused?: string }; release(token: { vat: string; gen: number }): unknown } }, before: readonly ('charge' | 'release')[]): boolean {
  const token = { vat: 'v7', gen: 3 };
  for (const one of before) if (one === 'charge') ledger.charge(token, needs); else ledger.release(token);
  return ledger.charge(token, needs).refused !== undefined;
}

test('F5: a charge that arrives after its undo is stale, and leaves no row', async () => {
  const real = await realLedger();
  assert.equal(lateCharge(real, ['charge', 'release']), true);
  assert.deepEqual([real.rows(), real.used()], [[], 0n]);
  assert.equal(lateCharge(mutantLedger('tombstones'), ['charge', 'release']), false, 'a ledger without tombstones takes it');
});

test('F6: an undo that overtakes its charge cancels it; counters are untouched', async () => {
  const real = await realLedger();
  real.ledger.charge({ vat: 'v8', gen: 1 }, needs);
  assert.equal(lateCharge(real, ['release', 'release']), true);
  assert.deepEqual([real.rows(), real.used()], [['v8.1'], 64n]);
  assert.deepEqual(real.ledger.audit(), []);
  assert.equal(lateCharge(mutantLedger('tombstones'), ['release']), false, 'a ledger without tombstones takes it');
});

test('F7: a refusal spends the token: the same attempt is refused when there is room, the next is not', async () => {
  const { ledger } = await realLedger({ host: { workers: 1n } });
  ledger.charge({ vat: 'v8', gen: 1 }, needs);
  assert.match(ledger.charge({ vat: 'v7', gen: 2 }, needs).refused ?? '', /no room on this host for a worker of v7: it needs 1 worker, and the host uses 1 worker of 1 worker/);
  ledger.release({ vat: 'v8', gen: 1 });
  assert.match(ledger.charge({ vat: 'v7', gen: 2 }, needs).refused ?? '', /charged before, or given up/);
  assert.equal(ledger.charge({ vat: 'v7', gen: 3 }, needs).refused, undefined);
});

test('F8: what a host cannot end at once after a crash it tries again; no row goes before the process', { timeout: 60_000 }, async () => {
  const workers = new StagedWorkers();
  const store = new HeldStore();
  const first = await WorkerLife.open({ store, processes: new StagedProcessTable(workers) });
  store.hold(rows => rows.some(({ key }) => key.endsWith('/spawn/succeeded'))); // the process is there, and its note is lost
  first.workers(workers).start({ name: 'v7:staged', vatId: 'v7', bundle: new Uint8Array(), computronsPerDelivery: 1 }).catch(() => undefined);
  await until(() => store.isHolding, 'the note of the process');
  const left = new HeldStore({ home: store.home, rows: store.all });
  const table = new StagedProcessTable(workers);
  table.deafTo = 3;
  let kills = 0;
  table.onKill = () => {
    kills += 1;
    assert.ok(left.all.has('ledger/r.worker.v7.1'), 'the row is there until the process is gone');
  };
  await WorkerLife.open({ store: left, processes: table });
  assert.equal(kills, 4);
  assert.equal(workers.alive('v7'), 0);
  assert.deepEqual([...left.all.keys()].filter(key => /^(?:ledger\/r|saga|slot)/.test(key)), []);
});

test('F9: a worker that cannot be ended keeps its row and its slot, raises the alarm, and hinders nobody else', { timeout: 60_000 }, async () => {
  const host = await Host.open({ alarmAfterMs: 20 });
  const first = host.start('v7');
  const a1 = await host.workers.processOf('v7');
  a1.timeOut();
  await until(() => host.notices.includes('undo-stuck'), 'the alarm');
  assert.deepEqual(host.ledger.rows(), ['v7.1']);
  assert.ok(host.life.status()[0]?.stuck);
  await assert.rejects(host.start('v7'), /generation 1 has the slot of v7/);
  await host.run('v8');
  assert.deepEqual(host.ledger.rows(), ['v7.1', 'v8.3']);
  a1.end();
  await assert.rejects(first);
  await host.rest(['v8.3']);
});

test('F21: the notice of an earlier incarnation comes when the next one runs, and moves nothing', { timeout: 60_000 }, async () => {
  const host = await Host.open();
  const old = await host.run('v7');
  old.die();
  old.tellGone();
  await host.life.report('v7', 1, end); // the warehouse ended it; its monitor's own notice is still to come
  await host.run('v7', 2);
  old.tellMonitor();
  await until(() => host.life.staleNotices === 1, 'the late notice');
  assert.equal(host.state('v7'), '2 running');
  await host.rest(['v7.2']);
});

/** A successor of the vat's worker, from a heap that is being written. */
function startSuccessor(host: Host, vatId: string): { readonly started: Promise<unknown>; readonly written: () => void } {
  let written!: () => void;
  const heapToCome = new Promise<{ readonly bytes: Uint8Array }>(done => { written = () => { done({ bytes: new Uint8Array() }); }; });
  const started = host.life.workers(host.workers).start({ name: `${vatId}:staged`, vatId, heapToCome, computronsPerDelivery: 1 });
  started.catch(() => undefined); // whoever asked is told
  return { started, written };
}

test('F27: at a hand-over both workers are charged while both live, and the first keeps the slot until the second answers', { timeout: 60_000 }, async () => {
  const host = await Host.open();
  const old = await host.run('v7');
  const { started } = startSuccessor(host, 'v7');
  const next = await host.workers.processOf('v7', 2);
  assert.deepEqual(host.ledger.rows(), ['v7.1', 'v7.2']);
  assert.equal(host.state('v7'), '1 running, 2 starting');
  next.answer();
  await started;
  await until(() => old.isKilled, 'the end of the first');
  assert.equal(host.state('v7'), '1 ending, 2 running');
  assert.deepEqual(host.ledger.rows(), ['v7.1', 'v7.2'], 'the first may still live');
  old.end();
  await until(() => host.state('v7') === '2 running', 'the first is gone');
  assert.equal(host.life.staleNotices, 0, 'its notice was expected');
  await host.rest(['v7.2']);
});

test('F27: a hand-over without room, or whose second worker fails, leaves the first as it is', { timeout: 60_000 }, async () => {
  const host = await Host.open({ limits: { host: { workers: 2n } } });
  await host.run('v7');
  const failing = startSuccessor(host, 'v7');
  (await host.workers.processOf('v7', 2)).end();
  await assert.rejects(failing.started, /it ended/);
  assert.deepEqual([host.state('v7'), host.ledger.rows()], ['1 running', ['v7.1']]);
  await host.run('v8');
  await assert.rejects(startSuccessor(host, 'v7').started, NoRoomForWorker);
  assert.deepEqual([host.state('v7'), host.ledger.rows()], ['1 running', ['v7.1', 'v8.3']]);
  await host.rest(['v7.1', 'v8.3']);
});

test('F27: a second hand-over does not begin before the first is over', { timeout: 60_000 }, async () => {
  const host = await Host.open();
  const old = await host.run('v7');
  const { started } = startSuccessor(host, 'v7');
  (await host.workers.processOf('v7', 2)).answer();
  await started;
  await assert.rejects(startSuccessor(host, 'v7').started, /generation 1 of v7 is in a hand-over that is not over/);
  old.end();
  await until(() => host.state('v7') === '2 running', 'the first is gone');
  await host.rest(['v7.2']);
});

test('F32: a wall clock that jumps by an hour unwinds nothing', { timeout: 60_000 }, async () => {
  mock.timers.enable({ apis: ['Date'], now: Date.parse('2026-11-20T00:00:00Z') });
  try {
    const host = await Host.open({ alarmAfterMs: 60_000 });
    const starting = host.start('v7');
    const a1 = await host.workers.processOf('v7');
    mock.timers.setTime(Date.parse('2026-11-20T01:00:00Z'));
    await host.run('v8');
    assert.equal(host.state('v7'), '1 starting');
    a1.answer();
    await starting;
    assert.deepEqual(host.notices, []);
    await host.rest(['v7.1', 'v8.2']);
  } finally {
    mock.timers.reset();
  }
});
