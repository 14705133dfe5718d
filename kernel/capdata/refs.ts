/** Walks over the references in a value, in the order in which encoding meets them. */
import type { Passable } from './passable.js';
import { isRecord, PromiseRef, SlotRef, Tagged } from './passable.js';

/** Every reference in `value`, each as often as it occurs. */
export function refsOf(value: Passable): readonly (SlotRef | PromiseRef)[] {
  const found: (SlotRef | PromiseRef)[] = [];
  mapRefs(value, ref => {
    found.push(ref);
    return ref;
  });
  return found;
}

/**
 * A copy of `value` with other slots in the same references: `replace` gets a slot and its index in the capdata that the
 * value was decoded from. Without an iface in its answer the reference has none.
 */
export function mapSlots(value: Passable, replace: (slot: string, index: number) => { readonly slot: string; readonly iface?: string | undefined }): Passable {
  return mapRefs(value, ref => {
    if (ref.index === undefined) throw new TypeError(`the reference to ${ref.slot} was not decoded`);
    const { slot, iface } = replace(ref.slot, ref.index);
    return ref instanceof PromiseRef ? new PromiseRef(slot, ref.index) : new SlotRef(slot, iface, ref.index);
  });
}

/** A copy of `value` with every reference replaced by what `replace` returns for it: names by krefs, for one. */
export function mapRefs(value: Passable, replace: (ref: SlotRef | PromiseRef) => Passable): Passable {
  if (value instanceof SlotRef || value instanceof PromiseRef) return replace(value);
  if (value instanceof Tagged) return new Tagged(value.tag, mapRefs(value.payload, replace));
  if (Array.isArray(value)) return value.map((item: Passable) => mapRefs(item, replace));
  if (!isRecord(value)) return value;
  const copy: { [key: string]: Passable } = Object.create(null) as { [key: string]: Passable };
  for (const key of Object.keys(value).sort()) copy[key] = mapRefs(value[key], replace);
  return copy;
}
