/**
 * What the kernel tells about its work, to one hook of its host: it knows no files. Everything of a crank is told when it settles, in the order of the
 * plan, and so is the same everywhere; `round` before any worker has its delivery, and what workers do when it happens, belong to this host.
 */
import type { CapData } from './capdata.js';
import type { VatId } from './ids.js';
import type { StepRecord } from './step.js';
import type { Change } from './store/storage.js';
import type { DeliveryOutcome, VatDelivery } from './vat/protocol.js';

export type KernelEntry =
  /** Deliveries are about to begin, in the order in which they will settle; `after` is how many items of the round settle before. */
  | { readonly type: 'round'; readonly items: readonly { readonly after: number; readonly vat: VatId; readonly position: number; readonly kind: VatDelivery[0] }[] }
  /** A worker has done its delivery, which has yet to settle. */
  | { readonly type: 'returned'; readonly vat: VatId }
  /** A crank begins to settle. `from` says where its item was. */
  | { readonly type: 'crank'; readonly from: string; readonly vat?: VatId | undefined }
  /** What a vat was given, at which position of its transcript, and what it did; before any of it is applied. */
  | { readonly type: 'delivery'; readonly vat: VatId; readonly position: number; readonly meterTimes: number; readonly delivery: VatDelivery; readonly outcome: DeliveryOutcome }
  | { readonly type: 'terminate'; readonly vat: VatId; readonly isFailure: boolean; readonly info: CapData }
  | { readonly type: 'inject'; readonly events: number }
  /** A step is closed: with `hashes`, the SHA-256 (hex) of values that are longer than the step's hash takes in, by the index of their change. */
  | { readonly type: 'step'; readonly step: StepRecord; readonly changes: readonly Change[]; readonly hashes: ReadonlyMap<number, string> }
  /** A worker is online, made of the bundle or of a heap; so many deliveries were replayed. */
  | { readonly type: 'worker-start'; readonly vat: VatId; readonly heap: string | undefined; readonly replayed: number; readonly position: number }
  | { readonly type: 'worker-end'; readonly vat: VatId };

/** Called where things happen: it must be quick, must not throw, and must not keep what it is given beyond the call. */
export type RecordHook = (entry: KernelEntry) => void;
