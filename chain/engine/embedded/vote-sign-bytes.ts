/** What a precommit signs: the canonical vote, length-prefixed (CometBFT types/canonical.go, types/vote.go). */
import { chainCodecs, type BlockId, type CanonicalVote } from './block-types.js';
import type { Timestamp } from '../../abci/types.js';

const precommit = 2;

/** Bytes that a validator signs to commit block `blockId` at `height` in `round`, stating `timestamp`. */
export function precommitSignBytes(chainId: string, height: bigint, round: number, blockId: BlockId, timestamp: Timestamp): Uint8Array {
  const vote = chainCodecs().of<CanonicalVote>('tendermint.types.CanonicalVote')
    .encode({ type: precommit, height, round: BigInt(round), blockId, timestamp, chainId });
  const prefix: number[] = [];
  let rest = vote.length;
  while (rest >= 0x80) {
    prefix.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  return Uint8Array.of(...prefix, rest, ...vote);
}
