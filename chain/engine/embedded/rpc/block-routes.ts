/** Methods about blocks. */
import { internalError } from './errors.js';
import { heightFrom, tipHeight } from './heights.js';
import { blockIdToJson, blockResultsToJson, blockToJson, commitToJson, headerToJson, metaToJson, type Json } from './views.js';
import type { Args } from './args.js';
import type { Node, Routes } from './routes.js';

const metasMax = 20n;

export const blockRoutes: Routes = {
  block: { params: ['height'], run: (node, args) => blockAt(node, heightFrom(node, args, tipHeight(node))) },
  block_by_hash: {
    params: ['hash'],
    async run(node, args) {
      const height = await heightByHash(node, args);
      return height === undefined ? { block_id: blockIdToJson(none), block: null } : blockAt(node, height);
    },
  },
  header: { params: ['height'], run: (node, args) => headerAt(node, heightFrom(node, args, tipHeight(node))) },
  header_by_hash: {
    params: ['hash'],
    async run(node, args) {
      const height = await heightByHash(node, args);
      return height === undefined ? { header: null } : headerAt(node, height);
    },
  },
  block_results: {
    params: ['height'],
    async run(node, args) {
      const height = heightFrom(node, args, tipHeight(node));
      const results = await node.store.results(height);
      if (!results) throw internalError(`could not find results for height #${height}`);
      return blockResultsToJson(height, results);
    },
  },
  commit: { params: ['height'], run: commitAt },
  blockchain: { params: ['minHeight', 'maxHeight'], run: blockchain },
};

const none = { hash: new Uint8Array(0), partSetHeader: { total: 0, hash: new Uint8Array(0) } };

/** A block with its id, as `block` and `block_search` print it. */
export async function blockAt({ store }: Node, height: bigint): Promise<Json> {
  const [block, meta] = await Promise.all([store.block(height), store.meta(height)]);
  if (!block || !meta) throw internalError(`block ${height} is missing from the block store`);
  return { block_id: blockIdToJson(meta.blockId), block: blockToJson(block) };
}

async function headerAt({ store }: Node, height: bigint): Promise<Json> {
  const meta = await store.meta(height);
  if (!meta) throw internalError(`block ${height} is missing from the block store`);
  return { header: headerToJson(meta.header) };
}

async function heightByHash(node: Node, args: Args): Promise<bigint | undefined> {
  const height = await node.store.heightOfHash(args.bytes('hash', 'base64'));
  return height !== undefined && height <= tipHeight(node) ? height : undefined;
}

/** canonical: false for the last block, whose commit no later block carries yet. */
async function commitAt(node: Node, args: Args): Promise<Json> {
  const tip = tipHeight(node);
  const height = heightFrom(node, args, tip);
  const [meta, commit] = await Promise.all([node.store.meta(height), node.store.commit(height)]);
  if (!meta || !commit) throw internalError(`block ${height} is missing from the block store`);
  return { signed_header: { header: headerToJson(meta.header), commit: commitToJson(commit) }, canonical: height < tip };
}

async function blockchain(node: Node, args: Args): Promise<Json> {
  const tip = tipHeight(node);
  const askedMin = args.integer('minHeight') ?? 0n;
  const askedMax = args.integer('maxHeight') ?? 0n;
  if (askedMin < 0n || askedMax < 0n) throw internalError('heights must be non-negative');
  const max = askedMax === 0n || askedMax > tip ? tip : askedMax;
  const min = [askedMin === 0n ? 1n : askedMin, node.store.base, max - metasMax + 1n].reduce((a, b) => (a > b ? a : b));
  if (min > max) throw internalError(`min height ${min} can't be greater than max height ${max}`);
  const metas: Json[] = [];
  for (let height = max; height >= min; height -= 1n) {
    const meta = await node.store.meta(height);
    if (meta) metas.push(metaToJson(meta));
  }
  return { last_height: String(tip), block_metas: metas };
}
