/**
 * What follows an upgrade of the schema (design 4, Upgrade block): the work that stood in the run-queue then is done first;
 * then the events that the upgrade left are put at the queue's tail; and when those are delivered, actions and timers come in
 * again. One row says where this stands, so that it survives any end of the process, and each event is put there once.
 */
import assert from 'node:assert/strict';
import { injectUpgradeEvents } from './schema/inject.js';
import { nextNumber, type KernelState } from './state.js';
import { keys, numberAtEnd } from './store/keys.js';
import type { KernelStorage, ReadableRows } from './store/storage.js';

/** Items with numbers in [from, before) are waited for. Those of paused vats stand elsewhere, and are not. */
export type Drain = { readonly stage: 'leftover' | 'events'; readonly from: number; readonly before: number };

/** Events put into the queue in one step: a step is held in memory. */
const eventsPerStepMax = 1000;

/** Where the drain stands; undefined when there is none. */
export function readDrain(rows: ReadableRows): Drain | undefined {
  const text = rows.get(keys.drain);
  if (text === undefined) return undefined;
  const drain = parseDrain(text);
  assert(drain !== undefined, `${keys.drain} says "${text}"`);
  return drain;
}

/** What the row says; undefined when it is no row of a drain. */
export function parseDrain(text: string): Drain | undefined {
  const [, stage, from, before] = /^(leftover|events) (\d+) (\d+)$/.exec(text) ?? [];
  return stage === undefined ? undefined : { stage: stage as Drain['stage'], from: Number(from), before: Number(before) };
}

function writeDrain(state: KernelState, { stage, from, before }: Drain): void {
  state.rows.set(keys.drain, `${stage} ${from} ${before}`);
}

/** In the step of an upgrade: everything that stands in the run-queue now is work left over. */
export function beginDrain(state: KernelState): void {
  writeDrain(state, { stage: 'leftover', from: 0, before: nextNumber(state.rows, 'item') });
}

/** Whether what the drain waits for is done: nothing of it stands in the run-queue. */
export function stageIsOver(rows: KernelStorage, { from, before }: Drain): boolean {
  const first = rows.first(keys.allRunQueue, keys.runQueue(from));
  return first === undefined || numberAtEnd(first[0]) >= before;
}

/**
 * In a step of its own, once a stage is over: puts the next events at the queue's tail, or, when none are left, ends the
 * drain. Answers with how many events were looked at.
 */
export function advanceDrain(state: KernelState): number {
  const from = nextNumber(state.rows, 'item');
  const { injected, dropped } = injectUpgradeEvents(state, eventsPerStepMax);
  state.record?.({ type: 'inject', events: injected });
  if (injected + dropped === 0) state.rows.delete(keys.drain);
  else writeDrain(state, { stage: 'events', from, before: nextNumber(state.rows, 'item') });
  return injected + dropped;
}
