/**
 * The life of a vat's workers as a function: what is known and what happened give what is known then, and what is to be done
 * once that is written. Nothing here waits, reads a clock, or touches a process; so all of its histories can be explored.
 */
import assert from 'node:assert/strict';
import { failureOf, isTerminal, processOf, type ProcessId, type Saga, type SagaEntry, type Slot, type VatLife, type WorkerEnd } from './life.js';

export type LifeEvent =
  /** A worker is wanted. `gen` was never used before; `tag` is what its process will be known by. `takesOver`: in the place of one that runs. */
  | { readonly kind: 'begin'; readonly gen: number; readonly executor: number; readonly tag: string; readonly at: string; readonly takesOver?: boolean }
  | { readonly kind: 'charged'; readonly gen: number }
  | { readonly kind: 'refused'; readonly gen: number; readonly why: string }
  | { readonly kind: 'spawned'; readonly gen: number; readonly process: ProcessId }
  /** There is no process, and there will be none. */
  | { readonly kind: 'not-spawned'; readonly gen: number; readonly why: string }
  /** The worker answered. */
  | { readonly kind: 'ready'; readonly gen: number; readonly at: string }
  | { readonly kind: 'not-ready'; readonly gen: number; readonly why: string }
  /** The undo of `spawn` knows that no process of this generation is left. */
  | { readonly kind: 'gone'; readonly gen: number }
  | { readonly kind: 'released'; readonly gen: number; readonly at: string }
  /** A monitor's notice, at least once, perhaps late. */
  | { readonly kind: 'exit'; readonly gen: number; readonly end: WorkerEnd; readonly seq: number; readonly at: string }
  /** A new executor took over: whatever was under way is taken back, whatever ran is an orphan. */
  | { readonly kind: 'recover'; readonly executor: number; readonly at: string }
  /** An undo has passed its alarm. It goes on. */
  | { readonly kind: 'stuck'; readonly gen: number; readonly why: string; readonly at: string }
  /** An operator gives the attempt up: the slot becomes free, the row stays until the process is gone. */
  | { readonly kind: 'abandon'; readonly gen: number; readonly reason: string; readonly at: string };

/** To be done once the new state is written; a crash may lose it. */
export type LifeEffect =
  | { readonly kind: 'charge'; readonly gen: number }
  /** Start one process with the saga's tag, unless the saga is being taken back. */
  | { readonly kind: 'spawn'; readonly gen: number }
  /** The process is noted: it may be given work. */
  | { readonly kind: 'greet'; readonly gen: number }
  /** End the process, or without one whatever has the tag; then answer with `gone` if it is of a saga. */
  | { readonly kind: 'end'; readonly gen: number; readonly tag: string; readonly process: ProcessId | undefined; readonly of: 'saga' | 'nobody' }
  /** Give back the charge of the token, if there is one; answer with `released` if it is for a saga. */
  | { readonly kind: 'release'; readonly gen: number; readonly of: 'saga' | 'notice' }
  /** The attempt is over. */
  | { readonly kind: 'tell'; readonly gen: number; readonly outcome: 'running' | { readonly failed: string } }
  /** The event is for a generation that is not current: it is counted, and changes nothing else. */
  | { readonly kind: 'count-stale'; readonly gen: number };

export type Step = { readonly life: VatLife; readonly effects: readonly LifeEffect[] };

/** What happens to an attempt that was told of too late is nothing. */
const nothing = (life: VatLife): Step => ({ life, effects: [] });

/** One event. Any event may come twice, or late; then it changes nothing that it changed before. */
export function advance(life: VatLife, event: LifeEvent): Step {
  switch (event.kind) {
    case 'begin':
      return begin(life, event);
    case 'recover':
      return recover(life, event);
    case 'exit':
      return onExit(life, event);
    default: {
      const saga = life.sagas.find(({ gen }) => gen === event.gen);
      return saga === undefined ? withoutSaga(life, event) : advanceSaga(life, saga, event);
    }
  }
}

/** Its saga is over. Only a process that comes to be now is not to be left alone. */
function withoutSaga(life: VatLife, event: SagaEvent): Step {
  if (event.kind !== 'spawned') return nothing(life);
  const { gen, process } = event;
  return { life, effects: [{ kind: 'end', gen, tag: process.tag, process, of: 'nobody' }] };
}

type SagaEvent = Exclude<LifeEvent, { kind: 'begin' | 'recover' | 'exit' }>;

function advanceSaga(life: VatLife, saga: Saga, event: SagaEvent): Step {
  const { gen } = saga;
  switch (event.kind) {
    case 'charged':
      if (saga.log.has('charge/succeeded') || isUndoing(saga)) return nothing(life);
      return { life: noted(life, saga, [['charge/succeeded', ''], ['spawn/started', '']]), effects: [{ kind: 'spawn', gen }] };
    case 'refused':
      if (saga.log.has('charge/succeeded') || isUndoing(saga)) return nothing(life);
      return { life: noted(life, saga, [['charge/failed', event.why], ['charge/undo_started', '']]), effects: [{ kind: 'release', gen, of: 'saga' }] };
    case 'spawned':
      return onSpawned(life, saga, event.process);
    case 'not-spawned':
      if (saga.log.has('spawn/succeeded') || isUndoing(saga)) return nothing(life);
      return { life: noted(life, saga, [['spawn/failed', event.why], ['charge/undo_started', '']]), effects: [{ kind: 'release', gen, of: 'saga' }] };
    case 'ready':
      return onReady(life, saga, event.at);
    case 'not-ready':
      return isUndoing(saga) ? nothing(life) : takeBack(life, saga, event.why);
    case 'gone':
      if (!saga.log.has('spawn/undo_started') || saga.log.has('spawn/undo_finished')) return nothing(life);
      return { life: noted(life, saga, [['spawn/undo_finished', ''], ['charge/undo_started', '']]), effects: [{ kind: 'release', gen, of: 'saga' }] };
    case 'released':
      return saga.log.has('charge/undo_started') ? finishUndo(life, saga, event.at) : nothing(life);
    case 'stuck':
      if (!saga.log.has('spawn/undo_started') || saga.log.has('spawn/undo_finished')) return nothing(life);
      return nothing(noted(life, saga, [['spawn/undo_failed', JSON.stringify({ since: event.at, why: event.why })]]));
    case 'abandon':
      if (!isUndoing(saga) || saga.abandoned !== undefined) return nothing(life);
      return { life: unclaim(replaced(life, { ...saga, abandoned: event.reason }), gen, event.at), effects: [{ kind: 'tell', gen, outcome: { failed: `abandoned: ${event.reason}` } }] };
  }
}

/** ALLOC and CLAIM in one write. A slot that another attempt holds refuses: nothing but the generation is spent. */
function begin(life: VatLife, { gen, executor, tag, at, takesOver = false }: Extract<LifeEvent, { kind: 'begin' }>): Step {
  const { slot } = life;
  if (takesOver) return beginHandOver(life, { gen, executor, tag, log: new Map([['alloc/succeeded', at], ['charge/started', '']]) });
  if (!isTerminal(slot)) return { life, effects: [{ kind: 'tell', gen, outcome: { failed: `generation ${slot?.gen} has the slot of ${life.vat} and is ${slot?.state}` } }] };
  assert(slot === undefined || gen > slot.gen, `generation ${gen} of ${life.vat} was used before`);
  const log = new Map<SagaEntry, string>([['alloc/succeeded', ''], ['claim/succeeded', ''], ['charge/started', '']]);
  return { life: { ...life, slot: { gen, state: 'starting', since: at }, sagas: [...life.sagas, { gen, executor, tag, log }] }, effects: [{ kind: 'charge', gen }] };
}

/** The slot stays with the worker that runs until the new one answers: so there is always one that has it. */
function beginHandOver(life: VatLife, saga: Saga): Step {
  const { gen } = saga;
  const { slot } = life;
  if (slot?.state !== 'running') return { life, effects: [{ kind: 'tell', gen, outcome: { failed: `no worker of ${life.vat} runs whose place it could take` } }] };
  const other = life.sagas.find(({ over, log }) => over !== undefined || log.has('retire/started'));
  if (other) return { life, effects: [{ kind: 'tell', gen, outcome: { failed: `generation ${other.gen} of ${life.vat} is in a hand-over that is not over` } }] };
  return { life: { ...life, sagas: [...life.sagas, { ...saga, over: slot.gen }] }, effects: [{ kind: 'charge', gen }] };
}

/** A process that comes to be after its saga was fenced is noted and ended. */
function onSpawned(life: VatLife, saga: Saga, process: ProcessId): Step {
  if (saga.log.has('spawn/succeeded')) return nothing(life);
  const { gen, tag } = saga;
  const after = noted(life, saga, [['spawn/succeeded', JSON.stringify(process)]]);
  if (isUndoing(saga)) return { life: after, effects: [{ kind: 'end', gen, tag, process, of: 'saga' }] };
  const slot = after.slot?.gen === gen ? { ...after.slot, process } : after.slot;
  return { life: { ...after, ...(slot ? { slot } : {}) }, effects: [{ kind: 'greet', gen }] };
}

function onReady(life: VatLife, saga: Saga, at: string): Step {
  const { slot } = life;
  if (isUndoing(saga) || !saga.log.has('spawn/succeeded')) return nothing(life);
  if (saga.over !== undefined) return takeOver(life, saga, at);
  if (slot?.gen !== saga.gen || slot.state !== 'starting') return takeBack(life, saga, 'it ended as soon as it had answered');
  const running: Slot = { ...slot, state: 'running', since: at };
  return { life: { ...without(life, saga), slot: running }, effects: [{ kind: 'tell', gen: saga.gen, outcome: 'running' }] };
}

/** A compare-and-set on the worker before, which is ended by an undo of its own: its charge goes when it is gone. */
function takeOver(life: VatLife, saga: Saga, at: string): Step {
  const { slot } = life;
  const [process, before] = [processOf(saga), slot?.process];
  if (slot?.gen !== saga.over || slot?.state !== 'running' || !before || !process) return takeBack(life, saga, 'the worker whose place it was to take has ended');
  const log = new Map<SagaEntry, string>([['charge/succeeded', ''], ['spawn/succeeded', JSON.stringify(before)], ['retire/started', ''], ['spawn/undo_started', '']]);
  const retired: Saga = { gen: slot.gen, executor: saga.executor, tag: before.tag, log };
  const after = without(life, saga);
  return {
    life: { ...after, sagas: [...after.sagas, retired], slot: { gen: saga.gen, state: 'running', since: at, process } },
    effects: [{ kind: 'tell', gen: saga.gen, outcome: 'running' }, { kind: 'end', gen: slot.gen, tag: before.tag, process: before, of: 'saga' }],
  };
}

/** From here on the saga is fenced: no process may be started for it, and one that comes late is ended. */
function takeBack(life: VatLife, saga: Saga, why: string): Step {
  const { gen, tag } = saga;
  return { life: noted(life, saga, [['ready/failed', why], ['spawn/undo_started', '']]), effects: [{ kind: 'end', gen, tag, process: processOf(saga), of: 'saga' }] };
}

function finishUndo(life: VatLife, saga: Saga, at: string): Step {
  const after = unclaim(without(life, saga), saga.gen, at);
  if (saga.abandoned !== undefined) return nothing(after); // it was told of then
  return { life: after, effects: [{ kind: 'tell', gen: saga.gen, outcome: { failed: failureOf(saga) ?? 'its node ended' } }] };
}

/** A compare-and-set on the generation: a later attempt's slot is not touched. */
function unclaim(life: VatLife, gen: number, at: string): VatLife {
  const { slot } = life;
  if (slot?.gen !== gen || isTerminal(slot)) return life;
  return { ...life, slot: { ...slot, state: slot.state === 'starting' ? 'unwound' : 'exited', since: at } };
}

function onExit(life: VatLife, { gen, end, seq, at }: Extract<LifeEvent, { kind: 'exit' }>): Step {
  const { slot } = life;
  const release: LifeEffect = { kind: 'release', gen, of: 'notice' };
  const saga = life.sagas.find(one => one.gen === gen);
  if (saga?.log.has('retire/started')) return { life, effects: [release] }; // it was expected
  if (saga?.over !== undefined && !isUndoing(saga)) {
    const back = takeBack(life, saga, 'it ended before it took over');
    return { ...back, effects: [release, ...back.effects] };
  }
  if (slot?.gen !== gen || isTerminal(slot)) return { life, effects: [release, { kind: 'count-stale', gen }] };
  return { life: { ...life, slot: { ...slot, state: 'exited', since: at, end: { ...end, seq } } }, effects: [release] };
}

/** A start that was under way has no one to finish it: its pipes ended with its node. So it is taken back, from wherever it was. */
function recover(life: VatLife, { executor }: Extract<LifeEvent, { kind: 'recover' }>): Step {
  let after = withOrphan(life);
  const effects: LifeEffect[] = [];
  for (const saga of after.sagas) {
    if (saga.executor === executor) continue;
    const adopted: Saga = { ...saga, executor };
    const { gen, tag } = saga;
    if (saga.log.has('charge/undo_started')) {
      after = replaced(after, adopted);
      effects.push({ kind: 'release', gen, of: 'saga' });
    } else {
      after = noted(after, adopted, [['spawn/undo_started', '']]);
      effects.push({ kind: 'end', gen, tag, process: processOf(saga), of: 'saga' });
    }
  }
  return { life: after, effects };
}

/** A worker that ran when its host ended is taken back like a start that was complete. */
function withOrphan(life: VatLife): VatLife {
  const { slot } = life;
  if (slot?.state !== 'running' || life.sagas.some(({ gen }) => gen === slot.gen)) return life;
  const { gen, process } = slot;
  assert(process, `${life.vat} runs without a process`);
  const log = new Map<SagaEntry, string>([['charge/succeeded', ''], ['spawn/succeeded', JSON.stringify(process)]]);
  return { ...life, sagas: [...life.sagas, { gen, executor: 0, tag: process.tag, log }] };
}

export function isUndoing({ log }: Saga): boolean {
  return log.has('spawn/undo_started') || log.has('charge/undo_started');
}

function noted(life: VatLife, saga: Saga, entries: readonly (readonly [SagaEntry, string])[]): VatLife {
  return replaced(life, { ...saga, log: new Map([...saga.log, ...entries]) });
}

function replaced(life: VatLife, saga: Saga): VatLife {
  return { ...life, sagas: life.sagas.map(one => (one.gen === saga.gen ? saga : one)) };
}

function without(life: VatLife, saga: Saga): VatLife {
  return { ...life, sagas: life.sagas.filter(({ gen }) => gen !== saga.gen) };
}
