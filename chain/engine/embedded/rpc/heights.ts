/** Which height a request means, and pages of a list, with CometBFT's complaints (rpc/core/env.go). */
import { internalError } from './errors.js';
import type { Args } from './args.js';
import type { Node } from './routes.js';

const perPageDefault = 30;
const perPageMax = 100;

/** Height of the last committed block; 0n before the first. */
export function tipHeight({ tip }: Node): bigint {
  return tip.state.height < tip.state.initialHeight ? 0n : tip.state.height;
}

/** The height asked for, or `latest`; throws when there is no such block, or no longer. */
export function heightFrom(node: Node, args: Args, latest: bigint): bigint {
  const height = args.integer('height') ?? latest;
  if (height <= 0n) throw internalError(args.integer('height') === undefined ? 'there is no block yet' : `height must be greater than 0, but got ${height}`);
  if (height > latest) throw internalError(`height ${height} must be less than or equal to the current blockchain height ${latest}`);
  if (height < node.store.base) throw internalError(`height ${height} is not available, lowest height is ${node.store.base}`);
  return height;
}

export type Page = { readonly start: number; readonly end: number };

export function perPageFrom(perPage: number | undefined): number {
  if (perPage === undefined || perPage < 1) return perPageDefault;
  return Math.min(perPage, perPageMax);
}

/** The slice [start, end) of a list that `page` and `per_page` ask for. */
export function pageFrom(args: Args, total: number): Page {
  const perPage = perPageFrom(args.count('per_page'));
  const pages = Math.max(1, Math.ceil(total / perPage));
  const page = args.count('page') ?? 1;
  if (page < 1 || page > pages) throw internalError(`page should be within [1, ${pages}] range, given ${page}`);
  return { start: (page - 1) * perPage, end: Math.min(page * perPage, total) };
}
