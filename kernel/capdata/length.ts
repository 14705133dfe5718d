import type { CapData } from '../capdata.js';

/** UTF-16 units of the body and of all slots: what bounds and charges go by. */
export function lengthOf({ body, slots }: CapData): number {
  return slots.reduce((sum, slot) => sum + slot.length, body.length);
}
