/**
 * The files that S(H) refers to, kept for an export while the node goes on: hard links, so that the node may delete its own
 * names. Where the file system has no links, the collector is told to leave these heaps alone; that is forgotten with the
 * process, as the export itself is.
 */
import { linkSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';

/** A file of the blob folder: its name says what it holds. */
export type NeededFile = { readonly name: string; readonly path: string };

/** Codes with which a file system says that it has no (more) links. */
const withoutLinks = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EMLINK', 'ENOSYS']);
const linksPerTurn = 128;

export type LinkFile = (from: string, to: string) => void;

export class KeptFiles {
  readonly #folder: string;
  readonly #paths = new Map<string, string>();
  /** Names that could not be linked. */
  readonly #held = new Set<string>();

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Links all of them into `folder`. Rejects when one is not there. `link` is for tests. */
  static async keep(folder: string, files: readonly NeededFile[], link: LinkFile = linkSync): Promise<KeptFiles> {
    const kept = new KeptFiles(folder);
    mkdirSync(folder, { recursive: true });
    for (const [index, file] of files.entries()) {
      if (index % linksPerTurn === linksPerTurn - 1) await turn();
      kept.#keep(file, link);
    }
    return kept;
  }

  #keep({ name, path }: NeededFile, link: LinkFile): void {
    const linked = join(this.#folder, name);
    try {
      link(path, linked);
      this.#paths.set(name, linked);
    } catch (error) {
      if (!withoutLinks.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
      this.#held.add(name);
      this.#paths.set(name, path);
    }
  }

  isHeld(name: string): boolean {
    return this.#held.has(name);
  }

  pathOf(name: string): string {
    const path = this.#paths.get(name);
    if (path === undefined) throw new Error(`${name} is not kept for the export`);
    return path;
  }

  release(): void {
    this.#held.clear();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
