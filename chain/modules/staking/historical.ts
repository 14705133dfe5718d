/** Headers and validators of past blocks: what another chain's light client of ours is checked against. */
import type { Timestamp } from '../../abci/types.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import type { BeginningBlock } from '../../module.js';
import type { Readable } from '../state.js';
import { historicalKey, stakingStore } from './keys.js';
import type { StakingParts } from './parts.js';
import { potentialPower } from './shares.js';
import type { Validator } from './types.js';
import { toWireValidator, type WireValidator } from './wire.js';

type WireHeader = { chainId: string; height: bigint; time: Timestamp; nextValidatorsHash: Uint8Array; appHash: Uint8Array; proposerAddress: Uint8Array };
export type WireHistoricalInfo = { header: Partial<WireHeader> | undefined; valset: WireValidator[] };

export type History = {
  /** Begin-block: keeps this one, drops those beyond `historical_entries`. */
  track(ctx: Context, block: BeginningBlock): void;
  at(state: Readable, height: bigint): WireHistoricalInfo | undefined;
};

export function makeHistory(codecs: Codecs, { rows }: StakingParts): History {
  const codec = codecs.of<WireHistoricalInfo>('cosmos.staking.v1beta1.HistoricalInfo');
  const prune = (ctx: Context, entries: number): void => {
    const store = ctx.store(stakingStore);
    for (let height = ctx.height - BigInt(entries); height >= 0n && store.has(historicalKey(height)); height -= 1n) store.delete(historicalKey(height));
  };
  return {
    track: (ctx, block) => {
      const { historicalEntries } = rows.params(ctx);
      prune(ctx, historicalEntries);
      if (historicalEntries === 0) return;
      const valset = rows.lastPowers(ctx).map(({ operator }) => rows.knownValidator(ctx, operator)).sort((a, b) => byPowerThenAddress(rows, a, b));
      const header = {
        chainId: ctx.chainId, height: block.height, time: block.time, nextValidatorsHash: block.nextValidatorsHash, appHash: block.lastAppHash, proposerAddress: block.proposerAddress,
      };
      ctx.store(stakingStore).set(historicalKey(ctx.height), codec.encode({ header, valset: valset.map(toWireValidator) }));
    },
    at: (state, height) => {
      const bytes = state.store(stakingStore).get(historicalKey(height));
      return bytes && codec.decode(bytes);
    },
  };
}

/** As CometBFT orders a set. */
function byPowerThenAddress({ consensusBytes }: StakingParts['rows'], a: Validator, b: Validator): number {
  const [left, right] = [potentialPower(a), potentialPower(b)];
  if (left !== right) return left > right ? -1 : 1;
  return Buffer.compare(consensusBytes(a), consensusBytes(b));
}
