/** Governance: proposals of messages, deposits, votes, and their execution with the authority of the module's account. */
import assert from 'node:assert/strict';
import { governanceModule } from '../../authority.js';
import type { Codecs } from '../../codec/index.js';
import type { Module } from '../../module.js';
import type { MessageRouter } from '../../router.js';
import type { AuthKeeper, ModuleAccountSpec } from '../auth/index.js';
import type { BankKeeper } from '../bank/index.js';
import type { Readable } from '../state.js';
import { endBlock } from './end-block.js';
import { exportGovGenesis, initGovGenesis } from './genesis.js';
import type { CommunityPool, Gov } from './host.js';
import { govStore } from './keys.js';
import { legacyAminoTypes, legacyMsgs } from './legacy-msgs.js';
import { govMsgs } from './msgs.js';
import { govQueries } from './queries.js';
import { makeGovStore } from './store.js';
import type { GovStaking } from './tally.js';

export { govStore } from './keys.js';
export { govParamsDefault } from './params.js';
export { proposalStatus, voteOption } from './types.js';
export type { GovParams, Proposal, TallyResult, Vote } from './types.js';
export type { CommunityPool } from './host.js';
export type { GovStaking } from './tally.js';

/** Holds the deposits, burns some of them, and is who signs the messages of proposals. */
export const govAccount: ModuleAccountSpec = { name: governanceModule, permissions: ['burner'], mayReceive: true };

export type GovOptions = {
  readonly codecs: Codecs;
  readonly auth: AuthKeeper;
  readonly bank: BankKeeper;
  readonly staking: GovStaking;
  /** Deposits of a genesis without parameters. */
  readonly denom: string;
  readonly communityPool?: CommunityPool;
};

export type GovModule = Module & { /** The SDK's genesis JSON of a state. */ exportGenesis(state: Readable): unknown };

/** Comes after the modules whose coins and power it reads at genesis, and before staking's end of a block. */
export function makeGovModule({ codecs, auth, bank, staking, denom, communityPool }: GovOptions): GovModule {
  let router: MessageRouter | undefined;
  const gov: Gov = {
    codecs, auth, bank, staking, communityPool, store: makeGovStore(codecs),
    router: () => {
      assert(router !== undefined, 'the application was made before its messages run');
      return router;
    },
  };
  return {
    name: governanceModule,
    stores: [govStore],
    msgs: [...govMsgs(gov), ...legacyMsgs(gov)],
    aminoTypes: legacyAminoTypes(gov),
    queries: govQueries(gov),
    connect: given => {
      router = given;
    },
    initGenesis: (ctx, state) => initGovGenesis(gov, ctx, state, denom),
    endBlock: ctx => endBlock(gov, ctx),
    exportGenesis: state => exportGovGenesis(gov, state),
  };
}
