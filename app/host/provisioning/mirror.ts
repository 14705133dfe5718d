/** Store `provisioning`: each collection of the ledger as the last run left it, so that anybody can have it proven. */
import type { Codecs } from '../../../chain/codec/index.js';
import { utf8Bytes, type Context } from '../../../chain/index.js';
import { collectionOf, readLedger, usageOf, type ConsensusLedger, type ReadableRows } from '../../../kernel/index.js';
import type { QuotaCollection } from '../../client/types.js';
import { provisioningStore } from '../keys.js';

type Readable = { store(name: string): Pick<ReturnType<Context['store']>, 'has'> };

export const mirrorKey = (collection: string): Uint8Array => utf8Bytes(collection);

/** Writes the collection as it is now, or takes it away when it is gone. Limits that are defaults, or come on top of one, are left out: parameters change without it. */
export function mirrorQuota(codecs: Codecs, ctx: Context, rows: ReadableRows, id: string): void {
  const store = ctx.store(provisioningStore);
  const shown = shownCollection(readLedger(rows), id);
  if (!shown) {
    store.delete(mirrorKey(id));
    return;
  }
  const usage = shown.usage.map(entry => (entry.isDefault || entry.aboveDefault > 0n ? { ...entry, limit: 0n, unlimited: false } : entry));
  store.set(mirrorKey(id), codecs.of<QuotaCollection>('windlass.kernel.v1.QuotaCollection').encode({ ...shown, usage }));
}

export function hasCollection(state: Readable, id: string): boolean {
  return state.store(provisioningStore).has(mirrorKey(id));
}

/** A collection as queries show it; undefined when there is none. A counter that a fault left below 0 shows as 0, and the collection as faulty. */
export function shownCollection(ledger: ConsensusLedger, id: string): QuotaCollection | undefined {
  const collection = collectionOf(ledger, id);
  const usage = collection && usageOf(ledger, id);
  if (!collection || !usage) return undefined;
  return {
    id, kind: collection.kind, parent: collection.parent, status: collection.status, limitGeneration: BigInt(collection.limitGen), faulty: collection.isFaulty,
    usage: usage.map(({ dimension, used, limit, isDefault, aboveDefault, note }) => ({ dimension, used: used < 0n ? 0n : used, limit: limit ?? 0n, unlimited: limit === undefined, isDefault, aboveDefault, note })),
  };
}
