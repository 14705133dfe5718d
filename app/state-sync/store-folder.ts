/**
 * Finished exports of a home, `data/snapshots/<height>/`: chunk files 0, 1, … and snapshot.json, which is written last, in a
 * folder that gets its name when all of it is durable. What is being made has another name, and goes at the next start.
 */
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Snapshot } from '../../chain/abci/types.js';
import { syncFolder, unlessAbsent, writeSynced } from '../files.js';
import { unpackChunk } from './chunk-writer.js';
import { snapshotHash } from './format.js';
import type { HeapPlace } from './write-state.js';

export type Manifest = {
  readonly format: number;
  readonly height: string;
  readonly appHash: string;
  readonly chunkBytes: number;
  /** Hex; SHA-256 of each chunk before compression. */
  readonly chunks: readonly string[];
  readonly heaps: Readonly<Record<string, HeapPlace>>;
};

const manifestFile = 'snapshot.json';
const isHeight = (name: string): boolean => /^[1-9]\d*$/.test(name);

export class SnapshotFolder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Removes what a crash left half made. Answers how many there were. */
  async sweep(): Promise<number> {
    const left = (await this.#names()).filter(name => !isHeight(name));
    for (const name of left) await rm(join(this.path, name), { recursive: true, force: true });
    return left.length;
  }

  /** A new folder for an export of this height; another try of the same is removed. */
  async begin(height: bigint): Promise<string> {
    const making = this.#making(height);
    await rm(making, { recursive: true, force: true });
    await mkdir(making, { recursive: true });
    return making;
  }

  #making(height: bigint): string {
    return join(this.path, `${height}.tmp`);
  }

  /** The export is whole: from now on it is offered. */
  async finish(manifest: Manifest): Promise<void> {
    const making = this.#making(BigInt(manifest.height));
    await writeSynced(join(making, manifestFile), JSON.stringify(manifest));
    await syncFolder(making);
    await this.remove(BigInt(manifest.height));
    await rename(making, this.#of(manifest.height));
    await syncFolder(this.path);
  }

  async abandon(height: bigint): Promise<void> {
    await rm(this.#making(height), { recursive: true, force: true });
  }

  /** False when there was none. */
  async remove(height: bigint): Promise<boolean> {
    const known = (await this.#names()).includes(String(height));
    await rm(this.#of(String(height)), { recursive: true, force: true });
    return known;
  }

  /** The newest first. */
  async list(): Promise<Manifest[]> {
    const heights = (await this.#names()).filter(isHeight).map(BigInt).sort((a, b) => (a < b ? 1 : -1));
    const found = await Promise.all(heights.map(height => this.#manifest(String(height))));
    return found.filter(manifest => manifest !== undefined);
  }

  async #manifest(height: string): Promise<Manifest | undefined> {
    const text = await unlessAbsent(readFile(join(this.#of(height), manifestFile), 'utf8')); // it may be removed just now
    return text === undefined ? undefined : (JSON.parse(text) as Manifest);
  }

  /** A chunk as it travels; undefined when there is none. */
  chunk(height: bigint, index: number): Promise<Buffer | undefined> {
    return unlessAbsent(readFile(join(this.#of(String(height)), String(index))));
  }

  /** Gives the bytes of a heap that is in an export to `take`. False when none has it. Rejects when the export is damaged. */
  async takeHeap(hash: string, take: (piece: Uint8Array) => Promise<void>): Promise<boolean> {
    for (const { height, heaps } of await this.list()) {
      const place = heaps[hash];
      if (!place) continue;
      await this.#takeRange(BigInt(height), place, take);
      return true;
    }
    return false;
  }

  async #takeRange(height: bigint, { chunk: first, offset, size }: HeapPlace, take: (piece: Uint8Array) => Promise<void>): Promise<void> {
    let left = size;
    for (let index = first; left > 0; index += 1) {
      const packed = await this.chunk(height, index);
      if (!packed) throw new Error(`chunk ${index} of the snapshot of height ${height} is missing`);
      const bytes = await unpackChunk(packed);
      const start = index === first ? offset : 0;
      const piece = bytes.subarray(start, start + left);
      if (piece.length === 0) throw new Error(`chunk ${index} of the snapshot of height ${height} is too short`);
      left -= piece.length;
      await take(piece);
    }
  }

  #of(height: string): string {
    return join(this.path, height);
  }

  async #names(): Promise<string[]> {
    return (await unlessAbsent(readdir(this.path))) ?? [];
  }
}

/** As peers are told of it. */
export function snapshotOf({ height, format, chunks }: Manifest): Snapshot {
  const metadata = new Uint8Array(Buffer.from(chunks.join(''), 'hex'));
  return { height: BigInt(height), format, chunks: chunks.length, hash: snapshotHash(metadata), metadata };
}
