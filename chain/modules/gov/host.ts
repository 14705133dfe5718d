/** What the rules of governance work with. */
import type { Codecs } from '../../codec/index.js';
import type { Coins } from '../../coins.js';
import type { Context } from '../../context.js';
import type { MessageRouter } from '../../router.js';
import type { AuthKeeper } from '../auth/index.js';
import type { BankKeeper } from '../bank/index.js';
import type { GovStore } from './store.js';
import type { GovStaking } from './tally.js';

/** Where a cancelled proposal's coins go when `proposal_cancel_dest` is this address. */
export type CommunityPool = { readonly address: string; fund(ctx: Context, from: string, coins: Coins): void };

export type Gov = {
  readonly codecs: Codecs;
  readonly store: GovStore;
  readonly auth: AuthKeeper;
  readonly bank: BankKeeper;
  readonly staking: GovStaking;
  readonly communityPool: CommunityPool | undefined;
  /** Known once the application is made. */
  router(): MessageRouter;
};
