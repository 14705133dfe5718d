/**
 * The ladder of a block: the hash of every step of its run, the store roots under its AppHash, and the proof that ties the two
 * together. Some 2 KB, and nothing in it need be believed (check-ladder.ts). One encoding for files, answers to peers, and bundles.
 */

export type LadderStep = { readonly kind: string; /** Hex. */ readonly hash: string };
export type StoreRoot = { readonly name: string; /** Hex. */ readonly root: string };

/** Hashes are lower-case hex. */
export type Ladder = {
  readonly height: bigint;
  readonly blockHash: string;
  readonly appHash: string;
  /** Of the validators of the next height, as the block's header has it. */
  readonly nextValidators: string;
  /** Activity hash before the first step, and after the last. */
  readonly activityBefore: string;
  readonly activity: string;
  /** Number of the first step; of the next one when there is none. */
  readonly firstStep: number;
  readonly steps: readonly LadderStep[];
  /** In ascending order of their names. */
  readonly stores: readonly StoreRoot[];
  /** ics23:iavl, of `activity` in store kernel. */
  readonly proof: Uint8Array;
};

/** The bytes are no ladder; the message is for people. */
export class NoLadder extends Error {
  override readonly name = 'NoLadder';
}

const version = 1;
const hashBytes = 32;
const magic = Buffer.from('WLAD', 'latin1');

/** Big-endian: magic, version u8, height u64, five hashes, first step u64, u32 and the steps (u8 and kind, hash), u16 and the stores (u8 and name, root), u32 and the proof. */
export function encodeLadder(ladder: Ladder): Buffer {
  const { steps, stores, proof } = ladder;
  const head = Buffer.alloc(magic.length + 1 + 8 + 5 * hashBytes + 8 + 4);
  let at = magic.copy(head);
  at = head.writeUInt8(version, at);
  at = head.writeBigUInt64BE(ladder.height, at);
  for (const hash of [ladder.blockHash, ladder.appHash, ladder.nextValidators, ladder.activityBefore, ladder.activity]) at += bytesOf(hash).copy(head, at);
  at = head.writeBigUInt64BE(BigInt(ladder.firstStep), at);
  head.writeUInt32BE(steps.length, at);
  const parts: Buffer[] = [head];
  for (const { kind, hash } of steps) parts.push(named(kind), bytesOf(hash));
  parts.push(number(stores.length, 2));
  for (const { name, root } of stores) parts.push(named(name), bytesOf(root));
  parts.push(number(proof.length, 4), Buffer.from(proof));
  return Buffer.concat(parts);
}

/** Throws NoLadder; what follows the ladder is refused too. */
export function decodeLadder(bytes: Uint8Array): Ladder {
  const reader = new Reader(bytes);
  if (!reader.take(magic.length).equals(magic) || reader.number(1) !== version) throw new NoLadder('this is no ladder of a version that is known here');
  const height = reader.big();
  const [blockHash, appHash, nextValidators, activityBefore, activity] = [reader.hash(), reader.hash(), reader.hash(), reader.hash(), reader.hash()];
  const firstStep = Number(reader.big());
  const steps = reader.list(4, () => ({ kind: reader.text(), hash: reader.hash() }));
  const stores = reader.list(2, () => ({ name: reader.text(), root: reader.hash() }));
  const proof = Uint8Array.from(reader.take(reader.number(4)));
  reader.end();
  return { height, blockHash, appHash, nextValidators, activityBefore, activity, firstStep, steps, stores, proof };
}

function bytesOf(hash: string): Buffer {
  const bytes = Buffer.from(hash, 'hex');
  if (bytes.length !== hashBytes) throw new NoLadder(`${hash} is no hash of ${hashBytes} bytes`);
  return bytes;
}

function named(name: string): Buffer {
  const bytes = Buffer.from(name, 'utf8');
  return Buffer.concat([number(bytes.length, 1), bytes]);
}

function number(value: number, bytes: 1 | 2 | 4): Buffer {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new NoLadder('the ladder is cut short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  number(bytes: 1 | 2 | 4): number {
    return this.take(bytes).readUIntBE(0, bytes);
  }

  big(): bigint {
    return this.take(8).readBigUInt64BE();
  }

  hash(): string {
    return this.take(hashBytes).toString('hex');
  }

  text(): string {
    return this.take(this.number(1)).toString('utf8');
  }

  /** As many as are said to be there; a number that is a lie ends with the bytes. */
  list<T>(countBytes: 2 | 4, read: () => T): T[] {
    const found: T[] = [];
    for (let left = this.number(countBytes); left > 0; left -= 1) found.push(read());
    return found;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw new NoLadder('the ladder is longer than it says');
  }
}
