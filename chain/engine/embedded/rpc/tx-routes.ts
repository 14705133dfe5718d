/** Methods that bring in txs, and those about the ones that wait. */
import { internalError } from './errors.js';
import { perPageFrom } from './heights.js';
import { base64Of, hexOf } from './json.js';
import { emptyResult, resultToJson, type Json } from './views.js';
import { sha256 } from '../merkle.js';
import { MempoolError } from '../mempool.js';
import type { IncludedTx } from '../event-bus.js';
import type { Args } from './args.js';
import type { Node, Routes } from './routes.js';
import type { ResponseCheckTx } from '../../../abci/types.js';

/** How long broadcast_tx_commit waits for its block (CometBFT's timeout_broadcast_tx_commit). */
const commitWaitMs = 10_000;
/** Callers that may wait for a block at once. */
const commitWaitersMax = 200;

export const txRoutes: Routes = {
  broadcast_tx_sync: {
    params: ['tx'],
    async run(node, args) {
      const tx = args.bytes('tx', 'base64');
      return broadcastToJson(await node.mempool.add(tx), tx);
    },
  },
  broadcast_tx_async: { params: ['tx'], run: broadcastAsync },
  broadcast_tx_commit: { params: ['tx'], run: broadcastCommit },
  check_tx: {
    params: ['tx'],
    run: async (node, args) => resultToJson(await node.application.checkTx({ tx: args.bytes('tx', 'base64'), type: 0 })),
  },
  unconfirmed_txs: {
    params: ['limit'],
    run({ mempool }, args) {
      const txs = mempool.first(perPageFrom(args.count('limit')));
      return { n_txs: String(txs.length), total: String(mempool.count), total_bytes: String(mempool.bytes), txs: txs.map(base64Of) };
    },
  },
  num_unconfirmed_txs: {
    params: [],
    run: ({ mempool }) => ({ n_txs: String(mempool.count), total: String(mempool.count), total_bytes: String(mempool.bytes), txs: null }),
  },
  broadcast_evidence: {
    params: ['evidence'],
    run() {
      throw internalError('broadcast_evidence is not supported: a single validator has nobody to accuse');
    },
  },
};

function broadcastToJson({ code, data, log, codespace }: ResponseCheckTx, tx: Uint8Array): Json {
  return { code, data: hexOf(data), log, codespace, hash: hexOf(sha256(tx)) };
}

/** What the mempool itself refuses is told at once; the application's verdict is not waited for. */
function broadcastAsync(node: Node, args: Args): Json {
  const tx = args.bytes('tx', 'base64');
  node.mempool.add(tx).catch((error: unknown) => {
    node.log.debug({ hash: hexOf(sha256(tx)), err: error }, 'a tx that nobody waits for was not taken');
  });
  return { code: 0, data: '', log: '', codespace: '', hash: hexOf(sha256(tx)) };
}

let commitWaiters = 0;

async function broadcastCommit(node: Node, args: Args): Promise<Json> {
  const tx = args.bytes('tx', 'base64');
  const hash = sha256(tx);
  if (commitWaiters >= commitWaitersMax) throw internalError(`max_subscription_clients ${commitWaitersMax} reached`);
  commitWaiters += 1;
  const inclusion = awaitInclusion(node, hash);
  try {
    const check = await addForCommit(node, tx);
    const included = check.code === 0 ? await inclusion.promise : undefined;
    return {
      check_tx: resultToJson(check),
      tx_result: resultToJson(included?.result ?? emptyResult),
      hash: hexOf(hash),
      height: String(included?.height ?? 0n),
    };
  } finally {
    inclusion.giveUp();
    commitWaiters -= 1;
  }
}

async function addForCommit({ mempool }: Node, tx: Uint8Array): Promise<ResponseCheckTx> {
  try {
    return await mempool.add(tx);
  } catch (error) {
    if (error instanceof MempoolError) throw internalError(`error on broadcastTxCommit: ${error.message}`);
    throw error;
  }
}

/** Listens before the tx is handed in, so that no block can come between. */
function awaitInclusion({ bus }: Node, hash: Uint8Array): { promise: Promise<IncludedTx>; giveUp(): void } {
  let giveUp = (): void => {};
  const promise = new Promise<IncludedTx>((resolve, reject) => {
    const forget = bus.whenIncluded(hash, resolve);
    const timer = setTimeout(() => reject(internalError('timed out waiting for tx to be included in a block')), commitWaitMs);
    giveUp = () => {
      clearTimeout(timer);
      forget();
    };
  });
  promise.catch(() => {}); // it may time out while the application still looks at the tx; the awaiting code gets it too
  return { promise, giveUp: () => giveUp() };
}
