/** Every state that the model can come to, breadth first: so the first history that breaks an invariant is a shortest one. */
import { faultsOf, type Fault } from './invariants.js';
import { SagaModel } from './model.js';
import type { Rule } from './rules.js';
import { firstState, keyOf, type Setting, type State } from './state.js';

export type Violation = { readonly fault: Fault; readonly steps: number; readonly history: readonly string[] };

export type Explored = {
  readonly states: number;
  readonly transitions: number;
  /** States in which nothing can happen any more. */
  readonly atRest: number;
  readonly violations: readonly Violation[];
};

/** Ends early once so many invariants were seen broken, by default two; where all hold, it takes all states. */
export function explore(setting: Setting, { without, faultsMax = 2 }: { readonly without?: Rule; readonly faultsMax?: number } = {}): Explored {
  const model = new SagaModel(setting, without);
  const [states, parents, labels]: [State[], number[], string[]] = [[], [], []];
  const known = new Set<string>();
  const violations = new Map<Fault, Violation>();
  let transitions = 0;
  let atRest = 0;
  const add = (state: State, parent: number, label: string): void => {
    const key = keyOf(state);
    if (known.has(key)) return;
    known.add(key);
    states.push(state);
    parents.push(parent);
    labels.push(label);
  };
  const historyOf = (index: number): string[] => {
    const history: string[] = [];
    for (let one = index; one > 0; one = parents[one] as number) history.unshift(labels[one] as string);
    return history;
  };
  add(firstState(setting), -1, '');
  for (let index = 0; index < states.length && violations.size < faultsMax; index += 1) {
    const state = states[index] as State;
    const before = transitions;
    model.successors(state, (label, after) => {
      transitions += 1;
      add(after, index, label);
    });
    const isAtRest = transitions === before;
    atRest += Number(isAtRest);
    for (const fault of faultsOf(model, state, isAtRest, without === 'attemptIsKey')) {
      if (violations.has(fault)) continue;
      const history = historyOf(index);
      violations.set(fault, { fault, steps: history.length, history });
    }
  }
  return { states: states.length, transitions, atRest, violations: [...violations.values()] };
}
