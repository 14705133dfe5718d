/** Keys of store `slashing`, as the SDK's x/slashing lays them out. Consensus addresses are preceded by their length. */
import { concatBytes, lengthFirst, littleEndianBytes } from '../../bytes.js';

export const slashingStore = 'slashing';
export const paramsKey = Uint8Array.of(0x00);
export const signingInfoPrefix = Uint8Array.of(0x01);
const missedBlocksPrefix = Uint8Array.of(0x02);
const publicKeyPrefix = Uint8Array.of(0x03);

export const signingInfoKey = (consensus: Uint8Array): Uint8Array => concatBytes(signingInfoPrefix, lengthFirst(consensus));
export const publicKeyKey = (consensus: Uint8Array): Uint8Array => concatBytes(publicKeyPrefix, lengthFirst(consensus));
export const missedBlocksOf = (consensus: Uint8Array): Uint8Array => concatBytes(missedBlocksPrefix, lengthFirst(consensus));

/** The chunk's number has eight bytes, the lowest first. */
export function missedBlocksKey(consensus: Uint8Array, chunk: bigint): Uint8Array {
  return concatBytes(missedBlocksOf(consensus), littleEndianBytes(chunk));
}
