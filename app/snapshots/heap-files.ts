/**
 * Heap snapshots as files of the blob store, `blobs/<aa>/<sha256 of the heap>`, compressed and immutable. What a run saves is
 * at once there for workers to start from; it gets its name when the block is committed, before the batch that refers to it.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, statSync, unlinkSync } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { SnapshotUnusable, type HeapSource, type HeapWriter, type SavedHeap, type SnapshotStore } from '../../kernel/index.js';
import { syncFolder } from '../files.js';
import { PackedFile, packHeap, Pieces, piecesOf, PouredFile, unpackHeap } from './packing.js';

/** A heap of the block under way. `whole` goes when nobody starts from it any more. */
type InFlight = { readonly size: number; readonly whole: Temporary; readonly packed: { readonly path: string; readonly stored: Promise<number> } };

/** What the row of a stored heap says of its file. */
export type StoredHeap = { readonly size: number; readonly stored: number };

/** Brings the file of a heap back; answers whether it did. `problem` names the file. */
export type MendHeap = (hash: string, problem: string) => Promise<boolean>;

/** Where a heap lies below the folder of blobs. */
export const heapPath = (folder: string, hash: string): string => join(folder, hash.slice(0, 2), hash);

export class HeapFiles implements SnapshotStore {
  readonly takesFiles = true;
  readonly #folder: string;
  readonly #base: { readonly path: string; readonly sha256: string } | undefined;
  readonly #temporaryFolder: string;
  readonly #mend: MendHeap | undefined;
  readonly #inFlight = new Map<string, InFlight>();
  /** Compressed files that nobody needs. */
  #spare: InFlight['packed'][] = [];
  #temporaries = 0;

  /**
   * `base`: what workers of this release start from; it lies in the package, and is stored once a vat needs it. Temporary
   * files lie in the same folder; whoever only reads beside a node has another for them. `mend` is tried once when a file cannot be used.
   */
  constructor(folder: string, base?: { readonly path: string; readonly sha256: string }, temporaryFolder = folder, mend?: MendHeap) {
    this.#folder = folder;
    this.#base = base;
    this.#temporaryFolder = temporaryFolder;
    this.#mend = mend;
    mkdirSync(temporaryFolder, { recursive: true });
  }

  get baseHash(): string | undefined {
    return this.#base?.sha256;
  }

  pathOf(hash: string): string {
    return heapPath(this.#folder, hash);
  }

  #temporary(): string {
    this.#temporaries += 1;
    return join(this.#temporaryFolder, `heap-${this.#temporaries}.tmp`);
  }

  /** Each piece is hashed, written and compressed as it comes; of a file that somebody else wrote, when it is there. */
  begin(): HeapWriter {
    const [path, packed] = [resolve(this.#temporary()), new PackedFile(this.#temporary())];
    const kept = new Temporary(path);
    let whole: PouredFile | undefined;
    const hash = createHash('sha256');
    const pieces = new Pieces();
    let size = 0;
    const note = (piece: Buffer): void | Promise<void> => {
      hash.update(piece);
      size += piece.length;
      return packed.write(piece);
    };
    const write = (piece: Buffer): void | Promise<void> => {
      const [isWritten, isPacked] = [(whole ??= new PouredFile(path)).write(piece), note(piece)];
      return isWritten || isPacked ? Promise.all([isWritten, isPacked]).then(() => undefined) : undefined;
    };
    return {
      file: { path, open: () => ({ source: { file: path }, close: kept.lend() }) },
      write: chunk => {
        whole ??= new PouredFile(path);
        const piece = pieces.add(chunk);
        return piece && write(piece);
      },
      finish: async () => {
        if (whole) await write(pieces.rest());
        else for await (const piece of piecesOf(path)) await note(piece);
        const packedFile = { path: packed.path, stored: packed.store() };
        packedFile.stored.catch(() => undefined); // told when the block is committed
        await whole?.finish();
        return this.#keep(kept, packedFile, { hash: hash.digest('hex'), size });
      },
      abandon: async () => {
        await Promise.all([whole?.abandon(), packed.abandon()]);
        kept.drop();
        rmSync(packed.path, { force: true });
      },
    };
  }

  #keep(whole: Temporary, packed: InFlight['packed'], saved: SavedHeap): SavedHeap {
    if (this.#inFlight.has(saved.hash)) { // another vat's, or of a run that is done again
      whole.drop();
      this.#spare.push(packed);
    } else {
      this.#inFlight.set(saved.hash, { size: saved.size, whole, packed });
    }
    return saved;
  }

  #pack(from: string): InFlight['packed'] {
    const path = this.#temporary();
    const stored = packHeap(from, path);
    stored.catch(() => undefined); // told when the block is committed
    return { path, stored };
  }

  async open(hash: string): Promise<{ readonly source: HeapSource; close(): void }> {
    const whole = this.#inFlight.get(hash)?.whole;
    if (whole) return { source: { file: whole.path }, close: whole.lend() };
    if (this.#base && hash === this.#base.sha256) return { source: { file: this.#base.path }, close: () => undefined };
    try {
      return await this.#openFile(hash);
    } catch (error) {
      if (!this.#mend || !(error instanceof SnapshotUnusable) || !(await this.#mend(hash, error.message))) throw error;
      return await this.#openFile(hash);
    }
  }

  async #openFile(hash: string): Promise<{ readonly source: HeapSource; close(): void }> {
    const unpacked = new Temporary(this.#temporary());
    try {
      const found = await unpackHeap(this.pathOf(hash), unpacked.path);
      if (found !== hash) throw new RangeError(`it holds ${found}`);
    } catch (error) {
      unpacked.drop();
      throw this.#unusable(hash, error);
    }
    return { source: { file: unpacked.path }, close: () => unpacked.drop() };
  }

  #unusable(hash: string, error: unknown): unknown {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && syscall !== undefined) return error; // the disk's own failure says enough
    const problem = code === 'ENOENT' ? 'is missing' : `is damaged (${message})`;
    return new SnapshotUnusable(`${this.pathOf(hash)} ${problem}; restore it from a backup or copy it from another node: its name says what it holds`, { cause: error });
  }

  /** Of the block under way, so not to be removed. */
  isInFlight(hash: string): boolean {
    return this.#inFlight.has(hash);
  }

  /** Gives these heaps their names, if they are of the block under way or the release's base; afterwards they survive a crash. */
  async persist(hashes: Iterable<string>): Promise<ReadonlyMap<string, StoredHeap>> {
    const facts = new Map<string, StoredHeap>();
    const folders = new Set<string>();
    for (const hash of hashes) {
      const heap = this.#inFlight.get(hash) ?? this.#packedBase(hash);
      if (!heap) continue;
      const stored = await heap.packed.stored;
      const path = this.pathOf(hash);
      await mkdir(dirname(path), { recursive: true });
      await rename(heap.packed.path, path);
      folders.add(dirname(path));
      facts.set(hash, { size: heap.size, stored });
    }
    if (folders.size > 0) folders.add(this.#folder);
    await Promise.all([...folders].map(folder => syncFolder(folder)));
    return facts;
  }

  #packedBase(hash: string): Omit<InFlight, 'whole'> | undefined {
    if (!this.#base || hash !== this.#base.sha256) return undefined;
    return { size: statSync(this.#base.path).size, packed: this.#pack(this.#base.path) };
  }

  /** The block is committed, or never will be: nothing is in flight any more. */
  async settle(): Promise<void> {
    const heaps = [...this.#inFlight.values()];
    const packedFiles = [...heaps.map(({ packed }) => packed), ...this.#spare];
    this.#inFlight.clear();
    this.#spare = [];
    for (const { whole } of heaps) whole.drop();
    for (const packed of packedFiles) {
      await packed.stored.catch(() => undefined); // it was told to whoever wanted it
      rmSync(packed.path, { force: true }); // not referred to, or renamed
    }
  }

  /** Removes a file; false when it was gone already. Never of a heap that is in flight. */
  unlink(hash: string): boolean {
    if (this.#inFlight.has(hash)) throw new Error(`heap snapshot ${hash} is being saved, and would be removed`);
    try {
      unlinkSync(this.pathOf(hash));
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
      throw error;
    }
  }
}

/** A file that goes when it is dropped and nobody uses it. A process that started from it has it open. */
class Temporary {
  readonly path: string;
  #users = 0;
  #isDropped = false;

  constructor(path: string) {
    this.path = path;
  }

  lend(): () => void {
    this.#users += 1;
    return () => {
      this.#users -= 1;
      this.#remove();
    };
  }

  drop(): void {
    this.#isDropped = true;
    this.#remove();
  }

  #remove(): void {
    if (this.#isDropped && this.#users === 0) rmSync(this.path, { force: true });
  }
}
