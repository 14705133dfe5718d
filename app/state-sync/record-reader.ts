/** Cuts a stream of chunks back into records. Small values come whole; bundles and heaps in pieces, as they arrive. */
import { constants } from 'node:buffer';
import { recordKinds, type RecordKind } from './format.js';

/** The bytes cannot be a snapshot, or are not what the committed hashes say. Whoever offered it is wrong, not this node. */
export class SnapshotRefused extends Error {
  override readonly name = 'SnapshotRefused';
}

export type RecordEvent =
  | { readonly type: 'row'; readonly kind: RecordKind; readonly key: string; readonly value: Uint8Array }
  | { readonly type: 'file'; readonly kind: 'bundle' | 'heap'; readonly key: string; readonly size: number }
  | { readonly type: 'piece'; readonly bytes: Uint8Array }
  | { readonly type: 'file-end' };

const keyBytesMax = 64 * 1024 * 1024;
/** No database holds a larger one: a row is one JavaScript string. */
const rowBytesMax = constants.MAX_STRING_LENGTH;
const fixedHeadBytes = 5;
const lengthBytes = 6;

type Wanted = { readonly part: 'head' | 'rest-of-head' | 'value'; readonly bytes: number };

export class RecordReader {
  /** Bytes of what is wanted next, as they came. */
  #parts: Uint8Array[] = [];
  #held = 0;
  #wanted: Wanted = { part: 'head', bytes: fixedHeadBytes };
  #head: { readonly kind: RecordKind; readonly keyLength: number } | undefined;
  #record: { readonly kind: RecordKind; readonly key: string } | undefined;
  /** Of the file that is being read. */
  #fileLeft = 0;

  /** True when the stream may end here. */
  get isBetweenRecords(): boolean {
    return this.#wanted.part === 'head' && this.#held === 0 && this.#fileLeft === 0;
  }

  /** The events that these bytes complete. Pieces are views of `chunk`. Throws SnapshotRefused; the reader is then of no more use. */
  *push(chunk: Uint8Array): Generator<RecordEvent> {
    let at = 0;
    while (at < chunk.length || this.#wanted.bytes === 0) {
      if (this.#fileLeft > 0) {
        const bytes = chunk.subarray(at, at + this.#fileLeft);
        at += bytes.length;
        this.#fileLeft -= bytes.length;
        yield { type: 'piece', bytes };
        if (this.#fileLeft === 0) yield { type: 'file-end' };
        continue;
      }
      const part = chunk.subarray(at, at + this.#wanted.bytes - this.#held);
      at += part.length;
      this.#parts.push(part);
      this.#held += part.length;
      if (this.#held < this.#wanted.bytes) return this.#keep();
      yield* this.#take(this.#joined());
    }
    this.#keep();
  }

  /** What is held outlives the chunk it came in. */
  #keep(): void {
    if (this.#parts.length > 0) this.#parts.push(Buffer.from(this.#parts.pop() as Uint8Array));
  }

  #joined(): Buffer {
    const joined = Buffer.concat(this.#parts, this.#held);
    this.#parts = [];
    this.#held = 0;
    return joined;
  }

  *#take(bytes: Buffer): Generator<RecordEvent> {
    switch (this.#wanted.part) {
      case 'head': {
        const kind = recordKinds[bytes.readUInt8(0)];
        const keyLength = bytes.readUInt32BE(1);
        if (kind === undefined || keyLength > keyBytesMax) throw new SnapshotRefused('a record has no known head');
        this.#head = { kind, keyLength };
        this.#wanted = { part: 'rest-of-head', bytes: keyLength + lengthBytes };
        return;
      }
      case 'rest-of-head': {
        const { kind, keyLength } = this.#head as { kind: RecordKind; keyLength: number };
        const key = bytes.toString('latin1', 0, keyLength);
        const size = bytes.readUIntBE(keyLength, lengthBytes);
        if (kind === 'bundle' || kind === 'heap') {
          if (size === 0) throw new SnapshotRefused(`${kind} ${key} is empty`);
          this.#fileLeft = size;
          this.#wanted = { part: 'head', bytes: fixedHeadBytes };
          yield { type: 'file', kind, key, size };
          return;
        }
        if (size > rowBytesMax) throw new SnapshotRefused('a row is larger than any row can be');
        this.#record = { kind, key };
        this.#wanted = { part: 'value', bytes: size };
        return;
      }
      case 'value': {
        const { kind, key } = this.#record as { kind: RecordKind; key: string };
        this.#wanted = { part: 'head', bytes: fixedHeadBytes };
        yield { type: 'row', kind, key, value: bytes };
        return;
      }
    }
  }
}
