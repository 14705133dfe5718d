/**
 * Removes heap files that nothing refers to since a block that is agreed and cannot be undone any more. It works between a
 * commit and the next block only, so that no reference can come while it looks; its rows go with the next block's batch.
 */
import { performance } from 'node:perf_hooks';
import type { DatabaseRow, NodeDatabase } from '../store.js';
import type { HeapFiles } from './heap-files.js';
import { gcPrefix, heightText, refPrefix, snapKey } from './rows.js';

/**
 * For one block, beside as many as it brought, so that no backlog grows; the rest waits. Time is this host's own affair: when
 * a file goes is seen by nobody.
 */
const filesMax = 16;
const millisecondsMaxDefault = 50;

/** `upTo`: the highest block that cannot be undone any more; -1 or less when there is none. */
export type Freed = { readonly upTo: bigint; readonly brought: number };

export type Collected = { readonly unlinked: number; readonly missing: number; readonly left: number };

/** How far a backlog is counted. */
const backlogMax = 10_000;

export class SnapshotCollector {
  readonly #database: NodeDatabase;
  readonly #heaps: HeapFiles;
  readonly #millisecondsMax: number;
  readonly #isHeld: (hash: string) => boolean;
  /** Files that are gone, until a batch says so too. */
  readonly #gone = new Map<string, string>();

  /** `isHeld`: an export reads the file, and could not link it. */
  constructor(database: NodeDatabase, heaps: HeapFiles, millisecondsMax = millisecondsMaxDefault, isHeld: (hash: string) => boolean = () => false) {
    this.#isHeld = isHeld;
    this.#millisecondsMax = millisecondsMax;
    this.#database = database;
    this.#heaps = heaps;
  }

  /** Unlinks what blocks up to `upTo` left without a reference; `brought`: how many files the last block brought. */
  async collect({ upTo, brought }: Freed): Promise<Collected> {
    if (upTo < 0n) return { unlinked: 0, missing: 0, left: 0 };
    const end = performance.now() + this.#millisecondsMax;
    const due = (await this.#database.keys(gcPrefix, `${gcPrefix}${heightText(upTo + 1n)}`, backlogMax)).filter(key => !this.#gone.has(key));
    let unlinked = 0;
    let missing = 0;
    for (const key of due) {
      if (unlinked + missing >= filesMax + brought || performance.now() >= end) break;
      const hash = key.slice(key.lastIndexOf('/') + 1);
      const refs = await this.#database.keysBelow(refPrefix(hash), 1);
      if (refs.length > 0) throw new Error(`heap snapshot ${hash} is referred to by ${refs[0]}, and listed to be removed by ${key}`);
      if (this.#heaps.isInFlight(hash) || this.#isHeld(hash)) continue;
      if (this.#heaps.unlink(hash)) unlinked += 1;
      else missing += 1;
      this.#gone.set(key, hash);
    }
    return { unlinked, missing, left: due.length - unlinked - missing };
  }

  /** For the block's batch, outside its undo record: the rows of files that are gone, but not of those that it brings again. */
  rows(isSavedAgain: (hash: string) => boolean): DatabaseRow[] {
    return [...this.#gone].flatMap(([key, hash]) => [{ key, value: undefined }, ...(isSavedAgain(hash) ? [] : [{ key: snapKey(hash), value: undefined }])]);
  }

  /** The batch is durable. */
  settled(): void {
    this.#gone.clear();
  }
}
