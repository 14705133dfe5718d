/**
 * Objects that the kernel itself owns, called with ordinary messages (design 5.4). A service is deterministic: it sees
 * its own rows, the arguments, and the time of S(H); the chain adds services of its own (bank, storage).
 */
import type { CapData } from '../capdata.js';
import type { KernelObjectId, KernelPromiseId } from '../ids.js';
import type { Passable } from '../capdata.js';
import type { KernelState } from '../state.js';

/** What a service keeps of one of its objects: plain JSON, at least its kind. */
export type ServiceData = { readonly kind: string; readonly [field: string]: unknown };

export type ServiceCall = {
  readonly state: KernelState;
  /** The object that is called, and what the service keeps of it. */
  readonly target: KernelObjectId;
  readonly data: ServiceData;
  readonly method: string;
  /** Slots are krefs of objects; promises were refused before. */
  readonly args: readonly Passable[];
  /** Settled by the kernel with the answer; a service that answers 'later' settles it itself. */
  readonly result: KernelPromiseId | null;
};

export type ServiceAnswer =
  | { readonly kind: 'fulfilled'; readonly value: Passable }
  | { readonly kind: 'fulfilled-data'; readonly data: CapData }
  /** The text of an Error. */
  | { readonly kind: 'rejected'; readonly reason: string }
  | { readonly kind: 'rejected-data'; readonly data: CapData }
  /** The service has stored `result`, with a hold of its own, and settles it in a later step. */
  | { readonly kind: 'later' };

export interface KernelService {
  readonly name: string;
  /** Without the leading "Alleged: ", such as "purse". */
  iface(data: ServiceData): string;
  /** The facet that an account names as home.<name>. */
  homeFacet(account: string): ServiceData;
  /** The facet that bootstrap gets; undefined when the service has none for system vats. */
  systemFacet(): ServiceData;
  call(call: ServiceCall): ServiceAnswer;
  /** Krefs that the data of one of its objects holds. An object whose data may hold any is part of the search for cycles. */
  heldBy?(data: ServiceData): readonly string[];
  /** The same data without what it held. */
  emptied?(data: ServiceData): ServiceData;
  /** The object cannot be reached any more and is about to be deleted: give back what it stands for. */
  retired?(state: KernelState, target: KernelObjectId, data: ServiceData): void;
}
