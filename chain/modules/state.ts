/** What a keeper reads from: a context in a tx or block, or the read-only state of a query. */
import { endOfPrefix } from '../bytes.js';
import type { KVStore } from '../store/types.js';

export type Readable = { store(name: string): Pick<KVStore, 'get' | 'has' | 'iterate'> };
export type Writable = { store(name: string): KVStore };

/** All rows of a store whose keys begin with `prefix`, in the order of the keys. Read at once, so that they may be changed on the way. */
export function rowsBelow(state: Readable, store: string, prefix: Uint8Array): (readonly [key: Uint8Array, value: Uint8Array])[] {
  return [...state.store(store).iterate(prefix, endOfPrefix(prefix))];
}
