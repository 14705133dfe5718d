/**
 * All histories of one vat's workers, within bounds: two attempts, one crash of the host, one death, one refusal, one notice
 * that comes twice, one failed start, and hand-overs from one worker to the next. The transitions are the host's own; around them is a model of processes and of a ledger.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ProcessId, VatLife } from '../../../kernel/vat/life/life.js';
import { isTerminal } from '../../../kernel/vat/life/life.js';
import { livesOf, rowsOf } from '../../../kernel/vat/life/rows.js';
import { advance, type LifeEffect, type LifeEvent } from '../../../kernel/vat/life/transitions.js';

type Budget = { readonly attempts: number; readonly crashes: number; readonly deaths: number; readonly refusals: number; readonly failures: number; readonly duplicates: number; readonly handOvers?: number };

type World = {
  readonly life: VatLife;
  readonly executor: number;
  /** Effects and messages under way, lost in a crash. */
  readonly pending: readonly (LifeEffect | LifeEvent)[];
  /** Generations of processes that run. */
  readonly alive: readonly number[];
  /** The ledger: what is charged, what was, and what never can be any more. */
  readonly charged: readonly number[];
  readonly spent: readonly number[];
  readonly left: Budget;
  readonly rule: typeof advance;
  readonly attempts: number;
};

const at = 'now';
const processOfGen = (gen: number): ProcessId => ({ pid: 1000 + gen, startTime: 'then', tag: `tag ${gen}` });
const isEvent = (one: LifeEffect | LifeEvent): one is LifeEvent => !['charge', 'spawn', 'greet', 'end', 'release', 'tell', 'count-stale'].includes(one.kind);

function happen(world: World, event: LifeEvent): World {
  const { life, effects } = world.rule(world.life, event);
  let after: World = { ...world, life };
  for (const effect of effects) {
    if (effect.kind === 'release' && effect.of === 'notice') after = release(after, effect.gen); // in the same write
    else if (effect.kind !== 'tell' && effect.kind !== 'count-stale') after = { ...after, pending: [...after.pending, effect] };
  }
  return after;
}

function release(world: World, gen: number): World {
  return { ...world, charged: world.charged.filter(one => one !== gen), spent: world.spent.includes(gen) ? world.spent : [...world.spent, gen].sort((a, b) => a - b) };
}

const spend = (world: World, what: keyof Budget): World => ({ ...world, left: { ...world.left, [what]: (world.left[what] ?? 0) - 1 } });
const add = (world: World, ...more: readonly LifeEvent[]): World => ({ ...world, pending: [...world.pending, ...more] });
const notice = (gen: number): LifeEvent => ({ kind: 'exit', gen, end: { code: null, signal: 'SIGKILL' }, seq: 1, at });

/** What the host may do with one thing that is under way. */
function* outcomes(world: World, one: LifeEffect | LifeEvent): Iterable<World> {
  if (isEvent(one)) return yield happen(world, one);
  const { gen } = one;
  switch (one.kind) {
    case 'charge':
      if (world.left.refusals > 0) yield happen(spend(world, 'refusals'), { kind: 'refused', gen, why: 'no room' });
      assert.ok(!world.spent.includes(gen), `generation ${gen} is charged after its release`);
      return yield happen({ ...world, charged: [...world.charged, gen] }, { kind: 'charged', gen });
    case 'spawn':
      if (world.left.failures > 0) yield happen(spend(world, 'failures'), { kind: 'not-spawned', gen, why: 'no fork' });
      return yield add({ ...world, alive: [...world.alive, gen] }, { kind: 'spawned', gen, process: processOfGen(gen) });
    case 'greet':
      if (world.left.failures > 0) yield happen(spend(world, 'failures'), { kind: 'not-ready', gen, why: 'deadline' });
      if (!world.alive.includes(gen)) return yield happen(world, { kind: 'not-ready', gen, why: 'gone' });
      return yield happen(world, { kind: 'ready', gen, at });
    case 'end': {
      const isChild = world.alive.includes(gen) && world.executor === 1;
      const after = { ...world, alive: world.alive.filter(alive => alive !== gen) };
      return yield add(happen(after, { kind: 'gone', gen }), ...(isChild ? [notice(gen)] : []));
    }
    case 'release':
      return yield happen(release(world, gen), { kind: 'released', gen, at });
    case 'tell':
    case 'count-stale': // done at once, by happen
  }
}

function* successors(world: World): Iterable<World> {
  const { left } = world;
  for (const [index, one] of world.pending.entries()) {
    const without = { ...world, pending: world.pending.filter((_, other) => other !== index) };
    yield* outcomes(without, one);
    if (left.duplicates > 0 && isEvent(one) && one.kind === 'exit') yield happen(spend(world, 'duplicates'), one);
  }
  if (left.attempts > 0) {
    const gen = world.attempts + 1 - left.attempts;
    yield happen(spend(world, 'attempts'), { kind: 'begin', gen, executor: world.executor, tag: `tag ${gen}`, at });
    if ((left.handOvers ?? 0) > 0 && world.life.slot?.state === 'running') yield happen({ ...spend(world, 'attempts'), left: { ...left, attempts: left.attempts - 1, handOvers: (left.handOvers ?? 0) - 1 } }, { kind: 'begin', gen, executor: world.executor, tag: `tag ${gen}`, at, takesOver: true });
  }
  if (left.deaths > 0) {
    for (const gen of world.alive) {
      const dead = spend({ ...world, alive: world.alive.filter(alive => alive !== gen) }, 'deaths');
      yield add(dead, notice(gen));
    }
  }
  if (left.crashes > 0) {
    const [life] = livesOf(rowsOf(world.life)).values();
    const executor = world.executor + 1;
    const restarted = spend({ ...world, life: life ?? { vat: 'v1', sagas: [] }, executor, pending: [] }, 'crashes');
    yield happen(restarted, { kind: 'recover', executor, at });
  }
}

function check(world: World): void {
  const { life, alive, charged } = world;
  const overlaps = life.sagas.some(({ over, log }) => over !== undefined || log.has('retire/started'));
  assert.ok(alive.length <= (overlaps ? 2 : 1), 'two processes run for one vat');
  for (const gen of alive) {
    assert.ok(life.sagas.some(saga => saga.gen === gen) || (life.slot?.gen === gen && life.slot.state === 'running'), `a process of generation ${gen} runs and no row says so`);
    assert.ok(charged.includes(gen), `a process of generation ${gen} runs and is not charged`);
  }
  assert.equal(new Set(charged).size, charged.length, 'one attempt is charged twice');
  if (world.pending.length > 0) return;
  assert.deepEqual(life.sagas, [], 'a saga never ends');
  const running = life.slot?.state === 'running' ? [life.slot.gen] : [];
  assert.deepEqual([...charged].sort((a, b) => a - b), alive, 'at rest, what is charged is what runs');
  assert.deepEqual(alive, running, 'at rest, the slot says what runs');
  if (running.length === 0) assert.ok(isTerminal(life.slot));
}

const keyOf = (world: World): string => JSON.stringify({ ...world, rule: undefined, life: [...rowsOf(world.life)], pending: world.pending.map(one => JSON.stringify(one)).sort() });

/** How many states there are. Throws at the first that breaks an invariant. */
function explore(left: Budget, rule: typeof advance = advance): number {
  const first: World = { life: { vat: 'v1', sagas: [] }, executor: 1, pending: [], alive: [], charged: [], spent: [], left, rule, attempts: left.attempts };
  const seen = new Set([keyOf(first)]);
  for (let edge = [first]; edge.length > 0;) {
    const next: World[] = [];
    for (const world of edge) {
      for (const after of successors(world)) {
        const key = keyOf(after);
        if (seen.has(key)) continue;
        seen.add(key);
        check(after);
        next.push(after);
      }
    }
    edge = next;
  }
  return seen.size;
}

const usual: Budget = { attempts: 2, crashes: 1, deaths: 1, refusals: 1, failures: 1, duplicates: 1 };

test('every history of two attempts with a crash, a death, a failure, a refusal and a notice twice keeps one process a slot, and ends', () => {
  assert.ok(explore(usual) > 2_000);
});

test('so does every one of three attempts, and of a host that crashes while it recovers', () => {
  assert.ok(explore({ ...usual, attempts: 3 }) > 5_000);
  assert.ok(explore({ ...usual, crashes: 3, deaths: 0 }) > 500);
});

test('so does every one with a hand-over, which may be the second attempt, fail, lose either worker, or be cut off by a crash', () => {
  assert.ok(explore({ ...usual, handOvers: 1 }) > 2_500);
  assert.ok(explore({ ...usual, attempts: 3, handOvers: 2, refusals: 0 }) > 5_000);
});

test('the exploration finds a hand-over that does not compare, and one that forgets the worker before', () => {
  const always: typeof advance = (life, event) => {
    const saga = event.kind === 'ready' ? life.sagas.find(({ gen, over }) => gen === event.gen && over !== undefined) : undefined;
    if (!saga || !life.slot) return advance(life, event);
    return advance({ ...life, slot: { ...life.slot, gen: saga.over as number, state: 'running', process: processOfGen(saga.over as number) } }, event);
  };
  const forgets: typeof advance = (life, event) => {
    const { life: after, effects } = advance(life, event);
    return event.kind === 'ready' ? { life: { ...after, sagas: after.sagas.filter(({ log }) => !log.has('retire/started')) }, effects: effects.filter(({ kind }) => kind !== 'end') } : { life: after, effects };
  };
  assert.throws(() => explore({ ...usual, handOvers: 1 }, forgets), assert.AssertionError);
  assert.throws(() => explore({ ...usual, attempts: 3, handOvers: 1 }, always), assert.AssertionError);
});

/** Each takes one rule away. */
const mutants: Readonly<Record<string, typeof advance>> = {
  'a slot that is held can be claimed': (life, event) => {
    if (event.kind !== 'begin' || !life.slot) return advance(life, event);
    return advance({ ...life, slot: { ...life.slot, state: 'exited' } }, event);
  },
  'a notice counts for whatever generation is current': (life, event) => advance(life, event.kind === 'exit' ? { ...event, gen: life.slot?.gen ?? event.gen } : event),
  'a charge is given back before its process is gone': (life, event) => {
    const { life: after, effects } = advance(life, event);
    return { life: after, effects: effects.flatMap((effect): LifeEffect[] => (effect.kind === 'end' ? [{ kind: 'release', gen: effect.gen, of: 'notice' } as const, effect] : [effect])) };
  },
  'a start that was cut off has no process': (life, event) => {
    const { life: after, effects } = advance(life, event);
    const cutOff = effects.find(effect => effect.kind === 'end' && effect.process === undefined);
    return cutOff ? advance(after, { kind: 'gone', gen: cutOff.gen }) : { life: after, effects };
  },
  'workers of an earlier host are left alone': (life, event) => (event.kind === 'recover' && life.slot?.state === 'running' ? { life, effects: [] } : advance(life, event)),
  'what is taken back keeps its slot': (life, event) => {
    const { life: after, effects } = advance(life, event);
    return { life: event.kind === 'released' && life.slot ? { ...after, slot: life.slot } : after, effects };
  },
};

for (const [rule, mutant] of Object.entries(mutants)) {
  test(`the exploration finds what goes wrong when ${rule}`, () => {
    assert.throws(() => explore(usual, mutant), assert.AssertionError);
  });
}
