import { openMultiStore, storesOnDisk, type MultiStore, type RowSource } from '../../chain/store/index.js';
import { chainPrefix, type DatabaseSnapshot } from '../store.js';

/** The stores that the rows hold, whatever release made them; for reading. */
export function storesIn(rows: RowSource): MultiStore {
  return openMultiStore({ names: storesOnDisk(rows), rows, pruning: Infinity, cacheBytes: 0 });
}

/** The chain's rows in a picture of the database. */
export const chainRowsIn = (snapshot: DatabaseSnapshot): RowSource => ({ get: key => snapshot.get(`${chainPrefix}${key}`) });
