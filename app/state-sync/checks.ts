/** The two tables of a restored state, held to the hash that the network agreed on. */
import { AssertionError } from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { equalBytes, hexText } from '../../chain/index.js';
import { exportVersion, type ReadOnlyStores } from '../../chain/store/index.js';
import { activityHash } from '../../kernel/index.js';
import { bundlesOf } from '../host/bundles.js';
import { digestOf } from '../host/digest.js';
import { hostKeys, kernelStore } from '../host/keys.js';
import { kernelPrefix, rowText, type NodeDatabase } from '../store.js';
import { storesIn } from './committed-stores.js';
import { SnapshotRefused } from './record-reader.js';

export type ChainToCheck = {
  readonly database: Pick<NodeDatabase, 'chainRows'>;
  readonly height: bigint;
  readonly appHash: Uint8Array;
  /** How many came. */
  readonly rows: number;
};

export type CheckedChain = {
  readonly stores: ReadOnlyStores;
  /** Says which versions are kept; with it the rows become a multi-store. Not written yet. */
  readonly spanRow: { readonly key: string; readonly value: Uint8Array };
  /** Size in bytes of those that are installed, by id. */
  readonly bundles: ReadonlyMap<string, number>;
};

const nodesPerTurn = 256;

/** Every node by its hash, from the AppHash downwards, and none beside them. Rejects with SnapshotRefused. */
export async function checkChain({ database, height, appHash, rows }: ChainToCheck): Promise<CheckedChain> {
  const source = database.chainRows;
  try {
    let seen = 0;
    let last: CheckedChain['spanRow'] | undefined;
    for (const row of exportVersion(source, height)) {
      last = row;
      seen += 1;
      // Before their order is checked, trees may share rows: whoever made them up could have us walk for ever.
      if (seen > rows + 1) throw new SnapshotRefused(`the trees have more than the ${rows} rows that came`);
      if (seen % nodesPerTurn === 0) await turn();
    }
    const spanRow = last as CheckedChain['spanRow'];
    if (seen - 1 !== rows) throw new SnapshotRefused(`the trees have ${seen - 1} rows, but ${rows} came`);
    const store = storesIn({ get: key => (key === spanRow.key ? spanRow.value : source.get(key)) });
    if (!equalBytes(store.appHash, appHash)) throw new SnapshotRefused(`the chain's rows have the AppHash ${hex(store.appHash)}, not ${hex(appHash)}`);
    const stores = store.at(height) as ReadOnlyStores;
    return { stores, spanRow, bundles: new Map(bundlesOf(stores).map(({ bundleId, size }) => [bundleId, size])) };
  } catch (error) {
    // What decoding and checking throw; anything else is not the snapshot's fault.
    if (error instanceof AssertionError || error instanceof RangeError) throw new SnapshotRefused(`the chain's rows are not sound: ${error.message}`, { cause: error });
    throw error;
  }
}

/** Throws SnapshotRefused unless the app state commits to these rows. */
export function checkKernel({ stores }: CheckedChain, database: NodeDatabase, digestState: Uint8Array): void {
  const store = stores.store(kernelStore);
  const isCommitted = (key: Uint8Array, ours: Uint8Array): boolean => equalBytes(store.get(key) ?? new Uint8Array(0), ours);
  if (!isCommitted(hostKeys.digest, digestOf(digestState))) throw new SnapshotRefused("the kernel's rows do not have the digest that is in the app state");
  const rows = { get: (key: string) => rowText(database.get(`${kernelPrefix}${key}`)), below: () => [] };
  if (!isCommitted(hostKeys.activity, Buffer.from(activityHash(rows), 'hex'))) throw new SnapshotRefused("the kernel's rows do not have the activity hash that is in the app state");
}

const hex = (bytes: Uint8Array): string => hexText(bytes).toUpperCase();
