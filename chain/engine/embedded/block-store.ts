/** The embedded engine's database: blocks, what the application answered to them, the state between them, and indexes. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { Level } from 'level';
import { engineCodecs, type Block, type BlockMeta, type Commit } from './block-types.js';
import { decodeState, encodeState, type ChainState } from './chain-state.js';
import { indexRows } from './event-rows.js';
import * as keys from './store-keys.js';
import type { ResponseFinalizeBlock } from '../../abci/types.js';

export type Range = { readonly gte: string; readonly lt: string };
type Put = { type: 'put'; key: string; value: Uint8Array };
type Operation = Put | { type: 'del'; key: string };

export type BlockStore = {
  /** Lowest and highest stored block; both 0n when there is none. */
  readonly base: bigint;
  readonly height: bigint;
  /** Synced to disk when it resolves: nobody may execute a block before. `blockBytes` is the block's encoding. */
  saveBlock(block: Block, blockBytes: Uint8Array, meta: BlockMeta, commit: Commit): Promise<void>;
  /** What the block brought, the state after it, and its index rows, in one synced batch. */
  saveResults(block: Block, results: ResponseFinalizeBlock, after: ChainState): Promise<void>;
  saveState(state: ChainState): Promise<void>;
  block(height: bigint): Promise<Block | undefined>;
  meta(height: bigint): Promise<BlockMeta | undefined>;
  commit(height: bigint): Promise<Commit | undefined>;
  results(height: bigint): Promise<ResponseFinalizeBlock | undefined>;
  /** State after a height. */
  state(height: bigint): Promise<ChainState | undefined>;
  heightOfHash(hash: Uint8Array): Promise<bigint | undefined>;
  placeOfTx(hash: Uint8Array): Promise<keys.Place | undefined>;
  /** Rows of a range in key order. */
  rows(range: Range): AsyncIterable<readonly [string, Uint8Array]>;
  /** Deletes at most `limit` of the blocks below `retain` with all that belongs to them; the highest block always stays. */
  prune(retain: bigint, limit: number): Promise<void>;
  close(): Promise<void>;
};

/** Rows whose keys begin with a prefix. */
export const withPrefix = (prefix: string): Range => ({ gte: prefix, lt: `${prefix}\x7f` });

/** Opens or creates the store at a path. Rejects, with the cause, when another process holds it. */
export async function openBlockStore(path: string): Promise<BlockStore> {
  mkdirSync(dirname(path), { recursive: true });
  const db = new Level<string, Uint8Array>(path, { valueEncoding: 'view' });
  try {
    await db.open();
  } catch (cause) {
    throw new Error(`the block store ${path} cannot be opened; is another node running on this home?`, { cause });
  }
  const codecs = engineCodecs();
  const extremes = async (reverse: boolean): Promise<bigint> => {
    const [key] = await db.keys({ ...withPrefix('b/'), reverse, limit: 1 }).all();
    return key === undefined ? 0n : keys.heightAtEnd(key);
  };
  let base = await extremes(false);
  let height = await extremes(true);

  const read = async <T>(key: string, decode: (bytes: Uint8Array) => T): Promise<T | undefined> => {
    const bytes: Uint8Array | undefined = await db.get(key);
    return bytes === undefined ? undefined : decode(bytes);
  };
  const write = (operations: Operation[]): Promise<void> => db.batch(operations, { sync: true });
  const store: BlockStore = {
    get base() { return base; },
    get height() { return height; },
    async saveBlock(block, blockBytes, meta, commit) {
      const at = block.header.height;
      await write([
        put(keys.blockKey(at), blockBytes),
        put(keys.metaKey(at), codecs.meta.encode(meta)),
        put(keys.commitKey(at), codecs.commit.encode(commit)),
        put(keys.blockHashKey(meta.blockId.hash), Buffer.from(keys.heightText(at))),
      ]);
      height = at;
      if (base === 0n) base = at;
    },
    async saveResults(block, results, after) {
      const at = block.header.height;
      await write([
        put(keys.responseKey(at), codecs.responses.encode(results)),
        put(keys.stateKey(at), encodeState(after)),
        ...indexRows(block, results).map(row => put(row.key, row.value)),
      ]);
    },
    saveState: state => write([put(keys.stateKey(state.height), encodeState(state))]),
    block: at => read(keys.blockKey(at), bytes => codecs.block.decode(bytes)),
    meta: at => read(keys.metaKey(at), bytes => codecs.meta.decode(bytes)),
    commit: at => read(keys.commitKey(at), bytes => codecs.commit.decode(bytes)),
    results: at => read(keys.responseKey(at), bytes => codecs.responses.decode(bytes)),
    state: at => read(keys.stateKey(at), decodeState),
    heightOfHash: hash => read(keys.blockHashKey(hash), bytes => keys.heightAtEnd(Buffer.from(bytes).toString())),
    placeOfTx: hash => read(keys.txKey(hash), bytes => keys.placeAtEnd('tx', Buffer.from(bytes).toString())),
    rows: range => db.iterator(range),
    async prune(retain, limit) {
      const end = retain < height ? retain : height;
      for (let count = 0; count < limit && base < end; count += 1) {
        const doomed = await deletionsOf(store, base);
        base += 1n; // first, so that nobody is told of a block that is about to go
        await write(doomed);
      }
    },
    close: () => db.close(),
  };
  return store;
}

const put = (key: string, value: Uint8Array): Put => ({ type: 'put', key, value });

/** Everything that belongs to a block, except a tx's place when the same bytes were included again later. */
async function deletionsOf(store: BlockStore, height: bigint): Promise<Operation[]> {
  const [block, meta, results] = await Promise.all([store.block(height), store.meta(height), store.results(height)]);
  const doomed = [keys.blockKey(height), keys.metaKey(height), keys.commitKey(height), keys.responseKey(height), keys.stateKey(height - 1n)];
  if (meta) doomed.push(keys.blockHashKey(meta.blockId.hash));
  if (block && results) {
    for (const row of indexRows(block, results)) {
      if (row.txHash && (await store.placeOfTx(row.txHash))?.height !== height) continue;
      doomed.push(row.key);
    }
  }
  return doomed.map(key => ({ type: 'del', key }));
}
