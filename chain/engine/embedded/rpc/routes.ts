/** What every method of the RPC works with, and the table of all methods. */
import { blockRoutes } from './block-routes.js';
import { infoRoutes } from './info-routes.js';
import { searchRoutes } from './search-routes.js';
import { txRoutes } from './tx-routes.js';
import { abciRoutes } from './abci-routes.js';
import type { Args } from './args.js';
import type { BlockStore } from '../block-store.js';
import type { EventBus } from '../event-bus.js';
import type { Mempool } from '../mempool.js';
import type { Tip } from '../producer.js';
import type { ValidatorKey } from '../validator-key.js';
import type { AbciApplication } from '../../../abci/types.js';
import type { Logger } from '../../../log.js';
import type { GenesisDoc } from '../../types.js';

export type Node = {
  readonly application: AbciApplication;
  readonly store: BlockStore;
  readonly mempool: Mempool;
  readonly bus: EventBus;
  readonly tip: Tip;
  readonly genesis: GenesisDoc;
  readonly key: ValidatorKey;
  readonly nodeId: string;
  readonly moniker: string;
  readonly rpcLaddr: string;
  readonly log: Logger;
  /** Resolves when the first block is committed, or the second if the first has no app hash. */
  readonly firstBlock: Promise<void>;
};

/** One method: the names of its parameters in the order of an array, and what it answers. */
export type Route = { readonly params: readonly string[]; run(node: Node, args: Args): unknown };
export type Routes = Readonly<Record<string, Route>>;

/** All methods but those that only a websocket has. */
export const routes: ReadonlyMap<string, Route> = new Map(
  Object.entries({ ...infoRoutes, ...blockRoutes, ...searchRoutes, ...txRoutes, ...abciRoutes }),
);
