/** What must hold in each state of the model, and what at rest: when nothing can happen any more. */
import type { SagaModel } from './model.js';
import { at, attemptAt, counterOffset, life, node, ofAttempt, ofVat, slot, vatAt, vatsOf, type State } from './state.js';

export type Fault = 'counter ≠ rows' | 'counter below zero' | 'over the limit' | 'live worker without row' | 'two rows for one slot' | 'two live workers' | 'leak at rest' | 'slot untrue at rest' | 'saga left open at rest';

type Count = { rows: number; live: number; takeovers: number };

/** All that is wrong with a state. `keyIsVat`: what the rows of a model are named by that lost this rule. */
export function faultsOf(model: SagaModel, state: State, atRest: boolean, keyIsVat: boolean): Fault[] {
  const { setting } = model;
  const faults = new Set<Fault>();
  const counts: Count[] = Array.from({ length: vatsOf(setting) }, () => ({ rows: 0, live: 0, takeovers: 0 }));
  let sum = setting.background ?? 1;
  for (const [index, { vat, takesOver }] of setting.attempts.entries()) {
    const own = attemptAt(setting, index);
    const count = counts[vat] as Count;
    const row = state[own + ofAttempt.row] as number;
    sum += row;
    count.rows += Number(row > 0);
    count.live += Number(state[own + ofAttempt.process] === life.alive);
    if (takesOver === true && isUnderWay(state, own)) count.takeovers += 1;
    if (state[own + ofAttempt.process] === life.alive && row === 0 && !keyIsVat) faults.add('live worker without row');
  }
  const counter = (state[at.counter] as number) - counterOffset;
  if (counter !== sum) faults.add('counter ≠ rows');
  if (counter < 0) faults.add('counter below zero');
  if (setting.limit !== undefined && counter > setting.limit) faults.add('over the limit');
  for (const { rows, live, takeovers } of counts) {
    if (keyIsVat && live > rows) faults.add('live worker without row');
    if (rows > 1 + takeovers) faults.add('two rows for one slot');
    if (live > 1 + takeovers) faults.add('two live workers');
    if (atRest && rows > live) faults.add('leak at rest');
  }
  if (atRest) atRestFaults(model, state, faults);
  return [...faults];
}

/** From its charge until the worker before is gone. */
function isUnderWay(state: State, own: number): boolean {
  return state[own + ofAttempt.begun] === 1 && state[own + ofAttempt.retire] !== node.ok;
}

function atRestFaults(model: SagaModel, state: State, faults: Set<Fault>): void {
  const { setting } = model;
  if (!model.isOver(state)) faults.add('saga left open at rest');
  for (let vat = 0; vat < vatsOf(setting); vat += 1) {
    const [gen, slotState] = [state[vatAt(vat) + ofVat.gen] as number, state[vatAt(vat) + ofVat.state]];
    const lives = gen > 0 && state[attemptAt(setting, gen - 1) + ofAttempt.process] === life.alive;
    if (slotState === slot.starting || (slotState === slot.running) !== lives) faults.add('slot untrue at rest');
  }
}
