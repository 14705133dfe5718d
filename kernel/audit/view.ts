/** Every table of the kernel read once, for an audit. Nothing here trusts what the tables say of each other. */
import type { ClistEntry } from '../clist.js';
import { kernelObjectId, kernelPromiseId, storedKref, type KernelObjectId, type KernelPromiseId, type Kref, type VatId } from '../ids.js';
import { parseItem, type QueuedMessage, type QueueItem } from '../items.js';
import { readObject, type ObjectRecord } from '../objects.js';
import { readPromise, type PromiseRecord } from '../promises.js';
import { keys, krefAtEnd, numberAtEnd, vatAtStart, fromOrdinal } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';
import { allVats, knownVat, type VatRecord } from '../vat/records.js';

export type Row = { readonly key: string; readonly text: string };
export type HeldEntry = { readonly vat: VatId; readonly kref: Kref; readonly entry: ClistEntry };
export type PlacedItem = { readonly key: string; readonly item: QueueItem; /** Set in the queue of a paused vat. */ readonly paused: VatId | undefined };

export type View = {
  readonly rows: ReadableRows;
  readonly objects: ReadonlyMap<KernelObjectId, ObjectRecord>;
  readonly promises: ReadonlyMap<KernelPromiseId, PromiseRecord>;
  readonly vats: ReadonlyMap<VatId, VatRecord>;
  readonly entries: readonly HeldEntry[];
  /** What stands in the run-queue and in the queues of paused vats. */
  readonly items: readonly PlacedItem[];
  /** What waits for promises. */
  readonly waiting: readonly { readonly kp: KernelPromiseId; readonly message: QueuedMessage }[];
  /** `<vat> <promise>` of every notify that stands in a queue. */
  readonly notifies: ReadonlySet<string>;
  readonly gcActions: ReadonlySet<string>;
};

export function rowsBelow(rows: ReadableRows, prefix: string): Row[] {
  return [...rows.below(prefix)].map(([key, text]) => ({ key, text }));
}

/** The promise in the second part of a key such as pq.<promise>.<item>. */
export function promiseAtStart(key: string): KernelPromiseId {
  return kernelPromiseId(fromOrdinal(key.split('.')[1] ?? ''));
}
export function objectAtStart(key: string): KernelObjectId {
  return kernelObjectId(fromOrdinal(key.split('.')[1] ?? ''));
}

export function readView(rows: ReadableRows): View {
  const items = readItems(rows);
  return {
    rows,
    objects: new Map(rowsBelow(rows, 'o.').map(({ key }) => kernelObjectId(numberAtEnd(key))).map(kref => [kref, readObject(rows, kref) as ObjectRecord])),
    promises: new Map(rowsBelow(rows, 'p.').map(({ key }) => kernelPromiseId(numberAtEnd(key))).map(kp => [kp, readPromise(rows, kp) as PromiseRecord])),
    vats: new Map(allVats(rows).map(vat => [vat, knownVat(rows, vat)])),
    entries: rowsBelow(rows, 'c.').filter(({ key }) => key.split('.')[2] === 'k').map(readEntry),
    items,
    waiting: rowsBelow(rows, 'pq.').map(({ key, text }) => ({ kp: promiseAtStart(key), message: JSON.parse(text) as QueuedMessage })),
    notifies: new Set(items.flatMap(({ item }) => (item.type === 'notify' ? [`${item.vat} ${item.promise}`] : []))),
    gcActions: new Set(rowsBelow(rows, keys.allGcActions).map(({ key }) => key)),
  };
}

function readEntry({ key, text }: Row): HeldEntry {
  return { vat: vatAtStart(key), kref: storedKref(krefAtEnd(key)), entry: { reachable: text.startsWith('R'), vref: text.slice(2) } };
}

function readItems(rows: ReadableRows): PlacedItem[] {
  return [
    ...rowsBelow(rows, keys.allRunQueue).map(({ key, text }) => ({ key, item: parseItem(text), paused: undefined })),
    ...rowsBelow(rows, keys.allUpgradeEvents).map(({ key, text }) => ({ key, item: parseItem(text), paused: undefined })),
    ...rowsBelow(rows, 'qp.').map(({ key, text }) => ({ key, item: parseItem(text), paused: vatAtStart(key) })),
  ];
}

export function isLive({ vats }: View, vat: VatId): boolean {
  const record = vats.get(vat);
  return record !== undefined && record.life !== 'terminated';
}
