/** Methods that find txs and blocks. */
import { internalError } from './errors.js';
import { pageFrom, tipHeight } from './heights.js';
import { hexOf, base64Of } from './json.js';
import { proofToJson, resultToJson, type Json } from './views.js';
import { blockAt } from './block-routes.js';
import { dataHash, txProof } from '../header-hash.js';
import { sha256 } from '../merkle.js';
import { parseQuery } from '../query.js';
import { search, type Order } from '../search.js';
import type { Place } from '../store-keys.js';
import type { Args } from './args.js';
import type { Node, Routes } from './routes.js';

export const searchRoutes: Routes = {
  tx: {
    params: ['hash', 'prove'],
    async run(node, args) {
      const hash = args.bytes('hash', 'base64');
      const place = await node.store.placeOfTx(hash);
      if (!place || place.height > tipHeight(node)) throw internalError(`tx (${hexOf(hash)}) not found`);
      return txAt(node, place, args.flag('prove'));
    },
  },
  tx_search: {
    params: ['query', 'prove', 'page', 'per_page', 'order_by'],
    async run(node, args) {
      const places = await search(node.store, 'tx', parseQuery(args.text('query')), tipHeight(node), orderFrom(args));
      const { start, end } = pageFrom(args, places.length);
      const txs: Json[] = [];
      for (const place of places.slice(start, end)) txs.push(await txAt(node, place, args.flag('prove')));
      return { txs, total_count: String(places.length) };
    },
  },
  block_search: {
    params: ['query', 'page', 'per_page', 'order_by'],
    async run(node, args) {
      const places = await search(node.store, 'block', parseQuery(args.text('query')), tipHeight(node), orderFrom(args, 'desc'));
      const { start, end } = pageFrom(args, places.length);
      const blocks: Json[] = [];
      for (const { height } of places.slice(start, end)) blocks.push(await blockAt(node, height));
      return { blocks, total_count: String(places.length) };
    },
  },
};

function orderFrom(args: Args, otherwise: Order = 'asc'): Order {
  const order = args.text('order_by');
  if (order === '') return otherwise;
  if (order === 'asc' || order === 'desc') return order;
  throw internalError('expected order_by to be either `asc` or `desc` or empty');
}

async function txAt({ store }: Node, { height, index }: Place, prove: boolean): Promise<Json> {
  const [block, results] = await Promise.all([store.block(height), store.results(height)]);
  const tx = block?.data.txs[index];
  const result = results?.txResults[index];
  if (!block || !tx || !result) throw internalError(`tx ${index} of block ${height} is missing from the block store`);
  return {
    hash: hexOf(sha256(tx)),
    height: String(height),
    index,
    tx_result: resultToJson(result),
    tx: base64Of(tx),
    ...(prove && { proof: proofToJson(dataHash(block.data.txs), tx, txProof(block.data.txs, index)) }),
  };
}
