/**
 * Frames: what a segment is made of. A header of 64 bytes, little-endian, and a body of lines. A reader believes a frame whose magic, length and
 * CRC are right and whose sequence is higher than that of the frame before; so a file can be read while it is written, and after any crash.
 */
import { crc32 } from 'node:zlib';

/** `local`: of this node alone; `run`, `block`: the two streams of a height (design 8). */
export type Stream = 'local' | 'run' | 'block';

export type FrameHeader = {
  /** One more with every frame, over restarts; never reset. */
  readonly sequence: bigint;
  readonly stream: Stream;
  readonly height: bigint;
  /** The how manieth execution of the height's stream on this node, from 1; 0 in stream `local`. */
  readonly attempt: number;
  /** The last step that the body is about; 0 before the first. */
  readonly crankNum: bigint;
  /** Lines that were written. After a gap the body has fewer. */
  readonly entries: number;
  /** First 16 bytes of the running hash over lane D of the attempt, after this frame; hex. */
  readonly lane: string;
  /** The first frame of an attempt. */
  readonly isFirst: boolean;
  /** The attempt ends with this frame and is complete. */
  readonly isLast: boolean;
  /** Lines were left out of it for want of room; those of the ladder are there. */
  readonly isThinned: boolean;
};

export type Frame = FrameHeader & { readonly body: Buffer };

export const headerBytes = 64;
const magic = 0x31524c57; // "WLR1"
const version = 1;
const laneBytes = 16;
/** The checksum covers what follows it. */
const checkedFrom = 12;
const streams: readonly Stream[] = ['local', 'run', 'block'];
const [firstFlag, lastFlag, thinnedFlag] = [1, 2, 4];

/** Writes the header of the frame whose body stands in `frame` after it. `frame` is header and body, no more. */
export function sealFrame(frame: Buffer, header: FrameHeader): void {
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(frame.length - headerBytes, 4);
  frame.writeUInt16LE((header.isFirst ? firstFlag : 0) | (header.isLast ? lastFlag : 0) | (header.isThinned ? thinnedFlag : 0), 12);
  frame.writeUInt8(streams.indexOf(header.stream), 14);
  frame.writeUInt8(version, 15);
  writeUInt64(frame, header.sequence, 16);
  writeUInt64(frame, header.height, 24);
  frame.writeUInt32LE(header.attempt, 32);
  frame.writeUInt32LE(header.entries, 36);
  writeUInt64(frame, header.crankNum, 40);
  frame.write(header.lane, 48, laneBytes, 'hex');
  frame.writeUInt32LE(crc32(frame.subarray(checkedFrom)), 8);
}

/** Several times as fast as the one of Buffer, for what fits into a number. */
function writeUInt64(buffer: Buffer, value: bigint, at: number): void {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) return void buffer.writeBigUInt64LE(value, at);
  buffer.writeUInt32LE(number % 2 ** 32, at);
  buffer.writeUInt32LE(Math.floor(number / 2 ** 32), at + 4);
}

export function encodeFrame(header: FrameHeader, body: Uint8Array): Buffer {
  const frame = Buffer.alloc(headerBytes + body.length);
  frame.set(body, headerBytes);
  sealFrame(frame, header);
  return frame;
}

/** The frame that begins at `at`, or undefined when there is none that can be believed. The body is a view of `bytes`. */
export function frameAt(bytes: Buffer, at: number): { readonly frame: Frame; readonly end: number } | undefined {
  if (at + headerBytes > bytes.length || bytes.readUInt32LE(at) !== magic) return undefined;
  const end = at + headerBytes + bytes.readUInt32LE(at + 4);
  if (end > bytes.length || bytes.readUInt8(at + 15) !== version) return undefined;
  if (bytes.readUInt32LE(at + 8) !== crc32(bytes.subarray(at + checkedFrom, end))) return undefined;
  const stream = streams[bytes.readUInt8(at + 14)];
  if (stream === undefined) return undefined;
  const flags = bytes.readUInt16LE(at + 12);
  const frame: Frame = {
    sequence: bytes.readBigUInt64LE(at + 16), stream, height: bytes.readBigUInt64LE(at + 24), attempt: bytes.readUInt32LE(at + 32),
    entries: bytes.readUInt32LE(at + 36), crankNum: bytes.readBigUInt64LE(at + 40), lane: bytes.toString('hex', at + 48, at + 48 + laneBytes),
    isFirst: (flags & firstFlag) !== 0, isLast: (flags & lastFlag) !== 0, isThinned: (flags & thinnedFlag) !== 0,
    body: bytes.subarray(at + headerBytes, end),
  };
  return { frame, end };
}

/** Frames of one segment from its start, as long as they can be believed; and where they end. */
export function* framesOf(bytes: Buffer): Generator<Frame, number> {
  let at = 0;
  let last = -1n;
  for (;;) {
    const found = frameAt(bytes, at);
    if (!found || found.frame.sequence <= last) return at;
    yield found.frame;
    last = found.frame.sequence;
    at = found.end;
  }
}
