/**
 * What a run tells the chain. The host applies these after end-block, in order; each was checked in the run, so that
 * applying one cannot fail. Amounts are of base denominations.
 */
import type { CapData } from './capdata.js';
import type { KernelPromiseId, VatId } from './ids.js';

export type OutboundOp =
  /** The run took the action off the queue. */
  | { readonly kind: 'action-taken'; readonly action: bigint }
  /** The action has an outcome; slots of the result are names in the sender's c-list, public names, or ?n. */
  | { readonly kind: 'action-settled'; readonly action: bigint; readonly state: 'fulfilled' | 'rejected'; readonly result: CapData }
  /** A name that the block had reserved for an action is free again (or filed: then it is simply in use). */
  | { readonly kind: 'reservation-released'; readonly account: string; readonly name: string }
  /** Coins leave the kernel's module account. `reason` becomes an event. */
  | { readonly kind: 'coins'; readonly to: string; readonly denom: string; readonly amount: bigint; readonly reason: 'sent' | 'refunded' | 'returned' | 'paid' }
  /** Published state, provable in the app state. */
  | { readonly kind: 'publish'; readonly path: string; readonly how: 'set' | 'append'; readonly text: string }
  | { readonly kind: 'unpublish'; readonly path: string }
  /** The collection of the ledger changed, or is gone. */
  | { readonly kind: 'quota'; readonly collection: string }
  /** An audit found that a counter of the ledger is not what its rows say: charges below that collection are refused from now on. */
  | { readonly kind: 'ledger-fault'; readonly collection: string; readonly what: string; readonly used: bigint; readonly counted: bigint }
  /** A message that nobody waits for had no room for what its vat wanted to store: it was not delivered. */
  | { readonly kind: 'message-dropped'; readonly vat: VatId; readonly reason: string }
  /** A bundle that the host has stored finds no room: it is not in the kernel's table. */
  | { readonly kind: 'bundle-refused'; readonly bundleId: string; readonly account: string; readonly reason: string }
  /** A promise that a controller's host asked to be told of is settled. Only a kernel without a chain has such promises. */
  | { readonly kind: 'host-promise'; readonly promise: KernelPromiseId; readonly policy: ResolutionPolicy; readonly isReject: boolean; readonly data: CapData };

/** What is to happen when the result of a host's message is settled: a line in the log always or if it is rejected, or the kernel stops if it is. */
export type ResolutionPolicy = 'logAlways' | 'logFailure' | 'panic';
