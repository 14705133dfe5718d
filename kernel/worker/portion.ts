/**
 * How much a delivery has done, in what is recorded of it. A bringOutYourDead that has done enough leaves the rest to the
 * next: a delivery that records too much ends its vat (design 5.8). Nothing is kept from one delivery to the next.
 */

/** Syscalls of a bringOutYourDead; what was begun with the last is ended. */
const callsMax = 4_000;
/** UTF-16 units of its syscalls and their answers. */
const charactersMax = 512 * 1024;
/** References in one row that are let go at once: liveslots cannot stop within a row. */
const referencesMax = 1_000;
/** A full collection of the heap takes as long as so many syscalls, and nobody meters it. */
const callsPerHeapCollection = 50;

let calls = 0;
let characters = 0;

export function countCall(size: number): void {
  calls += 1;
  characters += size;
}

export function countHeapCollection(): void {
  calls += callsPerHeapCollection;
}

/** At the end of a delivery. */
export function beginPortion(): void {
  calls = 0;
  characters = 0;
}

/** Whether the delivery has done enough. */
export const isSpent = (): boolean => calls >= callsMax || characters >= charactersMax;
/** Whether the sweep has: the other half is for what it lets go. */
export const isHalfSpent = (): boolean => areCallsHalfSpent() || 2 * characters >= charactersMax;
export const areCallsHalfSpent = (): boolean => 2 * calls >= callsMax;
/** Whether a row that holds so many references must be taken apart by the sweep. */
export const isTooMuch = (references: number): boolean => references > referencesMax;
