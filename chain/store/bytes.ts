/**
 * Binary strings: each character is one byte, 0 to 255. Inside the store, keys and hashes have this form, because such
 * strings compare in byte order with `<`, are the keys of a Map, and take a fifth of the memory of a Uint8Array.
 */
import { hash } from 'node:crypto';

export type BinaryString = string;

export function toBinary(bytes: Uint8Array): BinaryString {
  return viewOf(bytes).toString('latin1');
}

/** A new array: the caller may keep it. */
export function fromBinary(text: BinaryString): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}

export function sha256(bytes: Uint8Array): BinaryString {
  return hash('sha256', bytes, 'binary');
}

/** SHA-256 of no bytes: the root of an empty tree. */
export const emptyHash: BinaryString = sha256(new Uint8Array(0));

/** Eight bytes, big-endian, so that versions sort as row keys do. */
export function u64Key(value: bigint): BinaryString {
  return u32Key(Number(value >> 32n)) + u32Key(Number(value & 0xffffffffn));
}

/** Four bytes, big-endian. */
export function u32Key(value: number): BinaryString {
  return String.fromCharCode(value >>> 24, (value >>> 16) & 0xff, (value >>> 8) & 0xff, value & 0xff);
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Up to here a loop is faster than the call out of JavaScript; keys and hashes are this short. */
const shortTextMax = 64;

/** Appends to a buffer that grows. Non-negative integers only; varints are protobuf's (seven bits a byte, lowest first). */
export class ByteWriter {
  #bytes = Buffer.allocUnsafe(256);
  #length = 0;

  /** Drops what is there: for a writer that is used again and again. */
  start(): this {
    this.#length = 0;
    return this;
  }

  byte(value: number): this {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
    return this;
  }

  /** A safe integer, not negative. */
  varint(value: number): this {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
    return this;
  }

  text(text: BinaryString): this {
    this.#reserve(text.length);
    if (text.length > shortTextMax) {
      this.#length += this.#bytes.write(text, this.#length, 'latin1');
    } else {
      for (let index = 0; index < text.length; index += 1) this.#bytes[this.#length++] = text.charCodeAt(index);
    }
    return this;
  }

  lengthAndText(text: BinaryString): this {
    return this.varint(text.length).text(text);
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
    return this;
  }

  /** A copy of what was written; the writer is empty again. */
  take(): Uint8Array {
    const copy = new Uint8Array(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return copy;
  }

  /** SHA-256 of what was written; the writer is empty again. */
  takeHash(): BinaryString {
    const digest = sha256(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    return digest;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#length + more));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** Reads what ByteWriter wrote. Throws RangeError past the end or on a varint above 2^53 − 1. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = viewOf(bytes);
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw new RangeError('the bytes end too early');
    this.#at += 1;
    return value;
  }

  varint(): number {
    let value = 0;
    let unit = 1;
    for (let index = 0; index < 8; index += 1) {
      const byte = this.byte();
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) {
        if (!Number.isSafeInteger(value)) break;
        return value;
      }
      unit *= 0x80;
    }
    throw new RangeError('a number is too large');
  }

  text(length: number): BinaryString {
    return this.#advance(length).toString('latin1');
  }

  lengthAndText(): BinaryString {
    return this.text(this.varint());
  }

  /** All that is left, as a copy. */
  rest(): Uint8Array {
    return new Uint8Array(this.#advance(this.#bytes.length - this.#at));
  }

  /** Throws RangeError if anything is left. */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('bytes are left over');
  }

  #advance(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError('the bytes end too early');
    const part = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return part;
  }
}
