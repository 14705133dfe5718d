/**
 * Makes a snapshot for joining nodes every so many blocks, in the background: the database's picture is taken in the turn in
 * which the block becomes visible, files are linked before anything is removed, and the rest runs beside the blocks.
 */
import { join } from 'node:path';
import { hexText, type Logger } from '../../chain/index.js';
import type { DatabaseSnapshot, NodeDatabase } from '../store.js';
import { ChunkWriter } from './chunk-writer.js';
import { chainRowsIn, storesIn } from './committed-stores.js';
import { chunkBytesDefault, formatNumber } from './format.js';
import { KeptFiles, type LinkFile } from './links.js';
import { neededFiles } from './needed-files.js';
import type { Manifest, SnapshotFolder } from './store-folder.js';
import { writeState, type StateSource } from './write-state.js';

export type ExportOptions = {
  /** Blocks from one snapshot to the next; 0 makes none. */
  readonly interval: number;
  /** How many are kept; 0 keeps all. */
  readonly keepRecent: number;
  /** For tests. */
  readonly chunkBytes?: number;
  readonly link?: LinkFile;
  /** Told before the state is written, once the files are kept; what it returns is waited for. */
  readonly beforeWriting?: () => Promise<void>;
};

export type ExporterOptions = {
  readonly settings: ExportOptions;
  readonly database: NodeDatabase;
  readonly folder: SnapshotFolder;
  readonly blobFolder: string;
  readonly log: Logger;
};

type Due = { readonly height: bigint; readonly snapshot: DatabaseSnapshot };

export class Exporter {
  readonly #options: ExporterOptions;
  readonly #stop = new AbortController();
  /** A block that is to be exported, until the turn after its commit. */
  #due: Due | undefined;
  #kept: KeptFiles | undefined;
  #underWay: Promise<void> | undefined;
  /** From the commit of a block that is to be exported until that is done, or given up. */
  #settled = Promise.resolve();
  #settle = (): void => undefined;

  constructor(options: ExporterOptions) {
    this.#options = options;
  }

  /** A heap that an export still reads under its own name. */
  isHeld(hash: string): boolean {
    return this.#kept?.isHeld(hash) ?? false;
  }

  /** In the turn in which the block of this height becomes visible. */
  committed(height: bigint): void {
    const { settings: { interval }, database, log } = this.#options;
    if (interval === 0 || height % BigInt(interval) !== 0n || this.#stop.signal.aborted) return;
    if (this.#underWay ?? this.#due) return log.warn({ height: String(height) }, 'no snapshot of this height is made: that of an earlier one is not finished');
    this.#due = { height, snapshot: database.snapshot() };
    this.#settled = new Promise(resolve => { this.#settle = resolve; });
  }

  /** Before any heap file is removed. Resolves when the files are kept; the rest goes on in the background. Never rejects. */
  async begin(): Promise<void> {
    const due = this.#due;
    if (!due) return;
    this.#due = undefined;
    let kept: () => void = () => undefined;
    const areKept = new Promise<void>(resolve => { kept = resolve; });
    this.#underWay = this.#export(due, kept).then(undefined, (error: unknown) => {
      const fields = { height: String(due.height), reason: error instanceof Error ? error.message : String(error) };
      if (this.#stop.signal.aborted) this.#options.log.info(fields, 'a snapshot was given up, as the node stops');
      else this.#options.log.error(fields, 'a snapshot for joining nodes could not be made');
    }).finally(() => {
      this.#underWay = undefined;
      kept();
      this.#settle();
    });
    await areKept;
  }

  /** Of the state that the database holds now, for a node that does not run. */
  async exportNow(height: bigint): Promise<void> {
    await this.#export({ height, snapshot: this.#options.database.snapshot() }, () => undefined);
  }

  /** Resolves when the export of the last block that asks for one is done, also when it has not begun yet. */
  async settled(): Promise<void> {
    await this.#settled;
  }

  /** Gives up what is under way, and leaves nothing of it. */
  async close(): Promise<void> {
    this.#stop.abort(new Error('the node stops'));
    await this.#due?.snapshot.close();
    this.#due = undefined;
    await this.#underWay;
    this.#settle();
  }

  async #export({ height, snapshot }: Due, kept: () => void): Promise<void> {
    const { folder, blobFolder, log, settings: { chunkBytes = chunkBytesDefault, link, beforeWriting } } = this.#options;
    try {
      const making = await folder.begin(height);
      const needed = await neededFiles(snapshot, height, blobFolder);
      this.#kept = await KeptFiles.keep(join(making, 'links'), [...needed.bundles, ...needed.heaps], link);
      kept();
      await beforeWriting?.();
      const manifest = await this.#write({ snapshot, height, needed, kept: this.#kept }, making, chunkBytes);
      this.#kept.release();
      await folder.finish(manifest);
      log.info({ height: String(height), chunks: manifest.chunks.length }, 'made a snapshot for joining nodes');
      await this.#removeOld();
    } catch (error) {
      this.#kept?.release();
      await folder.abandon(height);
      throw error;
    } finally {
      this.#kept = undefined;
      await snapshot.close();
    }
  }

  async #write(source: StateSource, making: string, chunkBytes: number): Promise<Manifest> {
    const out = new ChunkWriter(making, chunkBytes);
    const heaps = await writeState(source, out, this.#stop.signal);
    const chunks = (await out.finish()).map(hash => hash.toString('hex'));
    return { format: formatNumber, height: String(source.height), appHash: hexText(storesIn(chainRowsIn(source.snapshot)).appHash).toUpperCase(), chunkBytes, chunks, heaps: Object.fromEntries(heaps) };
  }

  async #removeOld(): Promise<void> {
    const { folder, settings: { keepRecent } } = this.#options;
    if (keepRecent === 0) return;
    for (const { height } of (await folder.list()).slice(keepRecent)) await folder.remove(BigInt(height));
  }
}
