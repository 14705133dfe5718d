/**
 * Format 1 of a state-sync snapshot: S(H) as one stream of records, cut into chunks of a fixed size. It holds nothing that
 * differs between two nodes at the same height: no file as it is compressed, no version that is pruned, no entry of a closed span.
 *
 * A record is u8 kind, u32 length and key (characters 0 to 255), u48 length and value; numbers are big-endian. Kinds come in
 * the order of `recordKinds`; within one, keys ascend, but nodes of the chain's trees come children first:
 *
 *   header   'windlass', JSON {format, height}
 *   chain    a row of the multi-store: nodes, then the roots of the height
 *   kernel   a row of the kernel's table
 *   entry    a transcript entry of a current span
 *   bundle   the id, and the zip
 *   heap     the SHA-256 of a heap snapshot, and its bytes
 *   end      no key, no value
 *
 * A chunk travels compressed; its hash is that of its bytes before. So nodes whose compressors differ offer the same snapshot.
 */
import { createHash } from 'node:crypto';

export const formatNumber = 1;

/** Before compression. CometBFT carries messages of at most 16 MB. */
export const chunkBytesDefault = 8 * 1024 * 1024;
export const chunkBytesMax = 10 * 1024 * 1024;
/** CometBFT's default bound (statesync.max_snapshot_chunks); their hashes just fit its message of 4 MB. */
export const chunksMax = 100_000;
export const hashBytes = 32;

export const recordKinds = ['header', 'chain', 'kernel', 'entry', 'bundle', 'heap', 'end'] as const;
export type RecordKind = (typeof recordKinds)[number];

export const headerKey = 'windlass';
export const headerValue = (height: bigint): Uint8Array => Buffer.from(JSON.stringify({ format: formatNumber, height: String(height) }));

/** What stands before a record's value. */
export function recordHead(kind: RecordKind, key: string, valueLength: number): Uint8Array {
  const head = Buffer.allocUnsafe(1 + 4 + key.length + 6);
  head.writeUInt8(recordKinds.indexOf(kind), 0);
  head.writeUInt32BE(key.length, 1);
  head.write(key, 5, 'latin1');
  head.writeUIntBE(valueLength, 5 + key.length, 6);
  return head;
}

/** Identity of a snapshot: SHA-256 over the hashes of its chunks, which are its metadata. The first chunk has the height. */
export function snapshotHash(metadata: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(metadata).digest());
}
