/**
 * The ladders of the last blocks of a home, `forensics/ladders/<thousand>.bin`: u32 length, u32 CRC-32, ladder, over and over. A
 * block that is executed again is added again, and the last one counts. No start needs them: what cannot be written is counted and
 * told, and never stops a block.
 */
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Logger } from '../../chain/index.js';
import { decodeLadder, encodeLadder, type Ladder } from './ladder.js';
import { endOfWhole, headBytes, LadderIndex } from './ladder-index.js';

const heightsPerFile = 1000n;
/** With the one that is being filled: the last 10,000 blocks at least. */
const filesMax = 11;

export class LadderStore {
  readonly #folder: string;
  readonly #log: Logger;
  /** The file that is written, once it is known to end with a whole record. */
  #current: string | undefined;
  #failures = 0;
  /** Of files that were asked for; a file that goes takes its own along. */
  readonly #indexes = new Map<string, LadderIndex>();

  constructor(folder: string, log: Logger) {
    this.#folder = folder;
    this.#log = log;
  }

  /** Blocks whose ladder could not be written. */
  get failures(): number {
    return this.#failures;
  }

  /** Never throws. */
  put(ladder: Ladder): void {
    try {
      this.#append(this.#open(ladder.height), ladder.height, encodeLadder(ladder));
    } catch (error) {
      this.#failures += 1;
      if (this.#failures === 1) this.#log.warn({ reason: error instanceof Error ? error.message : String(error) }, 'the hashes of the last blocks cannot be kept: a divergence would be harder to locate');
    }
  }

  /** The last that was put for this height; undefined when it is not there any more, or not readable. */
  get(height: bigint): Ladder | undefined {
    const path = this.#pathOf(height);
    if (height <= 0n || !existsSync(path)) return undefined;
    const bytes = this.#indexOf(path).read(height);
    return bytes && decodeLadder(bytes);
  }

  #indexOf(path: string): LadderIndex {
    const index = this.#indexes.get(path) ?? new LadderIndex(path);
    this.#indexes.set(path, index);
    return index;
  }

  #pathOf(height: bigint): string {
    return join(this.#folder, `${String(height / heightsPerFile).padStart(9, '0')}.bin`);
  }

  /** The file for a height, cut after its last whole record. */
  #open(height: bigint): string {
    const path = this.#pathOf(height);
    if (path === this.#current) return path;
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    if (existsSync(path)) truncateSync(path, endOfWhole(readFileSync(path)));
    this.#indexes.delete(path);
    this.#current = path;
    this.#removeOld();
    return path;
  }

  #append(path: string, height: bigint, ladder: Buffer): void {
    const head = Buffer.alloc(headBytes);
    head.writeUInt32BE(ladder.length, 0);
    head.writeUInt32BE(crc32(ladder), 4);
    try {
      appendFileSync(path, Buffer.concat([head, ladder]), { mode: 0o600 });
      this.#indexes.get(path)?.added(height, head.length + ladder.length);
    } catch (error) {
      this.#current = undefined; // part of it may be there: the next one looks for the end again
      throw error;
    }
  }

  /** Makes room for one more. */
  #removeOld(): void {
    const files = readdirSync(this.#folder).filter(name => /^\d{9}\.bin$/.test(name)).sort();
    for (const name of files.slice(0, 1 - filesMax)) this.#remove(join(this.#folder, name));
  }

  #remove(path: string): void {
    rmSync(path, { force: true });
    this.#indexes.delete(path);
  }
}
