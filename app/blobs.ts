/** Files named by their content, for what is too large for the database: bundles. Written and synced before the batch that names them. */
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, unlessAbsent, writeSynced } from './files.js';

export class BlobStore {
  readonly #folder: string;
  /** Blobs of the block under way: not on disk yet, but readable. */
  readonly #pending = new Map<string, Uint8Array>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Keeps a blob in memory until `sync`, or until `dropPending`. The name is safe: it was checked to be a bundle's id. */
  add(name: string, bytes: Uint8Array): void {
    this.#pending.set(name, bytes);
  }

  async get(name: string): Promise<Uint8Array | undefined> {
    return this.#pending.get(name) ?? (await unlessAbsent(readFile(this.pathOf(name))));
  }

  /** Of what was added, only what `isWanted` is written: a tx may fail after it completed a bundle, or its block may not come. */
  keepPending(isWanted: (name: string) => boolean): void {
    for (const name of [...this.#pending.keys()]) if (!isWanted(name)) this.#pending.delete(name);
  }

  /** Names of what the next `sync` writes. */
  get pending(): readonly string[] {
    return [...this.#pending.keys()];
  }

  dropPending(): void {
    this.#pending.clear();
  }

  /** Writes what was added; afterwards it survives a crash. Over a file of the same name: one may be left of a block that was executed and never committed. */
  async sync(): Promise<void> {
    if (this.#pending.size === 0) return;
    await mkdir(this.#folder, { recursive: true });
    for (const [name, bytes] of this.#pending) await this.#write(name, bytes);
    await syncFolder(this.#folder);
    this.#pending.clear();
  }

  /** They are gone, also after a crash; one that is not there is gone already. */
  async remove(names: readonly string[]): Promise<void> {
    if (names.length === 0) return;
    for (const name of names) await rm(this.pathOf(name), { force: true });
    await syncFolder(this.#folder);
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = `${this.pathOf(name)}.tmp`;
    await writeSynced(temporary, bytes);
    await rename(temporary, this.pathOf(name));
  }

  /** Where a blob is kept; for texts to people. */
  pathOf(name: string): string {
    return join(this.#folder, name);
  }
}
