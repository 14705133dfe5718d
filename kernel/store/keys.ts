/**
 * Every key of the kernel's table, one grammar. Keys are ASCII except the tail of a vat store key, which holds WTF-8
 * bytes as characters 0 to 255; so that code-unit order in memory and byte order on disk are the same order.
 *
 * Numbers stand as `ordinal(n)`: a letter for the count of digits, then the digits; their order as text is their order
 * as numbers.
 */
import assert from 'node:assert/strict';
import { isPromise, kernelObjectId, kernelPromiseId, numberOf, vatId, type KernelObjectId, type KernelPromiseId, type Kref, type VatId } from '../ids.js';
import { wtf8FromText, textFromWtf8 } from './wtf8.js';

/** 0 → "a0", 42 → "b42", 1000 → "d1000" */
export function ordinal(n: number): string {
  assert(Number.isSafeInteger(n) && n >= 0, `${n} is no ordinal`);
  const digits = String(n);
  return String.fromCharCode(96 + digits.length) + digits;
}
export function fromOrdinal(text: string): number {
  const n = Number(text.slice(1));
  assert(ordinal(n) === text, `${text} is no ordinal`);
  return n;
}

const ofObject = (kref: KernelObjectId): string => ordinal(numberOf(kref));
const ofPromise = (kref: KernelPromiseId): string => ordinal(numberOf(kref));
const ofVat = (vat: VatId): string => ordinal(numberOf(vat));
const ofKref = (kref: Kref): string => (isPromise(kref) ? `p${ofPromise(kref)}` : `o${ofObject(kref)}`);

export const keys = {
  /** Schema version of the whole table. */
  schema: 'meta.schema',
  /** Number of the last step, and the hash chain over all steps (hex). Written after a step's hash was taken. */
  step: 'meta.step',
  activity: 'meta.activity',
  /** "<number> <vats>": the era, and how many different vats had a delivery in it so far (page-in.ts). */
  era: 'meta.era',
  /** "leftover|events <from> <before>": after an upgrade, the items of the run-queue that are waited for (drain.ts). */
  drain: 'meta.drain',
  /** Next number of a kind: object, promise, vat, item (run-queue), reap, service. */
  next: (what: 'object' | 'promise' | 'vat' | 'item' | 'reap' | 'timer') => `next.${what}`,

  /** "<owner> <reachable> <recognizable>"; owner is v7, s:timer or - */
  object: (kref: KernelObjectId) => `o.${ofObject(kref)}`,
  /** One row per vat that imports the object. */
  importer: (kref: KernelObjectId, vat: VatId) => `oi.${ofObject(kref)}.${ofVat(vat)}`,
  importersOf: (kref: KernelObjectId) => `oi.${ofObject(kref)}.`,
  /** What a service keeps of an object of its own: JSON. */
  serviceData: (kref: KernelObjectId) => `os.${ofObject(kref)}`,
  /** The static vat whose root is pinned. */
  pin: (kref: KernelObjectId) => `pin.${ofObject(kref)}`,
  allPins: 'pin.',

  /** "u <count> <decider or ->" unresolved, "f <count>" fulfilled, "r <count>" rejected; with " +" if its data leads on to other data */
  promise: (kp: KernelPromiseId) => `p.${ofPromise(kp)}`,
  /** Resolution data of a settled promise: JSON capdata with krefs. */
  promiseData: (kp: KernelPromiseId) => `pd.${ofPromise(kp)}`,
  subscriber: (kp: KernelPromiseId, vat: VatId) => `ps.${ofPromise(kp)}.${ofVat(vat)}`,
  subscribersOf: (kp: KernelPromiseId) => `ps.${ofPromise(kp)}.`,
  /** Messages that wait for the promise, by item number. */
  promiseQueue: (kp: KernelPromiseId, item: number) => `pq.${ofPromise(kp)}.${ordinal(item)}`,
  promiseQueueOf: (kp: KernelPromiseId) => `pq.${ofPromise(kp)}.`,
  /** The kernel's own interest in a promise: JSON Watcher. At most one. */
  watcher: (kp: KernelPromiseId) => `pw.${ofPromise(kp)}`,
  /** A controller's host wants to read the promise: it holds it until it is released. */
  hostInterest: (kp: KernelPromiseId) => `ph.${ofPromise(kp)}`,
  allHostInterests: 'ph.',

  /** "R o-50" reachable, "_ o-50" recognizable only; the vat's name for a kref. */
  clistKref: (vat: VatId, kref: Kref) => `c.${ofVat(vat)}.k.${ofKref(kref)}`,
  clistVref: (vat: VatId, vref: string) => `c.${ofVat(vat)}.v.${vref}`,
  clistObjectsOf: (vat: VatId) => `c.${ofVat(vat)}.k.o`,
  clistPromisesOf: (vat: VatId) => `c.${ofVat(vat)}.k.p`,

  /** JSON VatRecord: what changes seldom. */
  vat: (vat: VatId) => `v.${ofVat(vat)}`,
  allVats: 'v.',
  /** JSON VatProgress: what changes with each delivery. */
  vatProgress: (vat: VatId) => `vd.${ofVat(vat)}`,
  allProgress: 'vd.',
  vatParameters: (vat: VatId) => `vp.${ofVat(vat)}`,
  vatByName: (name: string) => `vname.${name}`,
  vatStore: (vat: VatId, key: string) => `vs.${ofVat(vat)}.${wtf8FromText(key)}`,
  /** Promises that done() of the vat's admin facet gave out. */
  doneWaiter: (vat: VatId, kp: KernelPromiseId) => `vw.${ofVat(vat)}.${ofPromise(kp)}`,
  doneWaitersOf: (vat: VatId) => `vw.${ofVat(vat)}.`,
  vatStoreOf: (vat: VatId) => `vs.${ofVat(vat)}.`,
  /** Vats whose remains are being removed, oldest first: the number orders them. */
  terminated: (order: number) => `vt.${ordinal(order)}`,
  allTerminated: 'vt.',

  runQueue: (item: number) => `q.${ordinal(item)}`,
  allRunQueue: 'q.',
  /** Items of a paused vat wait in its own queue, by item number. */
  pausedItem: (vat: VatId, item: number) => `qp.${ofVat(vat)}.${ordinal(item)}`,
  pausedItemsOf: (vat: VatId) => `qp.${ofVat(vat)}.`,
  /** rank: 1 dropExports, 2 retireExports, 3 retireImports */
  gcAction: (vat: VatId, rank: 1 | 2 | 3, kref: KernelObjectId) => `g.${ofVat(vat)}.${rank}.${ofObject(kref)}`,
  gcActionsOf: (vat: VatId) => `g.${ofVat(vat)}.`,
  allGcActions: 'g.',
  /** "v7", or "v7 snapshot" where a heap snapshot follows. */
  reap: (order: number) => `r.${ordinal(order)}`,
  allReaps: 'r.',
  /** "v7": it has more to bring out, and gets a reap in a later run. */
  laterReap: (order: number) => `rl.${ordinal(order)}`,
  allLaterReaps: 'rl.',

  /** "<side> <phase> <cursor>" of the search for cycles of data (cycles/). */
  cycleSearch: 'cy',
  /** What may have become part of an unreachable cycle; noted on one side while the other is looked through. */
  cycleCandidate: (side: 0 | 1, kref: Kref) => `cc.${side}.${ofKref(kref)}`,
  cycleCandidates: (side: 0 | 1) => `cc.${side}.`,
  /** "<count> <mark>" of what the search has found. */
  cycleNode: (kref: Kref) => `cn.${ofKref(kref)}`,
  allCycleNodes: 'cn.',
  /** Nodes whose links the search has yet to follow. */
  cycleWork: (kref: Kref) => `cw.${ofKref(kref)}`,
  allCycleWork: 'cw.',

  /** A name in an account's c-list: "<kref> <iface>" */
  name: (account: string, name: string) => `n.${account}.${name}`,
  namesOf: (account: string) => `n.${account}.`,
  /** The facet of a service that belongs to an account; made at first use. */
  home: (account: string, service: string) => `nh.${account}.${service}`,
  /** The public directory: JSON Publication. */
  published: (name: string) => `d.${name}`,
  allPublished: 'd.',
  /** JSON WaitingTimer, by due time in seconds, then number. */
  timer: (due: number, id: number) => `tm.${ordinal(due)}.${ordinal(id)}`,
  allTimers: 'tm.',
  /** Where a cancellable timer stands now: its key. */
  timerToken: (kref: KernelObjectId) => `tk.${ofObject(kref)}`,
  /** Installed bundles: size in bytes. */
  bundle: (bundleId: string) => `b.${bundleId}`,
  allBundles: 'b.',
  /** Everything of the ledger (ledger/text-tables.ts). */
  ledger: 'ledger.',
  ledgerCollections: 'ledger.c.',
  ledgerCounters: 'ledger.u.',
  /** Up to which collection the slices of audits have come. */
  ledgerCursor: 'ledger.cursor',
  /** What the accounts up to there have, summed up: a place for each dimension. */
  ledgerSum: 'ledger.sum',
  /** Work to be injected after an upgrade: JSON item. */
  upgradeEvent: (order: number) => `ue.${ordinal(order)}`,
  allUpgradeEvents: 'ue.',

  // Local rows: part of the block, undone with it, never hashed.
  transcriptOf: (vat: VatId) => `@t.${ofVat(vat)}.`,
  transcriptEntry: (vat: VatId, position: number) => `@t.${ofVat(vat)}.${ordinal(position)}`,
  /** JSON SpanRow: where the current span starts and from which heap. */
  span: (vat: VatId) => `@s.${ofVat(vat)}`,
  allSpans: '@s.',
} as const;

/** The keys below a prefix are [prefix, endOf(prefix)). */
export function endOf(prefix: string): string {
  return prefix.slice(0, -1) + String.fromCharCode(prefix.charCodeAt(prefix.length - 1) + 1);
}

/** The vat in the second part of a key such as g.<vat>.… */
export function vatAtStart(key: string): VatId {
  return vatId(fromOrdinal(key.split('.')[1] ?? ''));
}
/** The vat at the end of a key such as ps.<promise>.<vat>. */
export function vatAtEnd(key: string): VatId {
  return vatId(numberAtEnd(key));
}
/** The kref at the end of a key such as c.<vat>.k.<kref>. */
export function krefAtEnd(key: string): Kref {
  const tail = key.slice(key.lastIndexOf('.') + 1);
  const n = fromOrdinal(tail.slice(1));
  return tail.startsWith('p') ? kernelPromiseId(n) : kernelObjectId(n);
}
/** The object at the end of g.<vat>.<rank>.<object>. */
export function krefAtEndOfGcKey(key: string): KernelObjectId {
  return kernelObjectId(numberAtEnd(key));
}
/** The number at the end of a key such as q.<item>. */
export function numberAtEnd(key: string): number {
  return fromOrdinal(key.slice(key.lastIndexOf('.') + 1));
}
export function vatStoreKeyText(vat: VatId, key: string): string {
  return textFromWtf8(key.slice(keys.vatStoreOf(vat).length));
}

/** Rows that are too many to hold in memory: they are read from disk when they are needed. */
export const isOnDiskOnly = (key: string): boolean => key.startsWith('vs.');
