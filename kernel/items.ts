/** What may stand in the run-queue. Krefs throughout; each item holds one reference on every kref in it. */
import type { CapData } from './capdata.js';
import { parsedOnce } from './store/parsed.js';
import type { KernelObjectId, KernelPromiseId, VatId } from './ids.js';

export type QueuedMessage = {
  /** [method, args] */
  readonly methargs: CapData;
  /** Settled with what the message returns; null when nobody asked. */
  readonly result: KernelPromiseId | null;
};

export type VatSettings = {
  /** Heap that the ledger charges for, in bytes; null means the chain's default. */
  readonly memoryLimitBytes: string | null;
  /** Hard limit of one delivery; null means the chain's default. */
  readonly computronsPerDelivery: number | null;
  /** Computrons the vat may spend before it is paused; null means the chain's default. */
  readonly computeBalance: string | null;
};

/** Who asked for a vat operation, and so is told how it ended: the promise is settled with the answer. */
export type SendItem = { readonly type: 'send'; readonly target: KernelObjectId } & QueuedMessage;
export type NotifyItem = {
  readonly type: 'notify';
  readonly vat: VatId;
  readonly promise: KernelPromiseId;
  /** The vat does not wait for the promise: nothing is told, only its entry goes (schema/repair.ts). */
  readonly unasked?: true;
};
export type CreateVatItem = {
  readonly type: 'create-vat';
  /** Set for a static vat, whose record and root exist since genesis; otherwise numbered when the item is done. */
  readonly vat: VatId | null;
  readonly bundleId: string;
  readonly label: string;
  /** Address of the account that pays; empty for a system vat. */
  readonly owner: string;
  readonly parameters: CapData;
  readonly settings: VatSettings;
  readonly result: KernelPromiseId | null;
};
export type UpgradeVatItem = {
  readonly type: 'upgrade-vat';
  readonly vat: VatId;
  readonly bundleId: string;
  readonly parameters: CapData;
  readonly upgradeMessage: string;
  readonly result: KernelPromiseId | null;
};
export type TerminateVatItem = {
  readonly type: 'terminate-vat';
  readonly vat: VatId;
  /** Capdata of the reason, given to done(). */
  readonly reason: CapData;
  readonly result: KernelPromiseId | null;
};
export type VatOptionsItem = { readonly type: 'vat-options'; readonly vat: VatId; readonly settings: VatSettings; readonly result: KernelPromiseId | null };

export type QueueItem = SendItem | NotifyItem | CreateVatItem | UpgradeVatItem | TerminateVatItem | VatOptionsItem;
export type AloneItem = CreateVatItem | UpgradeVatItem | TerminateVatItem | VatOptionsItem;

/** Reads an item's row. A round looks at many items and takes few. */
export const parseItem = parsedOnce<QueueItem>();

export function isAlone(item: QueueItem): item is AloneItem {
  return item.type !== 'send' && item.type !== 'notify';
}

/** Every kref that the item holds, in a fixed order. */
export function krefsIn(item: QueueItem): readonly string[] {
  const result = 'result' in item && item.result !== null ? [item.result] : [];
  switch (item.type) {
    case 'send': return [item.target, ...item.methargs.slots, ...result];
    case 'notify': return [item.promise];
    case 'create-vat': case 'upgrade-vat': return [...item.parameters.slots, ...result];
    case 'terminate-vat': return [...item.reason.slots, ...result];
    case 'vat-options': return result;
  }
}
