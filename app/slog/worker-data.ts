/** What the thread of a sender is given, and what it says. */
import type { SenderSpec } from './senders/spec.js';

export type SlogWorkerData = {
  readonly ring: string;
  readonly folder: string;
  readonly forensics: string;
  readonly chain: string;
  readonly release: string;
  readonly boot: string;
  readonly sender: SenderSpec;
  /** Five 64-bit numbers: the last sequence that was handed over (below 0: none yet), pieces handed over, pieces lost, the height in hand (0: none), and whether it has begun. They outlive the thread. */
  readonly counts: SharedArrayBuffer;
  readonly pollMs: number;
  readonly fileBytesMax: number;
};

export const countsBytes = 5 * 8;
export const countAt = { taken: 0, pieces: 1, lost: 2, inHand: 3, begun: 4 } as const;

/** To the thread. */
export type SlogRequest = 'stop';
/** From it. */
export type SlogMessage = { readonly kind: 'warning'; readonly text: string } | { readonly kind: 'stopped' };
