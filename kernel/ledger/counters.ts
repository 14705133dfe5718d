/**
 * The one place that writes counters. A counter changes if and only if a row changes, in the same write, in every collection
 * above the row, by exactly the row's difference. No operation takes an amount to subtract, and nothing is clamped.
 */
import { pathOf, type Inside, type PathEntry } from './inside.js';
import { amountMax, LedgerBroken, type Obstacle, type Row, type Shortfall } from './types.js';

/** A row and its key. */
export type Keyed = { readonly key: string; readonly row: Row };

/**
 * Puts `after` in the place of `before`: rows of one leaf that stand there now, and rows that then do. Undefined when it is
 * done; otherwise nothing is written. `never-refused`: no limit, closing or fault is in the way.
 */
export function mutate<D extends string>(inside: Inside<D>, before: readonly Keyed[], after: readonly Keyed[], how: 'checked' | 'never-refused' = 'checked'): Obstacle<D> | undefined {
  const leaf = (before[0] ?? after[0])?.row.leaf ?? '';
  const delta = differenceOf(inside, before, after);
  const path = pathOf(inside, leaf);
  if (path.length === 0) return { kind: 'closing', collection: leaf };
  if (how === 'checked' && grows(delta)) {
    const obstacle = obstacleTo(inside, path, delta);
    if (obstacle) return obstacle;
  }
  moveCounters(inside, path, delta);
  writeRows(inside, before, after);
  return undefined;
}

function differenceOf<D extends string>({ spec }: Inside<D>, before: readonly Keyed[], after: readonly Keyed[]): readonly bigint[] {
  const [to] = after;
  if (before.length === 0 && after.length === 1) return (to as Keyed).row.amounts;
  const delta = spec.dimensions.map(() => 0n);
  for (const { row } of after) for (let index = 0; index < delta.length; index += 1) if (row.amounts[index] !== 0n) delta[index] = (delta[index] as bigint) + (row.amounts[index] as bigint);
  for (const { row } of before) for (let index = 0; index < delta.length; index += 1) if (row.amounts[index] !== 0n) delta[index] = (delta[index] as bigint) - (row.amounts[index] as bigint);
  return delta;
}

function grows(delta: readonly bigint[]): boolean {
  for (const amount of delta) if (amount > 0n) return true;
  return false;
}

/** What keeps the counters of the path from growing by the positive parts of `delta`. */
export function obstacleTo<D extends string>(inside: Inside<D>, path: readonly PathEntry[], delta: readonly bigint[]): Obstacle<D> | undefined {
  for (const { id, collection } of path) {
    if (collection.status !== 'open') return { kind: 'closing', collection: id };
    if (collection.isFaulty) return { kind: 'fault', collection: id };
  }
  let shortfalls: Shortfall<D>[] | undefined;
  for (const entry of path) {
    for (let index = 0; index < delta.length; index += 1) {
      const shortfall = (delta[index] as bigint) > 0n ? shortfallOf(inside, entry, index, delta[index] as bigint) : undefined;
      if (shortfall) (shortfalls ??= []).push(shortfall);
    }
  }
  return shortfalls && { kind: 'refused', shortfalls };
}

function shortfallOf<D extends string>(inside: Inside<D>, entry: PathEntry, index: number, needs: bigint): Shortfall<D> | undefined {
  const { spec } = inside;
  const limit = limitAt(inside, entry, index);
  const dimension = spec.dimensions[index] as D;
  const held = entry.used[index] ?? 0n;
  if (held + needs > (limit ?? amountMax)) return { collection: entry.id, level: entry.collection.kind, dimension, needs, used: held, limit };
  const gate = spec.gates?.[dimension];
  if (gate === undefined) return undefined;
  const gateIndex = spec.dimensions.indexOf(gate);
  const gateLimit = limitAt(inside, entry, gateIndex);
  const atGate = entry.used[gateIndex] ?? 0n;
  return gateLimit !== undefined && atGate >= gateLimit ? { collection: entry.id, level: entry.collection.kind, dimension: gate, needs: 1n, used: atGate, limit: gateLimit } : undefined;
}

/** The limit that counts; undefined is none. */
export function limitAt<D extends string>({ spec }: Inside<D>, { id, collection }: Pick<PathEntry, 'id' | 'collection'>, index: number): bigint | undefined {
  const limit = collection.limits[index] ?? 'default';
  if (limit === 'none') return undefined;
  if (typeof limit === 'bigint') return limit;
  const byDefault = spec.defaultLimit(id, collection.kind, spec.dimensions[index] as D);
  if (limit === 'default' || byDefault === undefined) return byDefault;
  const raised = byDefault + limit.aboveDefault;
  return raised < amountMax ? raised : amountMax;
}

/** The counters of a collection, a place for each dimension. */
export function usedBy<D extends string>({ tables, spec }: Inside<D>, id: string): readonly bigint[] {
  return tables.used.get(id) ?? spec.dimensions.map(() => 0n);
}

/** All counters of the path, or none: what they would be is known before the first is written. */
function moveCounters<D extends string>(inside: Inside<D>, path: readonly PathEntry[], delta: readonly bigint[]): void {
  const moved = path.map(entry => movedBy(inside, entry, delta));
  for (let at = 0; at < path.length; at += 1) inside.tables.used.set((path[at] as PathEntry).id, moved[at] as readonly bigint[]);
}

/**
 * Below 0 or above 64 bits is a broken invariant, found before anything is written. Where an audit has found that already, the
 * counter goes on by the same differences, so that what is wrong stays as it was until it is reconciled.
 */
function movedBy<D extends string>(inside: Inside<D>, { id, collection, used: before }: PathEntry, delta: readonly bigint[]): readonly bigint[] {
  const used = before.slice();
  for (let index = 0; index < delta.length; index += 1) {
    const by = delta[index] as bigint;
    if (by === 0n) continue;
    const next = (used[index] ?? 0n) + by;
    if ((next < 0n || next > amountMax) && !collection.isFaulty) throw new LedgerBroken(`${inside.spec.dimensions[index]} of ${id} would be ${next}`);
    used[index] = next;
  }
  return used;
}

function writeRows<D extends string>({ tables }: Inside<D>, before: readonly Keyed[], after: readonly Keyed[]): void {
  for (const { key, row } of before) {
    if (after.some(other => other.key === key)) continue;
    tables.rows.delete(key);
    tables.rowsOf.delete(row.leaf, key);
  }
  for (const { key, row } of after) {
    tables.rows.set(key, row);
    if (!before.some(other => other.key === key)) tables.rowsOf.add(row.leaf, key);
  }
  if (before.length !== after.length) tables.counts.set('rows', (tables.counts.get('rows') ?? 0) + after.length - before.length);
}

/** A subtree's own counters leave the ancestors it had and enter those it gets; what both have stays as it was. */
export function moveSubtree<D extends string>(inside: Inside<D>, id: string, leaves: readonly PathEntry[], enters: readonly PathEntry[]): Obstacle<D> | undefined {
  const used = usedBy(inside, id);
  const obstacle = obstacleTo(inside, enters, used);
  if (obstacle) return obstacle;
  const out = leaves.map(entry => ({ id: entry.id, used: movedBy(inside, entry, used.map(amount => -amount)) }));
  const into = enters.map(entry => ({ id: entry.id, used: movedBy(inside, entry, used) }));
  for (const { id: moved, used: next } of [...out, ...into]) inside.tables.used.set(moved, next);
  return undefined;
}

/** A new collection has nothing; one that goes must have nothing. Of one that an audit found faulty, which has no row any more, nothing is the truth. */
export function startCounters<D extends string>({ tables, spec }: Inside<D>, id: string): void {
  tables.used.set(id, spec.dimensions.map(() => 0n));
}
export function endCounters<D extends string>(inside: Inside<D>, id: string): void {
  const left = usedBy(inside, id).findIndex(amount => amount !== 0n);
  if (left >= 0 && inside.tables.collections.get(id)?.isFaulty !== true) throw new LedgerBroken(`${id} goes with ${usedBy(inside, id)[left]} of ${inside.spec.dimensions[left]}, and without a row`);
  inside.tables.used.delete(id);
}

/** After a fault: the counters become what the rows below say. Answers what they were. */
export function setToRows<D extends string>(inside: Inside<D>, id: string, counted: readonly bigint[]): readonly bigint[] {
  const was = usedBy(inside, id);
  inside.tables.used.set(id, [...counted]);
  return was;
}
