/** JSON-RPC errors with CometBFT's codes and words (rpc/jsonrpc/types). */
import { MempoolError } from '../mempool.js';
import { QueryError } from '../query.js';

export type ErrorBody = { readonly code: number; readonly message: string; readonly data?: string };

/** An answer of "no" to a caller. */
export class RpcError extends Error {
  constructor(readonly body: ErrorBody) {
    super(body.data ?? body.message);
    this.name = 'RpcError';
  }
}

export const parseError = (data: string): RpcError => new RpcError({ code: -32700, message: 'Parse error. Invalid JSON', data });
export const invalidRequest = (data: string): RpcError => new RpcError({ code: -32600, message: 'Invalid Request', data });
export const methodNotFound = (): RpcError => new RpcError({ code: -32601, message: 'Method not found' });
export const invalidParams = (data: string): RpcError => new RpcError({ code: -32602, message: 'Invalid params', data });
/** What a method refuses; CometBFT has one code for all of that. */
export const internalError = (data: string): RpcError => new RpcError({ code: -32603, message: 'Internal error', data });

/** The error that a caller is told; undefined for what is no refusal but a failure of ours, whose text is not for strangers. */
export function errorBodyOf(error: unknown): ErrorBody | undefined {
  if (error instanceof RpcError) return error.body;
  if (error instanceof MempoolError || error instanceof QueryError) return internalError(error.message).body;
  return undefined;
}
