/** How much is measured: enough for steady figures, or just enough to see that every row comes out. */

export type BenchSize = {
  /** Measurements of each row, and deliveries, txs or operations in each of them. */
  readonly samples: number;
  /** Batches of deliveries that are not measured: until then the process still compiles its own code. */
  readonly warmUps: number;
  readonly deliveries: number;
  readonly operations: number;
  readonly coldStarts: number;
  /** Accounts that send, in process and through a node. */
  readonly accounts: number;
  readonly txsPerBlock: number;
  readonly invokesPerBlock: number;
  /** Txs of one load on a node, and how many loads. */
  readonly nodeSends: number;
  readonly nodeInvokes: number;
  readonly nodeLoads: number;
  readonly latencyTxs: number;
  readonly nodeStarts: number;
  readonly restartVats: number;
  /** Promises of a vat that is upgraded. */
  readonly heldPromises: number;
  /** Stores whose leaked promises are repaired. */
  readonly leaks: readonly { readonly vats: number; readonly leaked: number; readonly live: number }[];
  /** Vats, and objects, of a small kernel and of a full one. */
  readonly vatsFew: number;
  readonly vatsMany: number;
  readonly objectsFew: number;
  readonly objectsMany: number;
  /** Workers of a node that is killed. */
  readonly hostWorkers: number;
  /** Blocks of ten invokes. */
  readonly blocks: number;
  /** Of each of two slogs that are compared, and how often. */
  readonly slogBytes: number;
  readonly slogDiffs: number;
};

export const sizes: Readonly<Record<'full' | 'tiny', BenchSize>> = {
  full: {
    samples: 11, warmUps: 10, deliveries: 200, operations: 500, coldStarts: 7, accounts: 500, txsPerBlock: 500, invokesPerBlock: 200,
    nodeSends: 2000, nodeInvokes: 500, nodeLoads: 3, latencyTxs: 40, nodeStarts: 3, restartVats: 20, heldPromises: 3000,
    leaks: [{ vats: 94, leaked: 3_166, live: 800 }, { vats: 94, leaked: 31_660, live: 8_000 }],
    vatsFew: 10, vatsMany: 1000, objectsFew: 1000, objectsMany: 1_000_000, hostWorkers: 50, blocks: 300, slogBytes: 1_000_000_000, slogDiffs: 5,
  },
  tiny: {
    samples: 2, warmUps: 1, deliveries: 4, operations: 8, coldStarts: 1, accounts: 20, txsPerBlock: 10, invokesPerBlock: 4,
    nodeSends: 20, nodeInvokes: 8, nodeLoads: 1, latencyTxs: 2, nodeStarts: 1, restartVats: 2, heldPromises: 40,
    leaks: [{ vats: 2, leaked: 40, live: 6 }],
    vatsFew: 4, vatsMany: 12, objectsFew: 10, objectsMany: 40, hostWorkers: 2, blocks: 4, slogBytes: 600_000, slogDiffs: 1,
  },
};
