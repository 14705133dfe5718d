/** What slashing remembers of validators: how they sign, whether they sit in jail, and their consensus keys. */
import assert from 'node:assert/strict';
import type { Timestamp } from '../../abci/types.js';
import { littleEndianOf } from '../../bytes.js';
import type { Codecs } from '../../codec/index.js';
import type { Any } from '../../crypto/public-key.js';
import { decodedOnce } from '../../decoded-once.js';
import { rowsBelow, type Readable, type Writable } from '../state.js';
import { bitsPerChunk, emptyChunk, hasBit, withBit } from './bitmap.js';
import { missedBlocksKey, missedBlocksOf, paramsKey, publicKeyKey, signingInfoKey, signingInfoPrefix, slashingStore } from './keys.js';
import { storedParams, toWireParams, type SlashingParams, type WireSlashingParams } from './params.js';

/** cosmos.slashing.v1beta1.ValidatorSigningInfo. */
export type SigningInfo = {
  /** `windlassvalcons1…` */
  readonly address: string;
  /** Where it was bonded last. */
  readonly startHeight: bigint;
  /** Blocks that it was to sign, since then or since it was jailed. */
  readonly indexOffset: bigint;
  readonly jailedUntil: Timestamp | undefined;
  /** It signed twice, and never comes back. */
  readonly tombstoned: boolean;
  /** How many bits are set. */
  readonly missedBlocksCounter: bigint;
};

/** Consensus addresses are the 20 bytes that CometBFT knows. */
export type SlashingKeeper = {
  params(state: Readable): SlashingParams;
  setParams(state: Writable, params: SlashingParams): void;
  signingInfo(state: Readable, consensus: Uint8Array): SigningInfo | undefined;
  setSigningInfo(state: Writable, consensus: Uint8Array, info: SigningInfo): void;
  /** All, by consensus address. */
  signingInfos(state: Readable): readonly (readonly [consensus: Uint8Array, info: SigningInfo])[];
  decodeSigningInfo(bytes: Uint8Array): SigningInfo;
  /** Whether the block at `index` of the validator's window was missed. */
  isMissed(state: Readable, consensus: Uint8Array, index: bigint): boolean;
  setMissed(state: Writable, consensus: Uint8Array, index: bigint, missed: boolean): void;
  /** Indexes, ascending. */
  missedBlocks(state: Readable, consensus: Uint8Array): readonly bigint[];
  clearMissed(state: Writable, consensus: Uint8Array): void;
  /** Evidence against a validator without it is ignored: such a validator is gone. */
  hasPublicKey(state: Readable, consensus: Uint8Array): boolean;
  setPublicKey(state: Writable, consensus: Uint8Array, key: Any): void;
  deletePublicKey(state: Writable, consensus: Uint8Array): void;
};

export function makeSlashingKeeper(codecs: Codecs): SlashingKeeper {
  const paramsCodec = codecs.of<WireSlashingParams>('cosmos.slashing.v1beta1.Params');
  const infoCodec = codecs.of<SigningInfo>('cosmos.slashing.v1beta1.ValidatorSigningInfo');
  const any = codecs.of<Any>('google.protobuf.Any');
  const decodeParams = decodedOnce(bytes => storedParams(paramsCodec.decode(bytes)), 4);
  const decodeInfo = (bytes: Uint8Array): SigningInfo => infoCodec.decode(bytes);
  return {
    params: state => {
      const bytes = state.store(slashingStore).get(paramsKey);
      assert(bytes !== undefined, 'genesis stored the parameters of slashing');
      return decodeParams(bytes);
    },
    setParams: (state, params) => state.store(slashingStore).set(paramsKey, paramsCodec.encode(toWireParams(params))),
    signingInfo: (state, consensus) => {
      const bytes = state.store(slashingStore).get(signingInfoKey(consensus));
      return bytes && decodeInfo(bytes);
    },
    setSigningInfo: (state, consensus, info) => state.store(slashingStore).set(signingInfoKey(consensus), infoCodec.encode(info)),
    signingInfos: state => rowsBelow(state, slashingStore, signingInfoPrefix)
      .map(([key, value]) => [key.slice(signingInfoPrefix.length + 1), decodeInfo(value)] as const),
    decodeSigningInfo: decodeInfo,
    ...missedBlocks,
    hasPublicKey: (state, consensus) => state.store(slashingStore).has(publicKeyKey(consensus)),
    setPublicKey: (state, consensus, key) => state.store(slashingStore).set(publicKeyKey(consensus), any.encode(key)),
    deletePublicKey: (state, consensus) => state.store(slashingStore).delete(publicKeyKey(consensus)),
  };
}

const missedBlocks: Pick<SlashingKeeper, 'isMissed' | 'setMissed' | 'missedBlocks' | 'clearMissed'> = {
  isMissed: (state, consensus, index) => {
    const chunk = state.store(slashingStore).get(missedBlocksKey(consensus, index / bitsPerChunk));
    return chunk !== undefined && hasBit(chunk, Number(index % bitsPerChunk));
  },
  setMissed: (state, consensus, index, missed) => {
    const key = missedBlocksKey(consensus, index / bitsPerChunk);
    const store = state.store(slashingStore);
    store.set(key, withBit(store.get(key) ?? emptyChunk(), Number(index % bitsPerChunk), missed));
  },
  missedBlocks: (state, consensus) => {
    const indexes: bigint[] = [];
    for (const [key, chunk] of rowsBelow(state, slashingStore, missedBlocksOf(consensus))) {
      const first = littleEndianOf(key.subarray(-8)) * bitsPerChunk;
      for (let bit = 0n; bit < bitsPerChunk; bit += 1n) if (hasBit(chunk, Number(bit))) indexes.push(first + bit);
    }
    return indexes.sort((a, b) => (a < b ? -1 : 1));
  },
  clearMissed: (state, consensus) => {
    for (const [key] of rowsBelow(state, slashingStore, missedBlocksOf(consensus))) state.store(slashingStore).delete(key);
  },
};
