/** subscribe, unsubscribe and unsubscribe_all of one websocket, within the server's limits. */
import { argsFromJson } from './args.js';
import { internalError } from './errors.js';
import { parseQuery, QueryError, type Query } from '../query.js';
import type { Call, Id, Reply } from './json-rpc.js';
import type { EventBus, Published } from '../event-bus.js';

/** CometBFT's defaults. */
const clientsMax = 100;
const perClientMax = 5;

/** How many websockets have subscriptions, over the whole server. */
export type Clients = { count: number };

export type Subscriptions = {
  /** Undefined when the method is none of the three. Throws RpcError for a refusal. */
  run(call: Call & { readonly id: Id }): Record<string, never> | undefined;
  /** Ends all, when the socket closes. */
  close(): void;
};

export function makeSubscriptions(bus: EventBus, clients: Clients, send: (reply: Reply) => void): Subscriptions {
  const ends = new Map<string, () => void>();
  const drop = (query: string): void => {
    ends.get(query)?.();
    if (ends.delete(query) && ends.size === 0) clients.count -= 1;
  };
  const close = (): void => {
    for (const query of [...ends.keys()]) drop(query);
  };
  const subscribe = (id: Id, query: Query): void => {
    if (ends.size === 0 && clients.count >= clientsMax) throw internalError(`max_subscription_clients ${clientsMax} reached`);
    if (ends.size >= perClientMax) throw internalError(`max_subscriptions_per_client ${perClientMax} reached`);
    if (ends.has(query.text)) throw internalError('already subscribed');
    if (ends.size === 0) clients.count += 1;
    const deliver = ({ data, attributes }: Published): void =>
      send({ jsonrpc: '2.0', id, result: { query: query.text, data, events: Object.fromEntries(attributes) } });
    ends.set(query.text, bus.subscribe({ query, deliver }));
  };
  return {
    run({ id, method, params }) {
      switch (method) {
        case 'subscribe':
          subscribe(id, queryFrom(params));
          return {};
        case 'unsubscribe': {
          const { text } = queryFrom(params);
          if (!ends.has(text)) throw internalError('subscription not found');
          drop(text);
          return {};
        }
        case 'unsubscribe_all':
          if (ends.size === 0) throw internalError('subscription not found');
          close();
          return {};
        default:
          return undefined;
      }
    },
    close,
  };
}

function queryFrom(params: unknown): Query {
  try {
    return parseQuery(argsFromJson(params, ['query']).text('query'));
  } catch (error) {
    if (error instanceof QueryError) throw internalError(`failed to parse query: ${error.message}`);
    throw error;
  }
}
