/**
 * Where the ladders of one file are, by height: a file may have many megabytes, and strangers ask. It is made of the heads of the
 * records alone; whether a record is whole is known when it is read.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { crc32 } from 'node:zlib';

/** Of a record: length and CRC-32, before the ladder. */
export const headBytes = 8;
/** Of the height in an encoded ladder, after magic and version. */
const heightAt = 5;
const heightBytes = 8;

/** Of a whole record, with its head. */
type Place = { readonly from: number; readonly length: number };

export class LadderIndex {
  readonly #path: string;
  readonly #places: Map<bigint, Place>;
  /** Where the next record goes. */
  #end: number;

  /** Reads the heads of a file that is there: a few bytes of each record. */
  constructor(path: string) {
    this.#path = path;
    const { places, end } = reading(path, (file, bytes) => placesIn(file, bytes));
    this.#places = places;
    this.#end = end;
  }

  /** A record was added at the end of the file. */
  added(height: bigint, length: number): void {
    this.#places.set(height, { from: this.#end, length });
    this.#end += length;
  }

  /** The last ladder of a height, as it was encoded: one read. Undefined when there is none, or it is not whole. */
  read(height: bigint): Buffer | undefined {
    const place = this.#places.get(height);
    return place && reading(this.#path, file => wholeRecord(file, place));
  }
}

function reading<T>(path: string, act: (file: number, bytes: number) => T): T {
  const file = openSync(path, 'r');
  try {
    return act(file, fstatSync(file).size);
  } finally {
    closeSync(file);
  }
}

function placesIn(file: number, bytes: number): { readonly places: Map<bigint, Place>; readonly end: number } {
  const places = new Map<bigint, Place>();
  const head = Buffer.alloc(headBytes + heightAt + heightBytes);
  let from = 0;
  while (from + head.length <= bytes) {
    if (readSync(file, head, 0, head.length, from) < head.length) break;
    const length = headBytes + head.readUInt32BE(0);
    if (length < head.length || from + length > bytes) break;
    places.set(head.readBigUInt64BE(headBytes + heightAt), { from, length });
    from += length;
  }
  return { places, end: from };
}

function wholeRecord(file: number, { from, length }: Place): Buffer | undefined {
  const record = Buffer.alloc(length);
  if (readSync(file, record, 0, length, from) < length) return undefined;
  const ladder = record.subarray(headBytes);
  return record.readUInt32BE(0) === ladder.length && record.readUInt32BE(4) === crc32(ladder) ? ladder : undefined;
}

/** Where whole records end. Reads all of them: for a file that is about to be written again. */
export function endOfWhole(bytes: Buffer): number {
  let at = 0;
  while (at + headBytes <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    const body = bytes.subarray(at + headBytes, at + headBytes + length);
    if (length < heightAt + heightBytes || body.length < length || crc32(body) !== bytes.readUInt32BE(at + 4)) break;
    at += headBytes + length;
  }
  return at;
}
