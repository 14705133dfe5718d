/**
 * The start of workers as the specification has it, ALLOC → CLAIM → CHARGE → SPAWN → READY, and the hand-over at a heap
 * snapshot, CHARGE → SPAWN → READY → RETIRE: whatever can happen next in a state. A crash of the host forgets what was done
 * and not logged, and a decision to fail that was not; processes, and messages under way, outlive it. Any process may die at any time, and the next
 * attempt may begin whenever its slot allows, whatever earlier ones still do.
 */
import { makeLedger, type Ledger } from './ledger.js';
import type { Rule } from './rules.js';
import { at, attemptAt, isTerminal, life, node, nodes, ofAttempt, ofVat, slot, vatAt, vatsOf, type Setting, type State } from './state.js';

/** Takes each successor: what happened, and the state then. */
export type Visit = (what: string, state: State) => void;

const nodeNames = ['CLAIM', 'CHARGE', 'SPAWN', 'READY'];
const { claim, retire, charge, spawn, ready, process: proc, fence, notices, lateSpawn, lateCharge, begun } = ofAttempt;

/** What the steps of one attempt need to know of it. */
type Place = {
  readonly index: number;
  readonly gen: number;
  /** Its first byte, and that of its vat. */
  readonly own: number;
  readonly vat: number;
  /** Nodes in their order, and those that are undone, last first. */
  readonly order: readonly number[];
  readonly undo: readonly number[];
  readonly takesOver: boolean;
  /** Earlier attempts of the same vat. */
  readonly earlier: readonly { readonly index: number; readonly own: number; readonly gen: number }[];
};

export class SagaModel {
  readonly setting: Setting;
  readonly #without: Rule | undefined;
  readonly #ledger: Ledger;
  readonly #places: readonly Place[];

  constructor(setting: Setting, without?: Rule) {
    this.setting = setting;
    this.#without = without;
    this.#ledger = makeLedger(setting, without);
    this.#places = setting.attempts.map((attempt, index) => {
      const takesOver = attempt.takesOver === true;
      const usual = without === 'claimFirst' ? [charge, claim, spawn, ready] : [claim, charge, spawn, ready];
      const order = takesOver ? [charge, spawn, ready, retire] : usual;
      const undone = takesOver ? [spawn, charge] : [...order].reverse().filter(one => one !== ready);
      const earlier = setting.attempts.flatMap((other, at) => (at < index && other.vat === attempt.vat ? [{ index: at, own: attemptAt(setting, at), gen: at + 1 }] : []));
      return {
        index, gen: index + 1, own: attemptAt(setting, index), vat: vatAt(attempt.vat), order, takesOver, earlier,
        undo: without === 'releaseAfterDeath' ? [...undone].sort((a, b) => Number(b === charge) - Number(a === charge)) : undone,
      };
    });
  }

  successors(state: State, visit: Visit): void {
    for (const place of this.#places) {
      if (state[place.own + begun] === 0) this.#begin(state, place, visit);
      else {
        this.#saga(state, place, visit);
        this.#world(state, place, visit);
      }
    }
    this.#crash(state, visit);
    this.#resize(state, visit);
  }

  #begin(state: State, { own, vat, gen, takesOver, earlier }: Place, visit: Visit): void {
    if (earlier.some(other => state[other.own + begun] === 0)) return;
    const isDue = takesOver ? state[vat + ofVat.state] === slot.running : isTerminal(state[vat + ofVat.state]);
    if (isDue) visit(`attempt ${gen} begins`, changed(state, own + begun, 1));
  }

  #saga(state: State, place: Place, visit: Visit): void {
    const { own, order, gen } = place;
    const failed = order.findIndex(one => state[own + one] === node.failed);
    if (failed >= 0) return this.#unwind(state, place, failed, visit);
    const next = order.find(one => state[own + one] !== node.ok);
    if (next === undefined) return;
    const say = (what: string): string => `${what} ${nameOf(place, next)} of ${gen}`;
    switch (state[own + next]) {
      case node.none:
        return visit(say('log the start of'), changed(state, own + next, node.started));
      case node.started:
        return this.#do(state, place, next, visit);
      case node.effect:
        return visit(say('log the success of'), changed(state, own + next, node.ok));
      case node.failing: {
        const after = changed(state, own + next, node.failed);
        this.#exclude(after, place, next);
        return visit(say('log the failure of'), after);
      }
      default:
        throw new Error(`${say('')} is in state ${state[own + next]}`);
    }
  }

  /** Of a node that fails: it must have had no effect, and must have none later. */
  #exclude(state: State, place: Place, failing: number): void {
    if (failing === charge) this.#ledger.release(state, place.index);
    if (failing === spawn) end(state, place.own);
  }

  #unwind(state: State, { own, index, vat, gen, order, undo }: Place, failed: number, visit: Visit): void {
    const next = undo.find(one => order.indexOf(one) < failed && state[own + one] !== node.undone);
    if (next === undefined) return;
    const what = `${nodeNames[next]} of ${gen}`;
    if (state[own + next] === node.undoing) return visit(`log the undo of ${what}`, changed(state, own + next, node.undone));
    const after = changed(state, own + next, node.undoing);
    if (next === charge) this.#ledger.release(after, index);
    else if (next === spawn) end(after, own);
    else if (!isTerminal(after[vat + ofVat.state]) && (after[vat + ofVat.gen] === gen || this.#without === 'unclaimCompares')) after[vat + ofVat.state] = slot.unwound;
    visit(`undo ${what}`, after);
  }

  #do(state: State, place: Place, next: number, visit: Visit): void {
    if (next === charge) return this.#charge(state, place, visit);
    if (next === spawn) return this.#spawn(state, place, visit);
    if (next === ready) return place.takesOver ? this.#takeOver(state, place, visit) : this.#ready(state, place, visit);
    return place.takesOver ? this.#retire(state, place, visit) : this.#claim(state, place, visit);
  }

  #claim(state: State, { own, vat, gen }: Place, visit: Visit): void {
    const holder = state[vat + ofVat.gen] as number;
    const isFree = isTerminal(state[vat + ofVat.state]);
    if (isFree ? gen <= holder : holder !== gen) return visit(`CLAIM of ${gen} is refused`, changed(state, own + claim, node.failing));
    const after = changed(state, own + claim, node.effect);
    after[vat + ofVat.gen] = gen;
    if (isFree) after[vat + ofVat.state] = slot.starting;
    visit(`CLAIM of ${gen}`, after);
  }

  #charge(state: State, { index, own, gen }: Place, visit: Visit): void {
    const after = changed(state, own + charge, node.effect);
    const result = this.#ledger.charge(after, index);
    if (result === 'stale' || result === 'refused') after[own + charge] = node.failing;
    visit(`CHARGE of ${gen}: ${result}`, after);
    this.#giveUp(state, own, charge, lateCharge, `CHARGE of ${gen} is given up, and under way`, visit);
  }

  #spawn(state: State, { own, gen }: Place, visit: Visit): void {
    if (this.#isFenced(state, own) || state[own + proc] === life.dead) visit(`SPAWN of ${gen} is refused, or its process has ended`, changed(state, own + spawn, node.failing));
    else visit(`SPAWN of ${gen}`, changed(changed(state, own + spawn, node.effect), own + proc, life.alive));
    this.#giveUp(state, own, spawn, lateSpawn, `SPAWN of ${gen} is given up, and under way`, visit);
  }

  #isFenced(state: State, own: number): boolean {
    return state[own + fence] === 1 && this.#without !== 'fenceRefuses';
  }

  /** The caller hears nothing and fails the node; what it asked for is still on its way. */
  #giveUp(state: State, own: number, which: number, underWay: number, what: string, visit: Visit): void {
    if (state[at.late] === 0) return;
    const after = changed(state, at.late, (state[at.late] as number) - 1);
    after[own + underWay] = 1;
    after[own + which] = this.#without === 'failExcludes' ? node.failed : node.failing;
    visit(what, after);
  }

  #ready(state: State, { own, vat, gen }: Place, visit: Visit): void {
    if (state[own + proc] === life.alive && state[vat + ofVat.gen] === gen && !isTerminal(state[vat + ofVat.state])) {
      const after = changed(state, own + ready, node.effect);
      after[vat + ofVat.state] = slot.running;
      visit(`READY of ${gen}`, after);
    }
    visit(`the deadline of ${gen}`, changed(state, own + ready, node.failing));
  }

  /** From the worker that runs, by compare-and-set on both generations. What happened is not undone: a run that finds it done goes on. */
  #takeOver(state: State, { own, vat, gen, earlier }: Place, visit: Visit): void {
    const holder = state[vat + ofVat.gen] as number;
    if (holder === gen) return visit(`READY of ${gen} again`, changed(state, own + ready, node.effect));
    if (state[own + proc] === life.alive && state[vat + ofVat.state] === slot.running && earlier.some(other => other.gen === holder)) {
      const after = changed(state, own + ready, node.effect);
      after[vat + ofVat.gen] = gen;
      visit(`${gen} takes over`, after);
    }
    visit(`the deadline of ${gen}`, changed(state, own + ready, node.failing));
  }

  /** Ends the worker before, and gives back its charge, also when it has died meanwhile and its notice is still to come. */
  #retire(state: State, { own, earlier, gen }: Place, visit: Visit): void {
    const after = changed(state, own + retire, node.effect);
    for (const other of earlier) {
      end(after, other.own);
      this.#ledger.release(after, other.index);
    }
    visit(`RETIRE of ${gen}`, after);
  }

  /** What happens whatever a saga does. */
  #world(state: State, place: Place, visit: Visit): void {
    const { own, index, gen } = place;
    if (state[own + proc] === life.alive) {
      const after = state.slice();
      die(after, own);
      visit(`the process of ${gen} dies`, after);
    }
    const waiting = state[own + notices] as number;
    if (waiting > 0) {
      visit(`notice of ${gen}`, this.#noticed(changed(state, own + notices, waiting - 1), place));
      if (state[at.duplicates] !== 0) visit(`notice of ${gen}, to come again`, this.#noticed(changed(state, at.duplicates, (state[at.duplicates] as number) - 1), place));
    }
    if (state[own + lateSpawn] === 1) {
      const after = changed(state, own + lateSpawn, 0);
      if (!this.#isFenced(state, own) && state[own + proc] === life.none) after[own + proc] = life.alive;
      visit(`SPAWN of ${gen} arrives`, after);
    }
    if (state[own + lateCharge] === 1) {
      const after = changed(state, own + lateCharge, 0);
      visit(`CHARGE of ${gen} arrives: ${this.#ledger.charge(after, index)}`, after);
    }
  }

  #noticed(state: State, { index, vat, gen }: Place): State {
    if (this.#without !== 'handlerReleases') this.#ledger.release(state, index);
    const isCurrent = state[vat + ofVat.gen] === gen || this.#without === 'handlerCompares';
    if (isCurrent && !isTerminal(state[vat + ofVat.state])) state[vat + ofVat.state] = slot.exited;
    return state;
  }

  #crash(state: State, visit: Visit): void {
    if (state[at.crashes] === 0) return;
    const after = changed(state, at.crashes, (state[at.crashes] as number) - 1);
    for (const { own } of this.#places) {
      for (const one of nodes) {
        const status = after[own + one];
        if (status === node.effect || status === node.failing) after[own + one] = node.started;
        else if (status === node.undoing) after[own + one] = node.ok;
      }
    }
    visit('the host crashes', after);
  }

  #resize(state: State, visit: Visit): void {
    if (state[at.resizes] === 0) return;
    for (let vat = 0; vat < vatsOf(this.setting); vat += 1) {
      const size = vatAt(vat) + ofVat.size;
      visit(`vat ${vat} is resized`, changed(changed(state, at.resizes, (state[at.resizes] as number) - 1), size, state[size] === 1 ? 2 : 1));
    }
  }

  /** Whether every saga that was begun is done or unwound. */
  isOver(state: State): boolean {
    return this.#places.every(({ own, order, undo }) => {
      if (state[own + begun] === 0) return true;
      const failed = order.findIndex(one => state[own + one] === node.failed);
      if (failed < 0) return order.every(one => state[own + one] === node.ok);
      return undo.every(one => order.indexOf(one) >= failed || state[own + one] === node.undone);
    });
  }
}

const nameOf = ({ takesOver }: Place, which: number): string => (takesOver && which === retire ? 'RETIRE' : (nodeNames[which] as string));

function changed(state: State, place: number, to: number): State {
  const after = state.slice();
  after[place] = to;
  return after;
}

function die(state: State, own: number): void {
  state[own + proc] = life.dead;
  state[own + notices] = (state[own + notices] as number) + 1;
}

/** Fences the attempt and ends its process, if there is one. */
function end(state: State, own: number): void {
  state[own + fence] = 1;
  if (state[own + proc] === life.alive) die(state, own);
}

