/** The kernel's tables as plain data, in a fixed order: for people, and to be compared. */
import { byNumber, kernelObjectId, kernelPromiseId, type KernelObjectId, type KernelPromiseId, type Kref, type VatId } from '../ids.js';
import type { CapData } from '../capdata.js';
import { gcActionsOf } from '../gc.js';
import { parseItem, type QueuedMessage, type QueueItem } from '../items.js';
import { readObject } from '../objects.js';
import { readPromise, resolutionOf, subscribersOf, waitingMessages, type PromiseState } from '../promises.js';
import { parseReap } from '../reap.js';
import { keys, krefAtEnd, numberAtEnd, vatAtStart } from '../store/keys.js';
import type { ReadableRows } from '../store/storage.js';
import type { TranscriptEntry } from '../store/transcript.js';
import { allVats, knownVat, readProgress, type VatProgress, type VatRecord } from '../vat/records.js';

export type VatTable = {
  readonly vatID: VatId;
  readonly state: VatRecord & {
    readonly progress: VatProgress;
    /** Items that wait because the vat is paused. */
    readonly waiting: readonly QueuedItem[];
    /** Entries of the current span. */
    readonly transcript: readonly TranscriptEntry[];
  };
};
export type QueuedItem = QueueItem & { readonly number: number };
export type DumpedPromise = {
  readonly id: KernelPromiseId;
  readonly state: PromiseState;
  readonly refCount: number;
  readonly decider: VatId | null;
  readonly subscribers: readonly VatId[];
  readonly queue: readonly QueuedMessage[];
  readonly data: CapData | null;
};

export type KernelDump = {
  readonly vatTables: readonly VatTable[];
  /** C-lists: by kref, then by vat. The last is R when the vat reaches it, _ when it only recognizes it. */
  readonly kernelTable: readonly (readonly [kref: Kref, vat: VatId, vref: string, flag: 'R' | '_'])[];
  readonly promises: readonly DumpedPromise[];
  readonly objects: readonly (readonly [kref: KernelObjectId, owner: string | null, reachable: number, recognizable: number])[];
  /** `v1 dropExports ko20` */
  readonly gcActions: readonly string[];
  readonly reapQueue: readonly VatId[];
  readonly runQueue: readonly QueuedItem[];
  readonly log: readonly string[];
};

export type DumpOptions = {
  readonly log?: readonly string[];
  /** Only this vat: its table, its c-list, what is in that, and what is queued for it. */
  readonly vat?: VatId;
};

/** Reads every table. Without the rows of transcripts, which may be left out, those are empty. */
export function dumpKernel(rows: ReadableRows, { log = [], vat }: DumpOptions = {}): KernelDump {
  const entries = clistEntries(rows).filter(entry => vat === undefined || entry[1] === vat);
  const shown = new Set<Kref>(entries.map(([kref]) => kref));
  const isShown = (kref: Kref): boolean => vat === undefined || shown.has(kref);
  return {
    vatTables: allVats(rows).filter(id => vat === undefined || id === vat).map(id => ({ vatID: id, state: vatState(rows, id) })),
    kernelTable: entries,
    promises: numbersBelow(rows, 'p.').map(kernelPromiseId).filter(isShown).map(kp => dumpPromise(rows, kp)),
    objects: numbersBelow(rows, 'o.').map(kernelObjectId).filter(isShown).map(kref => dumpObject(rows, kref)),
    gcActions: allVats(rows).filter(id => vat === undefined || id === vat).flatMap(id => [...gcActionsOf(rows, id)]).map(action => `${action.vat} ${gcNames[action.rank]} ${action.kref}`),
    reapQueue: [...rows.below(keys.allReaps)].map(([, text]) => parseReap(text).vat).filter(id => vat === undefined || id === vat),
    runQueue: queued(rows, keys.allRunQueue).filter(item => vat === undefined || isFor(rows, item, vat)),
    log,
  };
}

const gcNames = { 1: 'dropExports', 2: 'retireExports', 3: 'retireImports' } as const;

function numbersBelow(rows: ReadableRows, prefix: string): number[] {
  return [...rows.below(prefix)].map(([key]) => numberAtEnd(key));
}

function queued(rows: ReadableRows, prefix: string): QueuedItem[] {
  return [...rows.below(prefix)].map(([key, text]) => ({ number: numberAtEnd(key), ...parseItem(text) }));
}

function isFor(rows: ReadableRows, item: QueueItem, vat: VatId): boolean {
  if (item.type !== 'send') return item.vat === vat;
  const owner = readObject(rows, item.target)?.owner;
  return owner !== undefined && 'vat' in owner && owner.vat === vat;
}

function vatState(rows: ReadableRows, vat: VatId): VatTable['state'] {
  const progress = readProgress(rows, vat);
  const transcript: TranscriptEntry[] = [];
  for (let at = progress.spanStart; at < progress.position; at += 1) {
    const text = rows.get(keys.transcriptEntry(vat, at));
    if (text !== undefined) transcript.push(JSON.parse(text) as TranscriptEntry);
  }
  return { ...knownVat(rows, vat), progress, waiting: queued(rows, keys.pausedItemsOf(vat)), transcript };
}

function clistEntries(rows: ReadableRows): KernelDump['kernelTable'] {
  const krefs = [...rows.below('c.')].filter(([key]) => key.split('.')[2] === 'k');
  return krefs
    .map(([key, text]): KernelDump['kernelTable'][number] => [krefAtEnd(key), vatAtStart(key), text.slice(2), text.startsWith('R') ? 'R' : '_'])
    .sort(([a, vatA], [b, vatB]) => byKind(a, b) || byNumber(a, b) || byNumber(vatA, vatB));
}

/** Objects before promises. */
function byKind(a: Kref, b: Kref): number {
  return Number(a.startsWith('kp')) - Number(b.startsWith('kp'));
}

function dumpPromise(rows: ReadableRows, kp: KernelPromiseId): DumpedPromise {
  const promise = readPromise(rows, kp);
  if (!promise) throw new Error(`${kp} is gone`);
  return {
    id: kp, state: promise.state, refCount: promise.count, decider: promise.decider ?? null, subscribers: subscribersOf(rows, kp),
    queue: waitingMessages(rows, kp).map(({ message }) => message),
    data: promise.state === 'unresolved' ? null : resolutionOf(rows, kp),
  };
}

function dumpObject(rows: ReadableRows, kref: KernelObjectId): KernelDump['objects'][number] {
  const object = readObject(rows, kref);
  if (!object) throw new Error(`${kref} is gone`);
  const { owner, reachable, recognizable } = object;
  const ownerText = owner === undefined ? null : 'vat' in owner ? owner.vat : `service ${owner.service}`;
  return [kref, ownerText, reachable, recognizable];
}
