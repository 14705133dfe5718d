/** Finds txs and blocks by a query, over the index rows of the block store. */
import { heightText, attributePrefix, placeAtEnd, placeText, valuePrefix, type Indexed, type Place } from './store-keys.js';
import { withPrefix, type BlockStore, type Range } from './block-store.js';
import { valueMeets, type Condition, type Query } from './query.js';

type Found = Map<string, Place>;
export type Order = 'asc' | 'desc';

/**
 * Places of all txs or blocks up to height `tip` that meet every condition, in the order asked for. Conditions on
 * tx.hash, tx.height and block.height are answered from the store's own rows, all others from indexed events.
 */
export async function search(store: BlockStore, kind: Indexed, query: Query, tip: bigint, order: Order): Promise<Place[]> {
  const heightKey = kind === 'tx' ? 'tx.height' : 'block.height';
  const onHeight = query.conditions.filter(({ key }) => key === heightKey);
  const others = query.conditions.filter(({ key }) => key !== heightKey);
  let found: Found | undefined;
  for (const condition of others) {
    const matching = await placesMeeting(store, kind, condition);
    found = found ? intersection(found, matching) : matching;
    if (found.size === 0) return [];
  }
  found ??= await placesInRange(store, kind, heightRange(onHeight, tip));
  const places = [...found.values()].filter(({ height }) =>
    height <= tip && height >= store.base && onHeight.every(condition => valueMeets(String(height), condition)));
  places.sort(byPlace);
  return order === 'desc' ? places.reverse() : places;
}

function byPlace(a: Place, b: Place): number {
  if (a.height !== b.height) return a.height < b.height ? -1 : 1;
  return a.index - b.index;
}

function intersection(a: Found, b: Found): Found {
  return new Map([...a].filter(([key]) => b.has(key)));
}

async function placesMeeting(store: BlockStore, kind: Indexed, condition: Condition): Promise<Found> {
  if (kind === 'tx' && condition.key === 'tx.hash') return placesOfHash(store, condition);
  const { operator, operand } = condition;
  const exact = operator === '=' && operand?.kind === 'text';
  const range = withPrefix(exact ? valuePrefix(kind, condition.key, operand.text) : attributePrefix(kind, condition.key));
  const found: Found = new Map();
  for await (const [key, value] of store.rows(range)) {
    if (valueMeets(Buffer.from(value).toString('utf8'), condition)) add(found, kind, placeAtEnd(kind, key));
  }
  return found;
}

async function placesOfHash(store: BlockStore, { operator, operand }: Condition): Promise<Found> {
  const found: Found = new Map();
  if (operator !== '=' || operand?.kind === 'time' || !operand || !/^[0-9a-fA-F]{64}$/.test(operand.text)) return found;
  const place = await store.placeOfTx(Buffer.from(operand.text, 'hex'));
  if (place) add(found, 'tx', place);
  return found;
}

async function placesInRange(store: BlockStore, kind: Indexed, { from, to }: { from: bigint; to: bigint }): Promise<Found> {
  const found: Found = new Map();
  if (from > to) return found;
  const letter = kind === 'tx' ? 'i' : 'm';
  const range: Range = { gte: `${letter}/${heightText(from)}`, lt: `${letter}/${heightText(to + 1n)}` };
  for await (const [key] of store.rows(range)) add(found, kind, placeAtEnd(kind, key));
  return found;
}

/** Bounds that whole-number conditions on the height give; anything finer is decided by valueMeets. */
function heightRange(conditions: readonly Condition[], tip: bigint): { from: bigint; to: bigint } {
  let from = 0n;
  let to = tip;
  for (const { operator, operand } of conditions) {
    if (operand?.kind === 'time' || !operand || !/^\d{1,19}$/.test(operand.text)) continue;
    const value = BigInt(operand.text);
    if (operator !== '<' && operator !== '<=' && operator !== 'CONTAINS' && value > from) from = value;
    if (operator !== '>' && operator !== '>=' && operator !== 'CONTAINS' && value < to) to = value;
  }
  return { from, to };
}

function add(found: Found, kind: Indexed, place: Place): void {
  found.set(placeText(kind, place), place);
}
