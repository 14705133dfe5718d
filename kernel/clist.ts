/**
 * A vat's c-list: kref ↔ vref, a bijection in two rows, with a flag on the kref's side: R reachable, _ recognizable
 * only (kernel reference 3.1). Import entries count in the object's record; each import has a row in the importers' index.
 */
import assert from 'node:assert/strict';
import { isPromise, kernelAllocatedNumber, parseVref, storedKref, type KernelObjectId, type KernelPromiseId, type Kref, type VatId } from './ids.js';
import { addObject } from './objects.js';
import { addPromise } from './promises.js';
import { addToObject, hold, release } from './refcount.js';
import type { KernelState } from './state.js';
import { keys, krefAtEnd } from './store/keys.js';
import type { ReadableRows } from './store/storage.js';
import { readProgress, writeProgress } from './vat/records.js';
import type { Vref } from './vat/protocol.js';
import { IllegalSyscall } from './syscall/illegal.js';

export type ClistEntry = { readonly reachable: boolean; readonly vref: Vref };

export function entryOf(rows: ReadableRows, vat: VatId, kref: Kref): ClistEntry | undefined {
  const text = rows.get(keys.clistKref(vat, kref));
  return text === undefined ? undefined : { reachable: text.startsWith('R'), vref: text.slice(2) };
}
export function krefOf(rows: ReadableRows, vat: VatId, vref: Vref): Kref | undefined {
  const text = rows.get(keys.clistVref(vat, vref));
  return text === undefined ? undefined : storedKref(text);
}

const isImport = (vref: Vref): boolean => vref.startsWith('o-');

function writeEntry(state: KernelState, vat: VatId, kref: Kref, entry: ClistEntry): void {
  state.rows.set(keys.clistKref(vat, kref), `${entry.reachable ? 'R' : '_'} ${entry.vref}`);
}

function addEntry(state: KernelState, vat: VatId, kref: Kref, vref: Vref): void {
  writeEntry(state, vat, kref, { reachable: true, vref });
  state.rows.set(keys.clistVref(vat, vref), kref);
  if (isPromise(kref)) {
    hold(state, kref);
  } else if (isImport(vref)) {
    state.rows.set(keys.importer(kref, vat), '');
    addToObject(state, kref, 1, 1);
  }
}

/** Adds the entry of an object that the vat exports under a name the kernel chose for it, such as the root o+0. */
export function addExport(state: KernelState, vat: VatId, kref: KernelObjectId, vref: Vref): void {
  addEntry(state, vat, kref, vref);
}

/**
 * Kernel to vat: the vat's name for a kref, made if it has none, and from now on reachable for the vat. New imports are
 * numbered in the order of the calls.
 */
export function toVref(state: KernelState, vat: VatId, kref: Kref): Vref {
  const entry = entryOf(state.rows, vat, kref);
  if (entry) {
    if (!entry.reachable) setReachable(state, vat, kref, entry);
    return entry.vref;
  }
  const progress = readProgress(state.rows, vat);
  if (isPromise(kref)) {
    writeProgress(state, vat, { ...progress, promise: progress.promise + 1 });
    addEntry(state, vat, kref, `p-${progress.promise}`);
    return `p-${progress.promise}`;
  }
  writeProgress(state, vat, { ...progress, object: progress.object + 1 });
  addEntry(state, vat, kref, `o-${progress.object}`);
  return `o-${progress.object}`;
}

function setReachable(state: KernelState, vat: VatId, kref: Kref, entry: ClistEntry): void {
  writeEntry(state, vat, kref, { ...entry, reachable: true });
  if (isPromise(kref)) return;
  if (isImport(entry.vref)) addToObject(state, kref, 1, 0);
  else state.zero.add(kref); // an export that is named again, perhaps in vain: then its owner is told once more
}

/**
 * Vat to kernel: what a vref in a syscall means. An unknown o+ or p+ is new and gets a kref; a p- that the kernel once
 * gave and took back is a promise that the vat now decides anew (design 5.8). Throws IllegalSyscall for anything else
 * unknown, and for an import that the vat had dropped.
 */
export function toKref(state: KernelState, vat: VatId, vref: Vref): Kref {
  const known = krefOf(state.rows, vat, vref);
  if (known !== undefined) {
    const entry = entryOf(state.rows, vat, known);
    assert(entry, `${vat} has ${vref} for ${known} but not the other way`);
    if (!entry.reachable) {
      if (isImport(vref)) throw new IllegalSyscall(`${vref} was dropped and cannot be used`);
      setReachable(state, vat, known, entry);
    }
    return known;
  }
  const info = parseVref(vref);
  if (!info || info.type === 'device') throw new IllegalSyscall(`${vref} is no reference that a vat may use`);
  if (info.type === 'object') {
    if (!info.allocatedByVat) throw new IllegalSyscall(`${vref} is unknown`);
    const kref = addObject(state, { vat });
    addEntry(state, vat, kref, vref);
    return kref;
  }
  if (!info.allocatedByVat && kernelAllocatedNumber(vref) >= readProgress(state.rows, vat).promise) throw new IllegalSyscall(`${vref} is unknown`);
  const kp = addPromise(state, vat);
  addEntry(state, vat, kp, vref);
  return kp;
}

/** The vat can no longer reach the object: an import of which it keeps only the identity. */
export function dropImport(state: KernelState, vat: VatId, kref: KernelObjectId, entry: ClistEntry): void {
  writeEntry(state, vat, kref, { ...entry, reachable: false });
  addToObject(state, kref, -1, 0);
}

/** Nobody else can reach the export any more; the exporter may still be asked to recognize it. */
export function dropExport(state: KernelState, vat: VatId, kref: KernelObjectId, entry: ClistEntry): void {
  writeEntry(state, vat, kref, { ...entry, reachable: false });
}

/** Removes both rows of an entry and what the entry held. An export's object keeps its owner: the caller decides. */
export function deleteEntry(state: KernelState, vat: VatId, kref: Kref): void {
  const entry = entryOf(state.rows, vat, kref);
  assert(entry, `${vat} has no entry for ${kref}`);
  state.rows.delete(keys.clistKref(vat, kref));
  state.rows.delete(keys.clistVref(vat, entry.vref));
  if (isPromise(kref)) {
    release(state, kref);
  } else if (isImport(entry.vref)) {
    state.rows.delete(keys.importer(kref, vat));
    addToObject(state, kref, entry.reachable ? -1 : 0, -1);
  }
}

/** Promises in the c-list, by number. */
export function promisesOf(rows: ReadableRows, vat: VatId): KernelPromiseId[] {
  return [...rows.below(keys.clistPromisesOf(vat))].map(([key]) => krefAtEnd(key) as KernelPromiseId);
}

/** Objects in the c-list, by number, with their entries. */
export function objectsOf(rows: ReadableRows, vat: VatId): { readonly kref: KernelObjectId; readonly entry: ClistEntry }[] {
  return [...rows.below(keys.clistObjectsOf(vat))].map(([key, text]) => ({
    kref: krefAtEnd(key) as KernelObjectId,
    entry: { reachable: text.startsWith('R'), vref: text.slice(2) },
  }));
}
