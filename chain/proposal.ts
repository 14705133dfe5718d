/** Proposals: first come, first served, and every block is acceptable. A bad tx in one is a result with a code, not a reason to reject. */
import type { RequestPrepareProposal, ResponsePrepareProposal } from './abci/types.js';

/** The bytes that a tx takes in a block: tag, length, content. */
function sizeInBlock(tx: Uint8Array): bigint {
  let varintLength = 1;
  for (let rest = tx.length; rest >= 0x80; rest = Math.floor(rest / 0x80)) varintLength += 1;
  return BigInt(1 + varintLength + tx.length);
}

/** Txs in the mempool's order until the next one does not fit; one that would not fit alone is passed over. Negative max: no bound. */
export function prepareProposal({ txs, maxTxBytes }: RequestPrepareProposal): ResponsePrepareProposal {
  if (maxTxBytes < 0n) return { txs };
  const chosen: Uint8Array[] = [];
  let left = maxTxBytes;
  for (const tx of txs) {
    const size = sizeInBlock(tx);
    if (size > maxTxBytes) continue;
    if (size > left) break;
    chosen.push(tx);
    left -= size;
  }
  return { txs: chosen };
}
