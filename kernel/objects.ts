/** The table of objects: who owns each, and how often it is reachable and recognizable (kernel reference 3.1). */
import assert from 'node:assert/strict';
import { asVatId, isPromise, kernelObjectId, type KernelObjectId, type Kref, type VatId } from './ids.js';
import { takeNumber, type KernelState } from './state.js';
import { keys } from './store/keys.js';
import type { ReadableRows } from './store/storage.js';

/** A vat, a service, or nobody (an orphan). */
export type Owner = { readonly vat: VatId } | { readonly service: string } | undefined;

export type ObjectRecord = {
  readonly owner: Owner;
  readonly reachable: number;
  readonly recognizable: number;
};

/** undefined when the kernel does not know the object (any more). */
export function readObject(rows: ReadableRows, kref: KernelObjectId): ObjectRecord | undefined {
  const text = rows.get(keys.object(kref));
  if (text === undefined) return undefined;
  const [owner, reachable, recognizable] = text.split(' ') as [string, string, string];
  return { owner: parseOwner(owner), reachable: Number(reachable), recognizable: Number(recognizable) };
}

export function writeObject(state: KernelState, kref: KernelObjectId, record: ObjectRecord): void {
  const { owner, reachable, recognizable } = record;
  assert(reachable >= 0 && reachable <= recognizable, `${kref} would have ${reachable} reachable of ${recognizable}`);
  state.rows.set(keys.object(kref), `${formatOwner(owner)} ${reachable} ${recognizable}`);
}

/** A new object with no references yet. It dies at the end of the step unless something takes hold of it. */
export function addObject(state: KernelState, owner: Owner): KernelObjectId {
  const kref = kernelObjectId(takeNumber(state, 'object'));
  writeObject(state, kref, { owner, reachable: 0, recognizable: 0 });
  state.zero.add(kref);
  return kref;
}

/** Takes the owner away: messages to the object go splat, its holders keep what they hold. */
export function orphanObject(state: KernelState, kref: KernelObjectId): void {
  const record = readObject(state.rows, kref);
  if (!record) return;
  writeObject(state, kref, { ...record, owner: undefined });
  state.zero.add(kref);
}

export function ownerOf(rows: ReadableRows, kref: Kref): Owner {
  return isPromise(kref) ? undefined : readObject(rows, kref)?.owner;
}

/** The vat that exports the object, if a vat does. */
export function owningVat(rows: ReadableRows, kref: Kref): VatId | undefined {
  const owner = ownerOf(rows, kref);
  return owner && 'vat' in owner ? owner.vat : undefined;
}

function parseOwner(text: string): Owner {
  if (text === '-') return undefined;
  if (text.startsWith('s:')) return { service: text.slice(2) };
  const vat = asVatId(text);
  assert(vat, `${text} owns an object but is no vat`);
  return { vat };
}

function formatOwner(owner: Owner): string {
  if (!owner) return '-';
  return 'vat' in owner ? owner.vat : `s:${owner.service}`;
}
