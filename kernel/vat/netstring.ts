/**
 * Netstrings, `<decimal length>:<bytes>,`, as xsnap speaks them on file descriptors 3 and 4 (kernel reference 2.2).
 */

/** Digits a length may have; the worker itself writes and accepts nothing above 999,999,999 bytes. */
const lengthDigitsMax = 9;
const colon = 0x3a;
const comma = 0x2c;
const zero = 0x30;

/** One frame from a worker. `bytes` is all of it, or only its head when it is longer than the reader keeps. */
export type Frame = { readonly bytes: Buffer; readonly length: number };

/** Thrown for bytes that are not a netstring. What follows on the stream has no meaning any more. */
export class FramingError extends Error {}

/** A whole frame in one buffer, so that one write sends it. `command` is the byte that says what the payload is. */
export function encodeFrame(command: string, payload: string): Buffer {
  const size = Buffer.byteLength(payload) + command.length;
  const header = `${size}:${command}`;
  const frame = Buffer.allocUnsafe(header.length + size - command.length + 1);
  frame.write(header, 0, 'latin1');
  frame.write(payload, header.length, 'utf8');
  frame[frame.length - 1] = comma;
  return frame;
}

/**
 * Cuts a stream into frames. A frame that lies in one chunk is handed on without a copy; a longer one is copied once.
 * Of a frame above `wholeBytesMax` only the first `headBytes` are kept, so that a worker cannot make its host hold it.
 */
export class FrameReader {
  readonly #onFrame: (frame: Frame) => void;
  readonly #wholeBytesMax: number;
  readonly #headBytes: number;
  /** The length as far as it was read, while no body is awaited. */
  #length = 0;
  #digits = 0;
  /** What is kept of the frame being read; undefined while its length is being read. */
  #kept: Buffer | undefined;
  #received = 0;

  constructor(limits: { readonly wholeBytesMax: number; readonly headBytes: number }, onFrame: (frame: Frame) => void) {
    this.#onFrame = onFrame;
    this.#wholeBytesMax = limits.wholeBytesMax;
    this.#headBytes = limits.headBytes;
  }

  /** Takes the next bytes of the stream, and calls back for every frame that they complete. Throws FramingError. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) at = this.#kept === undefined ? this.#readHeader(chunk, at) : this.#readBody(chunk, at);
  }

  #readHeader(chunk: Buffer, start: number): number {
    let at = start;
    for (; at < chunk.length; at += 1) {
      const byte = chunk[at]!;
      if (byte === colon) return this.#beginBody(chunk, at + 1);
      if (byte < zero || byte > zero + 9) throw new FramingError('a frame does not begin with a length');
      this.#digits += 1;
      if (this.#digits > lengthDigitsMax) throw new FramingError('the length of a frame has too many digits');
      this.#length = this.#length * 10 + (byte - zero);
    }
    return at;
  }

  #beginBody(chunk: Buffer, start: number): number {
    if (this.#digits === 0) throw new FramingError('a frame does not begin with a length');
    const end = start + this.#length;
    if (end < chunk.length && this.#length <= this.#wholeBytesMax) {
      this.#finish(chunk[end]!, { bytes: chunk.subarray(start, end), length: this.#length });
      return end + 1;
    }
    this.#kept = Buffer.allocUnsafe(this.#length <= this.#wholeBytesMax ? this.#length : this.#headBytes);
    this.#received = 0;
    return start;
  }

  #readBody(chunk: Buffer, start: number): number {
    const kept = this.#kept!;
    const end = Math.min(chunk.length, start + this.#length - this.#received);
    if (this.#received < kept.length) chunk.copy(kept, this.#received, start, end);
    this.#received += end - start;
    if (this.#received < this.#length || end === chunk.length) return end;
    this.#finish(chunk[end]!, { bytes: kept, length: this.#length });
    return end + 1;
  }

  #finish(terminator: number, frame: Frame): void {
    if (terminator !== comma) throw new FramingError('a frame does not end with a comma');
    this.#length = 0;
    this.#digits = 0;
    this.#kept = undefined;
    this.#onFrame(frame);
  }
}
