/**
 * What goes over the control socket: lines of JSON. A connection has one request, and gets a head, any number of portions, and
 * an end; or an error. Both sides name the version, and refuse another.
 */

import type { WorkersReport } from '../host-db/workers-report.js';

export const controlVersion = 1;

/** Rows of the database by full key, [from, to) each, in this order. */
export type RowsRequest = { readonly version: number; readonly method: 'rows'; readonly ranges: readonly (readonly [from: string, to: string])[] };

/** The rows that a search for leaked promises reads (promise-rows.ts); answered as rows are. */
export type PromisesRequest = { readonly version: number; readonly method: 'promises' };

/** What the host knows of its workers; one line is the answer. */
export type WorkersRequest = { readonly version: number; readonly method: 'workers' };

/** Saves what the node knows of its last block; the id of the bundle is the answer. */
export type SaveRequest = { readonly version: number; readonly method: 'save'; readonly reason: string };

/** `height` is null before the first block. */
export type ControlHead = { readonly version: number; readonly height: string | null };
/** A value is base64; a long one comes in several pieces, of which all but the last are followed by `true`. */
export type RowPiece = readonly [key: string, base64: string, hasMore?: true];
export type ControlLine = ControlHead | { readonly rows: readonly RowPiece[] } | { readonly version: number; readonly workers: WorkersReport } | { readonly version: number; readonly saved: string } | { readonly end: true } | { readonly error: string };

/** Of a request; a line of an answer may be somewhat longer. */
export const requestBytesMax = 64 * 1024;

const reasonMax = 1000;

/** Only what the kernel keeps is served: its rows, and its local ones. */
export function isServed([from, to]: readonly [string, string]): boolean {
  return (from.startsWith('k/') && to <= 'k0') || (from.startsWith('b/') && to <= 'b0');
}

/** The request in a line, or why it is none. */
export function parseRequest(line: string): RowsRequest | PromisesRequest | WorkersRequest | SaveRequest | { readonly wrong: string } {
  const given = jsonOf(line);
  if (typeof given !== 'object' || given === null) return { wrong: 'the request is not JSON' };
  const { version, method, ranges, reason } = given as { readonly [Name in keyof RowsRequest | 'reason']?: unknown };
  if (version !== controlVersion) return { wrong: `this node speaks version ${controlVersion} of the control protocol; use the windlass of its release` };
  if (method === 'workers' || method === 'promises') return { version, method };
  if (method === 'save') return typeof reason === 'string' && reason.length <= reasonMax ? { version, method, reason } : { wrong: `reason is a text of at most ${reasonMax} characters` };
  if (method !== 'rows') return { wrong: 'there is no such method' };
  const isRange = (range: unknown): range is readonly [string, string] => Array.isArray(range) && range.length === 2 && range.every(key => typeof key === 'string');
  if (!Array.isArray(ranges) || !ranges.every(isRange) || !ranges.every(isServed)) return { wrong: 'ranges are pairs of keys of the kernel' };
  return { version, method, ranges };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // said in words by whoever asked
  }
}
