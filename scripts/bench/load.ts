/** A load on a node: txs that were signed before, sent over several connections without waiting for blocks; and what came of it. */
import { batchMax, type BlockFacts, type Rpc } from './rpc.js';
import { eventually } from './stopwatch.js';

const sendersAtOnce = 12;
/** CometBFT's mempool and ours hold 5,000 txs; senders pause well before. */
const waitingMax = 3500;
const settleMs = 180_000;

export type LoadResult = {
  /** Committed txs a second, by the times in the headers. */
  readonly txsPerSecond: number;
  /** Actions that got their outcome, a second; 0 when none was expected. */
  readonly outcomesPerSecond: number;
};

/** Sends all, waits until all are in blocks (and, with `outcomes`, have their outcome). Rejects when one is refused. */
export async function runLoad(rpc: Rpc, txs: readonly Uint8Array[], { outcomes = false } = {}): Promise<LoadResult> {
  const before = await rpc.height();
  await sendAll(rpc, txs);
  const blocks: BlockFacts[] = [];
  const settled: { height: number; outcomes: number }[] = [];
  await eventually(`${txs.length} txs in blocks`, settleMs, async () => {
    await readNewBlocks(rpc, before, blocks, outcomes ? settled : undefined);
    const included = sum(blocks.map(block => block.txs));
    return included >= txs.length && (!outcomes || sum(settled.map(block => block.outcomes)) >= txs.length) ? true : undefined;
  }, 100);
  const loaded = blocks.filter(block => block.txs > 0).map(({ height }) => height);
  const [first, last] = [loaded[0] as number, loaded[loaded.length - 1] as number];
  const lastSettled = settled.filter(block => block.outcomes > 0).at(-1)?.height;
  return {
    txsPerSecond: (txs.length * 1000) / (await spanMs(rpc, first, last)),
    outcomesPerSecond: lastSettled === undefined ? 0 : (txs.length * 1000) / (await spanMs(rpc, first, lastSettled)),
  };
}

async function sendAll(rpc: Rpc, txs: readonly Uint8Array[]): Promise<void> {
  let next = 0;
  let waiting = 0;
  const sender = async (): Promise<void> => {
    while (next < txs.length) {
      const batch = txs.slice(next, next + batchMax);
      next += batch.length;
      if (waiting + batch.length > waitingMax) waiting = await eventually('room in the mempool', settleMs, async () => {
        const count = await rpc.unconfirmed();
        return count < waitingMax / 2 ? count : undefined;
      }, 25);
      waiting += batch.length;
      const refused = (await rpc.broadcastSync(batch)).find(({ code }) => code !== 0);
      if (refused) throw new Error(`a tx was refused: ${refused.code} ${refused.log}`);
    }
  };
  await Promise.all(Array.from({ length: sendersAtOnce }, sender));
}

async function readNewBlocks(rpc: Rpc, before: number, blocks: BlockFacts[], settled: { height: number; outcomes: number }[] | undefined): Promise<void> {
  const height = (await rpc.height()) - 1; // CometBFT counts a block that it has stored and is about to execute
  for (let at = before + 1 + blocks.length; at <= height; at += 1) {
    const block = await rpc.block(at);
    settled?.push({ height: at, outcomes: await rpc.outcomes(at) });
    blocks.push(block);
  }
}

/**
 * How long the blocks from first to last took. A header's time is when the block before it was voted on, before that was
 * executed; so block H is executed between the times of headers H + 1 and H + 2.
 */
async function spanMs(rpc: Rpc, first: number, last: number): Promise<number> {
  await eventually('the blocks after a load', settleMs, async () => ((await rpc.height()) >= last + 2 ? true : undefined));
  return (await rpc.block(last + 2)).timeMs - (await rpc.block(first + 1)).timeMs;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
