import { consensusAddress } from '../../crypto/address.js';
import { unixEpoch } from '../../time.js';
import type { StakingHooks } from '../staking/types.js';
import type { SlashingKeeper } from './keeper.js';
import type { SlashingParts } from './liveness.js';

/** What slashing notes when validators come and go. Signing info stays: whoever was tombstoned does not return under the same key. */
export function slashingHooks(keeper: SlashingKeeper, staking: SlashingParts['staking']): StakingHooks {
  return {
    afterValidatorCreated: (ctx, operator) => {
      const validator = staking.validator(ctx, operator);
      if (validator) keeper.setPublicKey(ctx, staking.consensusBytes(validator), validator.consensusPubkey);
    },
    afterValidatorBonded: (ctx, consensus) => {
      const fresh = {
        address: consensusAddress.text(consensus), indexOffset: 0n, jailedUntil: unixEpoch, tombstoned: false, missedBlocksCounter: 0n,
      };
      keeper.setSigningInfo(ctx, consensus, { ...(keeper.signingInfo(ctx, consensus) ?? fresh), startHeight: ctx.height });
    },
    afterValidatorRemoved: (ctx, consensus) => keeper.deletePublicKey(ctx, consensus),
  };
}
