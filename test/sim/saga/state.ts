/**
 * A state of the model as one array of bytes: what is durable, what is under way and what may still happen. Small, because
 * there are millions of them; its text is the key by which one is known.
 */

/** Of one node of an attempt's log. `effect`: done but not logged. `failing`: to fail, once its own effect is excluded. */
export const node = { none: 0, started: 1, effect: 2, failing: 3, ok: 4, undoing: 5, undone: 6, failed: 7 } as const;

/** Of a vat's slot. */
export const slot = { none: 0, starting: 1, running: 2, exited: 3, unwound: 4 } as const;

/** Of an attempt's process. */
export const life = { none: 0, alive: 1, dead: 2 } as const;

/** Where things of the whole lie. The counter is kept with an offset: mutants take it below zero. */
export const at = { counter: 0, crashes: 1, duplicates: 2, late: 3, resizes: 4, vats: 5 } as const;
export const counterOffset = 64;

/** Where things of a vat lie, from its first byte on. */
export const ofVat = { gen: 0, state: 1, size: 2 } as const;
export const vatBytes = 3;

/** Where things of an attempt lie. The first four are its nodes; `retire` is of a hand-over, which claims nothing. */
export const ofAttempt = { claim: 0, retire: 0, charge: 1, spawn: 2, ready: 3, process: 4, fence: 5, row: 6, spent: 7, notices: 8, lateSpawn: 9, lateCharge: 10, begun: 11 } as const;
export const attemptBytes = 12;
export const nodes = [0, 1, 2, 3] as const;

/** An attempt: of which vat, and whether it takes over from a worker that runs. Its generation is its place in the list, from 1. */
export type Attempt = { readonly vat: number; readonly takesOver?: boolean };

export type Setting = {
  readonly attempts: readonly Attempt[];
  readonly crashes: number;
  /** Notices that are delivered once more. */
  readonly duplicates: number;
  /** Orders and charges that are given up, and arrive afterwards. */
  readonly late: number;
  /** Changes of a vat's size. */
  readonly resizes: number;
  /** What others hold in the same collection: a wrong subtraction does not go below zero at once. Default 1. */
  readonly background?: number;
  /** Of the collection. Default: none. */
  readonly limit?: number;
};

export type State = Uint8Array;

export const vatsOf = (setting: Setting): number => 1 + Math.max(...setting.attempts.map(({ vat }) => vat));
export const vatAt = (vat: number): number => at.vats + vat * vatBytes;
export const attemptAt = (setting: Setting, index: number): number => at.vats + vatsOf(setting) * vatBytes + index * attemptBytes;

export function firstState(setting: Setting): State {
  const state = new Uint8Array(attemptAt(setting, setting.attempts.length));
  state[at.counter] = counterOffset + (setting.background ?? 1);
  state[at.crashes] = setting.crashes;
  state[at.duplicates] = setting.duplicates;
  state[at.late] = setting.late;
  state[at.resizes] = setting.resizes;
  for (let vat = 0; vat < vatsOf(setting); vat += 1) state[vatAt(vat) + ofVat.size] = 1;
  return state;
}

export const keyOf = (state: State): string => Buffer.from(state.buffer, state.byteOffset, state.length).toString('latin1');

export const isTerminal = (slotState: number | undefined): boolean => slotState === slot.none || slotState === slot.exited || slotState === slot.unwound;
