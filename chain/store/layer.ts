import sortedBtree from 'sorted-btree';
import type { BinaryString } from './bytes.js';
import type { Range } from './tree.js';

const BTree = sortedBtree.default;
type Sorted = sortedBtree.default<BinaryString, Write>;

/** A value set, or null for a key deleted. */
export type Write = Uint8Array | null;

const byteOrder = (a: BinaryString, b: BinaryString): number => (a < b ? -1 : a > b ? 1 : 0);

/**
 * The writes of one branch to one store. Reading and writing go by a Map; the sorted form is made at the first
 * iteration and kept up from then on, so that a tx that never iterates does not pay for order.
 */
export class Layer {
  readonly #writes = new Map<BinaryString, Write>();
  #sorted: Sorted | undefined;

  get size(): number {
    return this.#writes.size;
  }

  get(key: BinaryString): Write | undefined {
    return this.#writes.get(key);
  }

  set(key: BinaryString, write: Write): void {
    this.#writes.set(key, write);
    this.#sorted?.set(key, write);
  }

  /** The writes as they are now. Costs O(1) when nothing was written since the last one. */
  snapshot(): WritesInOrder {
    this.#sorted ??= new BTree<BinaryString, Write>([...this.#writes], byteOrder);
    return new WritesInOrder(this.#sorted.clone());
  }

  /** Adds the writes to another layer, and forgets them. */
  moveInto(other: Layer): void {
    for (const [key, write] of this.#writes) other.set(key, write);
    this.#writes.clear();
    this.#sorted = undefined;
  }

  /** Ascending by key. */
  inKeyOrder(): (readonly [BinaryString, Write])[] {
    return [...this.#writes].sort(([a], [b]) => byteOrder(a, b));
  }
}

/** A frozen picture of a layer. */
export class WritesInOrder {
  readonly #sorted: Sorted;

  constructor(sorted: Sorted) {
    this.#sorted = sorted;
  }

  *within({ start, end, direction }: Range): Generator<readonly [BinaryString, Write]> {
    if (direction === 'ascending') {
      for (const entry of this.#sorted.entries(start)) {
        if (end !== undefined && entry[0] >= end) return;
        yield entry;
      }
    } else {
      for (const entry of this.#sorted.entriesReversed(end, undefined, true)) {
        if (start !== undefined && entry[0] < start) return;
        yield entry;
      }
    }
  }
}

/** What lies below, with the writes of a layer over it. Both must come in the given direction. */
export function* overlay(
  below: Iterable<readonly [BinaryString, Uint8Array]>,
  writes: Iterable<readonly [BinaryString, Write]>,
  direction: Range['direction'],
): Generator<readonly [BinaryString, Uint8Array]> {
  const sign = direction === 'ascending' ? 1 : -1;
  const lower = below[Symbol.iterator]();
  const upper = writes[Symbol.iterator]();
  let low = lower.next();
  let high = upper.next();
  while (!low.done || !high.done) {
    const order = low.done ? 1 : high.done ? -1 : sign * byteOrder(low.value[0], high.value[0]);
    if (order < 0) {
      yield low.value;
      low = lower.next();
      continue;
    }
    const [key, write] = high.value as readonly [BinaryString, Write];
    if (order === 0) low = lower.next();
    if (write !== null) yield [key, write];
    high = upper.next();
  }
}
