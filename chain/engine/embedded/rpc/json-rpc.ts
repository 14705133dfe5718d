/** JSON-RPC 2.0 over any transport: one request or a batch in, answers out. */
import { argsFromJson } from './args.js';
import { errorBodyOf, invalidRequest, methodNotFound, parseError, type ErrorBody } from './errors.js';
import { routes, type Node } from './routes.js';

export type Id = string | number;
export type Call = { readonly id: Id | undefined; readonly method: string; readonly params: unknown };
export type Reply = { readonly jsonrpc: '2.0'; readonly id?: Id; readonly result?: unknown; readonly error?: ErrorBody };

/** CometBFT's default is 10; clients of the cosmjs family send 20. */
export const batchMax = 20;

export function replyWithError(id: Id | undefined, body: ErrorBody): Reply {
  return id === undefined ? { jsonrpc: '2.0', error: body } : { jsonrpc: '2.0', id, error: body };
}

/** Throws RpcError −32700. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw parseError(`error unmarshaling request: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A request without an id is a notification, which gets no answer. Throws RpcError −32600. */
export function readCall(json: unknown): Call {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw invalidRequest('expected an object');
  const { id, method, params } = json as Record<string, unknown>;
  if (typeof method !== 'string') throw invalidRequest('method must be a string');
  if (id === undefined || id === null) return { id: undefined, method, params };
  if (typeof id !== 'string' && typeof id !== 'number') throw invalidRequest('id must be a string or a number');
  return { id, method, params };
}

/** Runs a method of the table. Never rejects: what is refused or fails is in the reply. */
export async function runCall(node: Node, call: Call): Promise<Reply> {
  return replyTo(node, call.id, call.method, () => {
    const route = routes.get(call.method);
    if (!route) throw methodNotFound();
    return route.run(node, argsFromJson(call.params, route.params));
  });
}

/** A failure that is no refusal is logged here; the caller learns only that it happened. */
export async function replyTo(node: Node, id: Id | undefined, method: string, work: () => unknown): Promise<Reply> {
  try {
    const result = await work();
    return { jsonrpc: '2.0', ...(id !== undefined && { id }), result };
  } catch (error) {
    const body = errorBodyOf(error);
    if (!body) node.log.error({ err: error, method }, 'an RPC method failed');
    return replyWithError(id, body ?? { code: -32603, message: 'Internal error', data: 'the node failed to answer; see its log' });
  }
}

/** Runs a parsed body: a call or a batch. Undefined when nothing is to be answered. Throws RpcError for a bad batch. */
export async function runBody(node: Node, json: unknown): Promise<Reply | readonly Reply[] | undefined> {
  if (!Array.isArray(json)) return runOne(node, json);
  if (json.length === 0) throw invalidRequest('the batch is empty');
  if (json.length > batchMax) throw invalidRequest(`batch request exceeds maximum (${batchMax}) allowed number of requests`);
  const replies = await Promise.all(json.map(item => runOne(node, item)));
  const given = replies.filter(reply => reply !== undefined);
  return given.length > 0 ? given : undefined;
}

async function runOne(node: Node, json: unknown): Promise<Reply | undefined> {
  let call: Call;
  try {
    call = readCall(json);
  } catch (error) {
    return replyWithError(undefined, errorBodyOf(error) ?? invalidRequest('unreadable').body);
  }
  if (call.id === undefined) return undefined;
  return runCall(node, call);
}
