/** Small pieces of CometBFT's JSON. */
import { formatTimestamp } from '../../../codec/json.js';
import type { Timestamp } from '../../../abci/types.js';

/** Upper-case hex, as hashes and addresses are printed. */
export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
export const base64Of = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');
/** Base64, or null for no bytes: Go prints an empty slice that came over the wire as null. */
export const base64OrNull = (bytes: Uint8Array): string | null => (bytes.length === 0 ? null : base64Of(bytes));
export const listOrNull = <T>(list: readonly T[]): readonly T[] | null => (list.length === 0 ? null : list);

/** RFC 3339 with the zero time of Go as it prints it. */
export function timeOf(time: Timestamp): string {
  return time.seconds === -62135596800n ? '0001-01-01T00:00:00Z' : formatTimestamp(time);
}
