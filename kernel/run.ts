/**
 * A run: what the kernel does between two blocks (design 4.4). Intake, then rounds until the budget is spent, then
 * cleanup. It is a function of the committed state and of what it is given; which workers are online decides nothing.
 */
import type { Action, ControlAction } from './action.js';
import { choresOf } from './chores.js';
import { takeControl } from './control.js';
import { crankBase, meterTimesOf, settleKernelItem, settleVatItem, type CrankReport, type PlannedItem } from './crank.js';
import { cyclesAreWanted, searchCycles } from './cycles.js';
import { advanceDrain, readDrain, stageIsOver } from './drain.js';
import { takeAction } from './intake.js';
import { queueLaterReaps } from './reap.js';
import { auditRun } from './provisioning/audit-step.js';
import { pinBundle } from './provisioning/bundle-pins.js';
import { planRound } from './round.js';
import { runQueueOf } from './run-queue.js';
import { fireTimer, firstDue } from './service/timer.js';
import type { KernelState } from './state.js';
import { beginStep, closeStep, type StepRecord } from './step.js';
import { keys } from './store/keys.js';
import type { VatSource } from './translate.js';
import { settleAloneItem, type Lifecycle } from './vat/lifecycle.js';
import { readProgress } from './vat/records.js';
import { cleanUp, leftoversOnDisk, oldestTerminated } from './vat/termination.js';
import type { WarehouseDelivery } from './vat/warehouse.js';

export type RunPolicy = {
  /** Asked between rounds, with what the run has cost so far. */
  mayContinue(spent: { readonly computrons: bigint; readonly cranks: number }): boolean;
  /** The run ends after this many cranks, within a round if need be: what else was planned is planned again. */
  readonly cranksMax?: number;
  /** Rows of terminated vats removed at the end of the run, in the place of the parameter. */
  readonly cleanupBudget?: number;
};

export type RunInput = {
  /** Done before all else, in this order. */
  readonly control?: readonly ControlAction[];
  /** In the order of service; governance's come first. */
  readonly highPriority: readonly Action[];
  readonly actions: readonly Action[];
  /** Bundles that blocks completed since the last run: they enter the table before anything else. */
  readonly newBundles: readonly { readonly bundleId: string; readonly size: number; /** Who installed it; nobody is the system. */ readonly account?: string }[];
};

export type RunReport = { readonly computrons: bigint; readonly cranks: number; readonly steps: readonly StepRecord[] };

export type RunHost = Lifecycle & {
  /** Lets the process answer its sockets; called after every crank. */
  readonly yieldToHost: () => Promise<void>;
  /** Observes; it must not throw. */
  readonly onStep?: (step: StepRecord) => void;
};

type Run = { readonly host: RunHost; readonly steps: StepRecord[]; computrons: bigint; cranks: number; readonly waiting: { high: Action[]; normal: Action[] } };

/** Runs until there is no work, the policy says enough, or the budget of the parameters is spent. */
export async function runKernel(host: RunHost, policy: RunPolicy, input: RunInput): Promise<RunReport> {
  const run: Run = { host, steps: [], computrons: 0n, cranks: 0, waiting: { high: [...input.highPriority], normal: [...input.actions] } };
  enterBundles(run, input.newBundles);
  await obey(run, input.control ?? []);
  goOnReaping(run);
  const cranksMax = policy.cranksMax ?? Infinity;
  while (run.cranks < cranksMax && policy.mayContinue(run)) {
    const isDraining = drain(run, policy);
    if (!isDraining) feed(run, policy);
    if (!(await doRound(run, cranksMax - run.cranks)) && !isDraining) break;
  }
  const cleanupBudget = policy.cleanupBudget ?? host.state.params.cleanupBudget;
  await cleanTerminated(run, cleanupBudget);
  if (cleanupBudget > 0) await collectCycles(run, cleanupBudget);
  const audited = auditRun(host.state);
  if (audited) note(run, audited);
  return { computrons: run.computrons, cranks: run.cranks, steps: run.steps };
}

function note(run: Run, step: StepRecord): void {
  run.steps.push(step);
  run.host.onStep?.(step);
}

/** What comes in costs the run what any item does at least. */
function noteFed(run: Run, step: StepRecord): void {
  run.computrons += crankBase;
  note(run, step);
}

function enterBundles(run: Run, bundles: RunInput['newBundles']): void {
  const { state } = run.host;
  if (bundles.length === 0) return;
  beginStep(state);
  for (const { bundleId, size, account = '' } of bundles) {
    const refusal = pinBundle(state, bundleId, BigInt(size), account);
    if (refusal) state.outbound.push({ kind: 'bundle-refused', bundleId, account, reason: refusal.text });
    else state.rows.set(keys.bundle(bundleId), String(size));
  }
  note(run, closeStep(state, 'intake'));
}

function goOnReaping(run: Run): void {
  const { state } = run.host;
  if (state.rows.first(keys.allLaterReaps) === undefined) return;
  beginStep(state);
  queueLaterReaps(state);
  note(run, closeStep(state, 'cleanup'));
}

/** After an upgrade: takes the next step of what it left to do, if it is time for it. True while nothing else may come in. */
function drain(run: Run, policy: RunPolicy): boolean {
  const { state } = run.host;
  for (let now = readDrain(state.rows); now; now = readDrain(state.rows)) {
    if (!stageIsOver(state.rows, now) || !policy.mayContinue(run)) return true;
    beginStep(state);
    const events = advanceDrain(state);
    run.computrons += crankBase * BigInt(Math.max(events, 1));
    note(run, closeStep(state, 'inject'));
  }
  return false;
}

/** Control actions are few, and none waits for a worker: whatever the budget, they are done. */
async function obey(run: Run, control: readonly ControlAction[]): Promise<void> {
  const { state, warehouse } = run.host;
  for (const action of control) {
    const { step, discard } = takeControl(state, action);
    noteFed(run, step);
    if (discard !== undefined) await warehouse.discard(discard);
  }
}

/**
 * One of each waiting class, whatever is queued; more while fewer vats than the round is wide have something to do, and the
 * budget lasts: thousands of timers for one vat may come due in one second.
 */
function feed(run: Run, policy: RunPolicy): void {
  const { state } = run.host;
  const classes = [() => feedAction(run, run.waiting.high), () => feedTimer(run), () => feedAction(run, run.waiting.normal)];
  for (const feedOne of classes) {
    if (!feedOne()) continue;
    while (policy.mayContinue(run) && openVats(state, state.params.roundWidth) < state.params.roundWidth && feedOne());
  }
}

function feedAction(run: Run, waiting: Action[]): boolean {
  const action = waiting.shift();
  if (!action) return false;
  noteFed(run, takeAction(run.host.state, action));
  return true;
}

function feedTimer(run: Run): boolean {
  const { state } = run.host;
  const due = firstDue(state);
  if (!due) return false;
  beginStep(state);
  fireTimer(state, due.key, due.timer);
  noteFed(run, closeStep(state, 'timer'));
  return true;
}

/**
 * How many vats have an item, a GC action or a reap waiting that a round may take: nothing of a paused vat. It stops counting
 * at `enough`. An alone item counts as one.
 */
function openVats(state: KernelState, enough: number): number {
  const open = new Set<string>();
  choresOf(state.rows).countWaiting(open, enough);
  runQueueOf(state.rows).countWaiting(open, enough);
  return open.size;
}

/** Plans, runs and settles one round, or its first cranks; false when there was nothing to do. */
async function doRound(run: Run, cranksMax: number): Promise<boolean> {
  const { host } = run;
  const plan = planRound(host.state);
  switch (plan.kind) {
    case 'nothing': return false;
    case 'alone':
      await finishCrank(run, await settleAloneItem(host, plan.key, plan.item));
      return true;
    case 'items':
      await doItems(run, plan.items.slice(0, cranksMax)); // a plan writes nothing: what is left out waits as before
      return true;
  }
}

/**
 * Items settle in the order planned, each as soon as all before it have: others may still be at work, and what settles
 * meanwhile touches nothing of their vats (design 5.2, Why it holds).
 */
async function doItems(run: Run, items: readonly PlannedItem[]): Promise<void> {
  const { state, warehouse } = run.host;
  recordRound(state, items);
  const outcomes = items.map(item => (item.kind === 'vat' ? warehouse.deliver(item.vat, item.delivery, optionsOf(item.source)) : Promise.resolve(undefined)));
  const allDone = Promise.allSettled(outcomes);
  try {
    for (const [index, item] of items.entries()) {
      const outcome = await outcomes[index];
      await finishCrank(run, item.kind === 'vat' && outcome ? settleVatItem(state, item, outcome) : settleKernelItem(state, item as Exclude<PlannedItem, { kind: 'vat' }>));
    }
  } finally {
    await allDone; // also when one failed: nobody is at work for a run that has ended
  }
}

/** Told before any worker has its delivery. */
function recordRound({ record, rows }: KernelState, items: readonly PlannedItem[]): void {
  if (!record) return;
  const given = items.flatMap((item, after) => (item.kind === 'vat' ? [{ after, vat: item.vat, position: readProgress(rows, item.vat).position, kind: item.delivery[0] }] : []));
  if (given.length > 0) record({ type: 'round', items: given });
}

function optionsOf(source: VatSource): WarehouseDelivery {
  return { meterTimes: meterTimesOf(source), savesHeap: source.from === 'reap' && source.takesSnapshot };
}

async function finishCrank(run: Run, report: CrankReport): Promise<void> {
  run.computrons += report.cost;
  run.cranks += 1;
  note(run, report.step);
  if (report.discard !== undefined) await run.host.warehouse.discard(report.discard);
  if (report.reload !== undefined) await run.host.warehouse.reload(report.reload);
  await run.host.yieldToHost();
}

/** Rows removed in one step, at most: a step is held in memory. */
const cleanupStepMax = 1000;

/** Oldest terminated vat first, as many rows as the budget allows. */
async function cleanTerminated(run: Run, budget: number): Promise<void> {
  const { state } = run.host;
  let left = budget;
  for (let next = oldestTerminated(state); next && left > 0; next = oldestTerminated(state)) {
    const portion = Math.min(left, cleanupStepMax);
    const onDisk = await leftoversOnDisk(state, next.vat, portion);
    beginStep(state);
    left -= cleanUp(state, next, portion, onDisk);
    note(run, closeStep(state, 'cleanup'));
    await run.host.yieldToHost();
  }
}

/** One more node or link is looked at for so many computrons that the run spent: a seventh of what a link costs who makes it, so that nobody makes cycles faster than they go. */
const computronsPerLook = 4_000n;

/** Data that only cycles hold: as much as the budget allows, and more after a run in which much was done. */
async function collectCycles(run: Run, budget: number): Promise<void> {
  const { state } = run.host;
  for (let left = Math.max(budget, Number(run.computrons / computronsPerLook)); left > 0 && cyclesAreWanted(state); left -= cleanupStepMax) {
    beginStep(state);
    searchCycles(state, Math.min(left, cleanupStepMax));
    note(run, closeStep(state, 'cleanup'));
    await run.host.yieldToHost();
  }
}
