/** What validators lose who do not sign, or sign twice. */
import type { Codecs } from '../../codec/index.js';
import type { Module } from '../../module.js';
import type { ConsensusKeeper } from '../consensus/index.js';
import { punishMisbehavior } from './evidence.js';
import { exportSlashingGenesis, finishSlashingGenesis, initSlashingGenesis } from './genesis.js';
import type { SlashingKeeper } from './keeper.js';
import { slashingStore } from './keys.js';
import { countVote, type SlashingParts } from './liveness.js';
import { slashingMsgs } from './msgs.js';
import { slashingQueries } from './queries.js';

export { makeSlashingKeeper } from './keeper.js';
export type { SigningInfo, SlashingKeeper } from './keeper.js';
export { slashingHooks } from './hooks.js';
export { slashingStore } from './keys.js';

/** Begins a block after distribution, which pays for the last block by the stake as it was, and before staking. */
export function makeSlashingModule(codecs: Codecs, keeper: SlashingKeeper, staking: SlashingParts['staking'], consensus: ConsensusKeeper): Module {
  const parts = { keeper, staking };
  return {
    name: 'slashing',
    stores: [slashingStore],
    msgs: slashingMsgs(codecs, parts),
    queries: slashingQueries(codecs, keeper),
    initGenesis: (ctx, state) => initSlashingGenesis(codecs, keeper, ctx, state),
    finishGenesis: ctx => finishSlashingGenesis(parts, ctx),
    exportGenesis: state => exportSlashingGenesis(codecs, keeper, state),
    beginBlock: (ctx, { decidedLastCommit, misbehavior }) => {
      for (const vote of decidedLastCommit?.votes ?? []) countVote(parts, ctx, vote);
      for (const one of misbehavior) punishMisbehavior(parts, consensus, ctx, one);
    },
  };
}
