/** How ABCI cuts a byte stream into messages: an unsigned varint length, then that many bytes (CometBFT libs/protoio). */

/** Default bound of one message. CometBFT itself would read up to 2 GiB; a block is at most 100 MB, and its request a little more. */
export const frameBytesMaxDefault = 128 * 1024 * 1024;

/** The bytes are no frame. The stream cannot be used any further. */
export class FrameError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'FrameError';
  }
}

/** Cuts a stream into message bodies; holds what is incomplete. */
export type FrameReader = {
  /** Takes bytes as they come and yields each body they complete. Throws FrameError; the reader is then of no more use. */
  push(chunk: Uint8Array): Generator<Uint8Array, void, void>;
  /** True when the stream may end here: no frame is half read. */
  isAtBoundary(): boolean;
};

/**
 * @param frameBytesMax bodies longer than this are refused before a byte of them is kept; below 2^31
 */
export function makeFrameReader(frameBytesMax: number = frameBytesMaxDefault): FrameReader {
  let prefix: number[] = [];
  let bodyLength: number | undefined;
  let parts: Uint8Array[] = [];
  let held = 0;

  const takeBody = (): Uint8Array => {
    const body = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts, held);
    parts = [];
    held = 0;
    bodyLength = undefined;
    return body;
  };

  function* push(chunk: Uint8Array): Generator<Uint8Array, void, void> {
    let position = 0;
    for (;;) {
      if (bodyLength === undefined) {
        const byte = chunk[position];
        if (byte === undefined) return;
        position += 1;
        prefix.push(byte);
        bodyLength = lengthFrom(prefix, frameBytesMax);
        if (bodyLength === undefined) continue;
        prefix = [];
      }
      const part = chunk.subarray(position, position + bodyLength - held);
      position += part.length;
      held += part.length;
      if (part.length > 0) parts.push(part);
      if (held < bodyLength) return;
      yield takeBody();
    }
  }

  return { push, isAtBoundary: () => prefix.length === 0 && bodyLength === undefined };
}

/** The value of a finished varint, or undefined while its last byte still says that more follow. */
function lengthFrom(prefix: readonly number[], frameBytesMax: number): number | undefined {
  const last = prefix[prefix.length - 1] ?? 0;
  if (last >= 0x80) {
    if (prefix.length >= 5) throw new FrameError('the length prefix has no end');
    return undefined;
  }
  if (last === 0 && prefix.length > 1) throw new FrameError('the length prefix is longer than its value needs');
  let length = 0;
  for (const [index, byte] of prefix.entries()) length += (byte & 0x7f) * 2 ** (7 * index);
  if (length > frameBytesMax) throw new FrameError(`a message of ${length} bytes is over the bound of ${frameBytesMax}`);
  return length;
}

/** One message with its length before it. */
export function frame(body: Uint8Array): Buffer {
  const prefix: number[] = [];
  let rest = body.length;
  while (rest >= 0x80) {
    prefix.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  prefix.push(rest);
  return Buffer.concat([Uint8Array.from(prefix), body]);
}
