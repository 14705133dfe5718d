/** What a keeper reads from: a context in a tx or block, or the read-only state of a query. */
import type { KVStore } from '../store/types.js';

export type Readable = { store(name: string): Pick<KVStore, 'get' | 'has' | 'iterate'> };
export type Writable = { store(name: string): KVStore };
