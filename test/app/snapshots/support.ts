/** Blocks that save and drop heaps, made by hand over a real database and real files, with crashes wherever a commit has a step. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BlobStore } from '../../../app/blobs.js';
import { commitBlock, confirmedKey, databaseHeight, type CommitStep } from '../../../app/commit.js';
import { SnapshotCollector, type Collected } from '../../../app/snapshots/collector.js';
import { HeapFiles } from '../../../app/snapshots/heap-files.js';
import { sweepBlobs, type Swept } from '../../../app/snapshots/sweep.js';
import { databaseKeyOfKernelRow, NodeDatabase, numberOfRow, rowText, type DatabaseRow } from '../../../app/store.js';
import { makeRandom } from '../../support/kernel-random.js';
import { keys, type Change, type SavedHeap, type VatId } from '../../../kernel/index.js';

export const hashOf = (heap: string): string => createHash('sha256').update(heap).digest('hex');

/** A crash, told by a step: from now on nothing of this host happens. */
class Crash extends Error {}

export type BlockWork = {
  /** The heap that each vat's new span starts from; null: the vat ends. */
  readonly heaps?: Readonly<Record<string, string | null>>;
  /** Heaps saved by a run that was done again, and not referred to. */
  readonly inVain?: readonly string[];
  readonly entries?: number;
  /** Bundles that txs of the block completed, and those that its run refused. */
  readonly installed?: readonly string[];
  readonly refused?: readonly string[];
};

export const crashSteps: readonly NonNullable<Blocks['crashAt']>[] = ['after-save', 'before-blobs', 'before-heaps', 'before-batch', 'after-batch', 'after-heaps', 'after-unlink'];

/** So many blocks of whatever comes, with crashes and restarts between them: after each, the heaps in use are the model's and can be read. */
export async function playRandomBlocks(blocks: Blocks, seed: string, rounds: number): Promise<void> {
  const random = makeRandom(seed);
  let model = new Map<string, string | null>();
  for (let round = 0; round < rounds; round += 1) {
    const heaps: Record<string, string | null> = {};
    for (let left = random.below(4); left > 0; left -= 1) {
      const vat = `v${1 + (round >> 3) + random.below(6)}`;
      if (model.get(vat) === null) continue; // it ended, and no other has its name
      heaps[vat] = model.has(vat) && random.once(8) ? null : `heap ${random.below(12)}`;
    }
    const next = new Map([...model, ...Object.entries(heaps)]);
    const work = { heaps, inVain: random.once(3) ? [`heap ${random.below(12)}`] : [], entries: 1 + random.below(5) };
    if (random.once(5)) {
      const before = blocks.height;
      await blocks.crash(random.pick(crashSteps) as CommitStep, work);
      if (blocks.height > before) model = next;
    } else {
      await blocks.block(work, random.once(4) ? blocks.confirmed : blocks.height);
      model = next;
    }
    if (random.once(9)) await blocks.restart();
    const expected = [...model.values()].flatMap(heap => (heap === null ? [] : [hashOf(heap)]));
    assert.deepEqual([...(await blocks.inUse()).values()].sort(), expected.sort(), `seed ${seed}, round ${round}`);
    await blocks.everyVatLoads();
  }
}

/** Every vat saves in every round; at the end each has one file. */
export async function saveInRounds(blocks: Blocks, vats: number, rounds: number): Promise<void> {
  for (let round = 0; round < rounds; round += 1) {
    await blocks.block({ heaps: Object.fromEntries(Array.from({ length: vats }, (_, index) => [`v${index + 1}`, `vat ${index} round ${round}`])), entries: 1 });
    assert.ok(blocks.files().length <= 3 * vats, `${blocks.files().length} files in round ${round}`);
  }
  for (let left = 2 + Math.ceil(vats / 16); left > 0; left -= 1) await blocks.block();
  assert.equal(blocks.files().length, vats);
  assert.equal((await blocks.rows('b/ref/')).length, vats);
  await blocks.everyVatLoads();
}

export class Blocks {
  readonly data: string;
  readonly #undoBlocks: bigint;
  readonly #base: { readonly path: string; readonly sha256: string } | undefined;
  database!: NodeDatabase;
  heaps!: HeapFiles;
  collector!: SnapshotCollector;
  swept!: Swept;
  /** Files that an export could not link. */
  readonly held = new Set<string>();
  /** Where the next commit crashes. */
  crashAt: CommitStep | 'after-save' | 'after-unlink' | undefined;

  static async open({ undoBlocks = 1n, base, dataFrom }: { readonly undoBlocks?: bigint; readonly base?: { readonly path: string; readonly sha256: string }; readonly dataFrom?: string } = {}): Promise<Blocks> {
    const data = mkdtempSync(join(tmpdir(), 'windlass-blocks-'));
    if (dataFrom) cpSync(dataFrom, data, { recursive: true });
    const blocks = new Blocks(data, undoBlocks, base);
    await blocks.reopen();
    return blocks;
  }

  private constructor(data: string, undoBlocks: bigint, base: Blocks['baseFile']) {
    this.data = data;
    this.#undoBlocks = undoBlocks;
    this.#base = base;
  }

  get baseFile(): { readonly path: string; readonly sha256: string } | undefined {
    return this.#base;
  }

  async reopen(): Promise<void> {
    this.database = await NodeDatabase.open(join(this.data, 'windlass.db'));
    this.heaps = new HeapFiles(join(this.data, 'blobs'), this.#base);
    this.collector = new SnapshotCollector(this.database, this.heaps, Infinity);
    this.swept = sweepBlobs(join(this.data, 'blobs'), this.database);
  }

  get height(): bigint {
    return databaseHeight(this.database) ?? 0n;
  }

  async save(heap: string): Promise<SavedHeap> {
    const writer = this.heaps.begin();
    for (let at = 0; at < heap.length; at += 1000) await writer.write(Buffer.from(heap.slice(at, at + 1000)));
    return writer.finish();
  }

  /** A block; every block is agreed as soon as there is a next one, unless `confirmed` says otherwise. Files are removed after it. */
  async block(work: BlockWork = {}, confirmed = this.height): Promise<Collected> {
    for (const heap of work.inVain ?? []) await this.save(heap);
    const changes: Change[] = [];
    for (const [vat, heap] of Object.entries(work.heaps ?? {})) changes.push(...(await this.#spanChange(vat as VatId, heap, work.entries ?? 3)));
    this.#step('after-save');
    const version = this.height + 1n;
    const blobs = new BlobStore(join(this.data, 'blobs'));
    for (const name of work.installed ?? []) blobs.add(name, Buffer.from(name));
    const freed = await commitBlock(
      { database: this.database, blobs, isHeld: name => this.held.has(name), heaps: this.heaps, collector: this.collector, undoBlocks: this.#undoBlocks, onStep: step => { this.#step(step); } },
      { prepared: { version, rows: [] } as never, kernelChanges: changes, bundlesRefused: work.refused ?? [], digestState: new Uint8Array(0), confirmed },
    );
    const collected = await this.collector.collect(freed);
    this.#step('after-unlink');
    return collected;
  }

  #step(step: CommitStep | 'after-save' | 'after-unlink'): void {
    if (this.crashAt === step) throw new Crash(step);
  }

  /** The vat's row as the kernel writes it: a new span of so many entries, or its end. */
  async #spanChange(vat: VatId, heap: string | null, entries: number): Promise<Change[]> {
    const before = rowText(this.database.get(databaseKeyOfKernelRow(keys.span(vat))));
    const old = before === undefined ? undefined : (JSON.parse(before) as { start: number; heap?: string; length: number });
    const start = old === undefined ? 0 : old.start + old.length;
    const rows: Change[] = Array.from({ length: heap === null ? 0 : entries }, (_, index) => ({ key: keys.transcriptEntry(vat, start + index), before: undefined, after: `entry ${start + index}` }));
    const hash = heap === null ? undefined : heap === this.#base?.sha256 ? heap : (await this.save(heap)).hash;
    const row = heap === null ? { end: start } : { start, heap: hash, length: entries };
    return [...rows, { key: keys.span(vat), before, after: JSON.stringify(row) }];
  }

  /** Runs a block that crashes at a step, and starts again from what lies on the disk then. */
  async crash(step: NonNullable<Blocks['crashAt']>, work: BlockWork): Promise<void> {
    this.crashAt = step;
    await assert.rejects(this.block(work), Crash);
    this.crashAt = undefined;
    await this.database.close();
    await this.reopen();
  }

  async restart(): Promise<void> {
    await this.heaps.settle();
    await this.database.close();
    await this.reopen();
  }

  async end(): Promise<void> {
    await this.heaps.settle();
    await this.database.close();
    rmSync(this.data, { recursive: true, force: true, maxRetries: 5 });
  }

  /** The heap that each live vat's span starts from, as the rows say. */
  async inUse(): Promise<Map<string, string>> {
    const found = new Map<string, string>();
    for (const key of await this.database.keysBelow('b/@s.', 100_000)) {
      const { heap } = JSON.parse(rowText(this.database.get(key)) as string) as { heap?: string };
      if (heap !== undefined) found.set(key, heap);
    }
    return found;
  }

  async load(hash: string): Promise<string> {
    const { source, close } = await this.heaps.open(hash);
    try {
      return 'file' in source ? readFileSync(source.file, 'utf8') : Buffer.from(source.bytes).toString();
    } finally {
      close();
    }
  }

  /** Every live vat's heap can be had, and has its hash. */
  async everyVatLoads(): Promise<void> {
    for (const hash of new Set((await this.inUse()).values())) assert.equal(hashOf(await this.load(hash)), hash);
  }

  files(): string[] {
    const blobs = join(this.data, 'blobs');
    return readdirSync(blobs).flatMap(name => (/^[0-9a-f]{2}$/.test(name) ? readdirSync(join(blobs, name)) : [name])).sort();
  }

  hasFile(hash: string): boolean {
    return existsSync(this.heaps.pathOf(hash));
  }

  rows(prefix: string): Promise<string[]> {
    return this.database.keysBelow(prefix, 100_000);
  }

  row(key: string): DatabaseRow['value'] {
    return this.database.get(key);
  }

  get confirmed(): bigint {
    return numberOfRow(this.database.get(confirmedKey)) ?? 0n;
  }
}
