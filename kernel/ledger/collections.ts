/** Operations on collections: they open, get limits, move to another parent, and close. */
import { endCounters, limitAt, moveSubtree, obstacleTo, startCounters, usedBy } from './counters.js';
import { insideOf, pathOf, type Inside, type Ledger, type PathEntry } from './inside.js';
import { amountMax, LedgerBroken, stale, type CloseResult, type Collection, type Limit, type LimitResult, type MoveResult, type OpenResult } from './types.js';

/** A collection of the next level below `parent`, which is empty for the root. Ids have no slash, and are not used again for another thing. */
export function openCollection<D extends string>(ledger: Ledger<D>, id: string, parent: string): OpenResult {
  const inside = insideOf(ledger);
  const { tables, spec } = inside;
  if (tables.collections.get(id)) return { kind: 'already' };
  const above = parent === '' ? [] : pathOf(inside, parent);
  if (parent !== '' && above.length === 0) return { kind: 'closing', collection: parent };
  const closing = above.find(({ collection }) => collection.status !== 'open');
  if (closing) return { kind: 'closing', collection: closing.id };
  const kind = spec.levels[above.length];
  if (kind === undefined) throw new LedgerBroken(`${id} would lie deeper than the ledger`);
  const places = spec.dimensions.map(() => '');
  tables.collections.set(id, { kind, parent, epoch: 0, status: 'open', limits: places.map((): Limit => 'default'), limitGen: 0, notes: places, isFaulty: false });
  if (parent !== '') tables.children.add(parent, id);
  startCounters(inside, id);
  countCollections(inside, 1);
  return { kind: 'opened' };
}

/** Changes one limit, if it is still the one that was seen: `limitGen` counts all changes of the collection's limits. Authority is the caller's business. */
export function setLimit<D extends string>(ledger: Ledger<D>, id: string, dimension: D, limit: Limit, limitGen: number, note: string): LimitResult {
  const inside = insideOf(ledger);
  const { tables, spec } = inside;
  const collection = tables.collections.get(id);
  if (collection?.limitGen !== limitGen) return { kind: 'stale', limitGen: collection?.limitGen };
  const amount = typeof limit === 'object' ? limit.aboveDefault : typeof limit === 'bigint' ? limit : 0n;
  if (amount < 0n || amount > amountMax) throw new LedgerBroken(`${amount} is no limit of a ledger`);
  const index = spec.dimensions.indexOf(dimension);
  const next: Collection = { ...collection, limits: with_(collection.limits, index, limit), notes: with_(collection.notes, index, note), limitGen: limitGen + 1 };
  tables.collections.set(id, next);
  const effective = limitAt(inside, { id, collection: next }, index);
  const used = usedBy(inside, id)[index] as bigint;
  const over = effective !== undefined && used > effective ? used - effective : 0n;
  return over > 0n ? { kind: 'set-over', by: over, limitGen: limitGen + 1 } : { kind: 'set', limitGen: limitGen + 1 };
}

const with_ = <T>(list: readonly T[], at: number, value: T): readonly T[] => list.map((old, index) => (index === at ? value : old));

/** What an owner offers, or the one who is to have it accepts: for one epoch of the collection, so that an old word does not count again. */
export type Consent = { readonly to: string; readonly epoch: number };

/** Moves a collection with all below it to another parent of the same level: when it was offered and accepted, and fits there. */
export function transfer<D extends string>(ledger: Ledger<D>, id: string, to: string, epoch: number, consents: { readonly offered?: Consent; readonly accepted?: Consent }): MoveResult<D> {
  const inside = insideOf(ledger);
  const { tables } = inside;
  const collection = tables.collections.get(id);
  if (collection?.epoch !== epoch) return stale;
  for (const consent of [consents.offered, consents.accepted]) {
    if (!consent || consent.to !== to) return { kind: 'not-accepted' };
    if (consent.epoch !== epoch) return stale;
  }
  const path = pathOf(inside, id);
  const above = pathOf(inside, to);
  if (above.length !== path.length - 1) return { kind: 'closing', collection: to };
  if (collection.parent === to) return stale;
  const obstacle = obstacleTo(inside, [...path, ...above], []);
  if (obstacle) return obstacle;
  const without = (entries: readonly PathEntry[], others: readonly PathEntry[]): PathEntry[] => entries.filter(entry => !others.some(other => other.id === entry.id));
  const refused = moveSubtree(inside, id, without(path.slice(1), above), without(above, path));
  if (refused) return refused;
  tables.collections.set(id, { ...collection, parent: to, epoch: epoch + 1 });
  tables.children.delete(collection.parent, id);
  tables.children.add(to, id);
  return { kind: 'moved', epoch: epoch + 1 };
}

const outstandingMax = 10;

/** Nothing more enters it from now on; with nothing in it, it is gone. To be asked again when what is outstanding has ended. */
export function closeCollection<D extends string>(ledger: Ledger<D>, id: string): CloseResult {
  const inside = insideOf(ledger);
  const { tables } = inside;
  const collection = tables.collections.get(id);
  if (!collection) return { kind: 'gone' };
  if (collection.parent === '') throw new LedgerBroken('the root of a ledger is not closed');
  const outstanding = outstandingBelow(inside, id);
  if (outstanding.length > 0) {
    if (collection.status === 'open') tables.collections.set(id, { ...collection, status: 'closing' });
    return { kind: 'outstanding', first: outstanding.slice(0, outstandingMax), count: outstanding.length };
  }
  endCounters(inside, id);
  tables.collections.delete(id);
  tables.children.delete(collection.parent, id);
  countCollections(inside, -1);
  return { kind: 'gone' };
}

/** Takes away a collection that holds nothing and would be the same if it were opened anew; answers whether it is gone. The root stays. */
export function closeUnused<D extends string>(ledger: Ledger<D>, id: string): boolean {
  const inside = insideOf(ledger);
  const { tables } = inside;
  const collection = tables.collections.get(id);
  if (!collection) return true;
  const { parent, epoch, status, limitGen, isFaulty } = collection;
  if (parent === '' || epoch !== 0 || status !== 'open' || limitGen !== 0 || isFaulty) return false;
  const isEmpty = usedBy(inside, id).every(used => used === 0n) && isNone(tables.rowsOf.of(id)) && isNone(tables.children.of(id));
  return isEmpty && closeCollection(ledger, id).kind === 'gone';
}

function isNone(names: Iterable<string>): boolean {
  for (const _ of names) return false;
  return true;
}

function countCollections<D extends string>({ tables }: Inside<D>, by: 1 | -1): void {
  tables.counts.set('collections', (tables.counts.get('collections') ?? 0) + by);
}

/** Tokens of rows and ids of collections, from the top down. */
function outstandingBelow<D extends string>(inside: Inside<D>, id: string): string[] {
  const found = [...inside.tables.rowsOf.of(id)];
  for (const child of inside.tables.children.of(id)) found.push(child, ...outstandingBelow(inside, child));
  return found;
}
