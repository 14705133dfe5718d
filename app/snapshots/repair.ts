/**
 * Brings back a heap file that is missing or damaged: from an export of this home, else from other nodes. Its name says what
 * it holds, so that it does not matter who gives it.
 */
import { createHash } from 'node:crypto';
import { link, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Logger } from '../../chain/index.js';
import { syncFile, syncFolder } from '../files.js';
import { heapPath } from './heap-files.js';
import { PackedFile, PouredFile, unpackHeap } from './packing.js';
import { piecesFromPeer } from './peer-blobs.js';
import type { SnapRow } from './rows.js';

/** What a recorder is told of a heap file that could not be used. */
export type DamagedHeap = {
  readonly hash: string;
  /** Names the file and what is wrong with it. */
  readonly problem: string;
  /** Where it was had from: 'export', or the address of a peer; undefined when nobody has it. */
  readonly repairedFrom: string | undefined;
  /** The damaged file under another name, until the call returns; undefined when it was missing. */
  readonly damaged: string | undefined;
};

export type RepairOptions = {
  readonly blobFolder: string;
  /** RPC of other nodes, http://host:port; asked in this order. */
  readonly servers: readonly string[];
  readonly rowOf: (hash: string) => SnapRow | undefined;
  /** Gives the heap's bytes, if an export of this home has them. */
  readonly fromExport: (hash: string, take: (piece: Uint8Array) => Promise<void>) => Promise<boolean>;
  readonly log: Logger;
  readonly onDamaged?: (what: DamagedHeap) => void;
};

/** Another node's compressor may do worse than ours. */
const slackBytes = 1024 * 1024;

export class HeapRepair {
  readonly #options: RepairOptions;
  readonly #underWay = new Map<string, Promise<boolean>>();
  #temporaries = 0;

  constructor(options: RepairOptions) {
    this.#options = options;
  }

  /** Resolves to whether the file is there again, whole. Rejects only for a reason of this disk. */
  readonly mend = (hash: string, problem: string): Promise<boolean> => {
    const known = this.#underWay.get(hash);
    if (known) return known;
    const work = this.#mend(hash, problem).finally(() => this.#underWay.delete(hash));
    this.#underWay.set(hash, work);
    return work;
  };

  async #mend(hash: string, problem: string): Promise<boolean> {
    const { log, onDamaged, rowOf } = this.#options;
    log.error({ problem }, 'a heap snapshot cannot be used; looking for another copy');
    const row = rowOf(hash);
    const damaged = await this.#setAside(hash);
    const repairedFrom = row && (await this.#search(hash, row));
    onDamaged?.({ hash, problem, repairedFrom, damaged });
    if (damaged !== undefined) await rm(damaged, { force: true });
    if (repairedFrom === undefined) return false;
    log.warn({ hash, from: repairedFrom }, 'a heap snapshot was repaired');
    return true;
  }

  /** A second name for what is about to be replaced. It stays in its place too: who repairs by hand finds it there. */
  async #setAside(hash: string): Promise<string | undefined> {
    const aside = join(this.#options.blobFolder, `damaged-${hash}.tmp`);
    try {
      await rm(aside, { force: true });
      await link(heapPath(this.#options.blobFolder, hash), aside);
      return aside;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#options.log.warn({ hash, reason: String(error) }, 'a damaged file cannot be kept');
      return undefined;
    }
  }

  async #search(hash: string, row: SnapRow): Promise<string | undefined> {
    const { servers, log } = this.#options;
    const sources = [{ name: 'export', get: () => this.#fromExport(hash) }, ...servers.map(name => ({ name, get: () => this.#fromPeer(name, hash, row) }))];
    for (const { name, get } of sources) {
      try {
        if (await get()) return name;
      } catch (error) {
        log.warn({ hash, from: name, reason: error instanceof Error ? error.message : String(error) }, 'a heap snapshot could not be had from there');
      }
    }
    return undefined;
  }

  async #fromExport(hash: string): Promise<boolean> {
    return this.#withFiles(async packed => {
      const sum = createHash('sha256');
      const isThere = await filled(new PackedFile(packed), async write => this.#options.fromExport(hash, piece => {
        sum.update(piece);
        return write(piece);
      }));
      if (!isThere) return false;
      requireHash(hash, sum.digest('hex'));
      await syncFile(packed);
      await this.#place(hash, packed);
      return true;
    });
  }

  async #fromPeer(server: string, hash: string, { size, stored }: SnapRow): Promise<boolean> {
    return this.#withFiles(async (packed, whole) => {
      await filled(new PouredFile(packed), async write => {
        for await (const piece of piecesFromPeer(server, hash, 2 * stored + slackBytes)) await write(piece);
      });
      requireHash(hash, await unpackHeap(packed, whole, size));
      await syncFile(packed);
      await this.#place(hash, packed);
      return true;
    });
  }

  async #place(hash: string, packed: string): Promise<void> {
    const path = heapPath(this.#options.blobFolder, hash);
    await mkdir(dirname(path), { recursive: true });
    await rename(packed, path);
    await syncFolder(dirname(path));
    await syncFolder(this.#options.blobFolder);
  }

  async #withFiles<T>(work: (packed: string, whole: string) => Promise<T>): Promise<T> {
    this.#temporaries += 1;
    const [packed, whole] = ['packed', 'whole'].map(kind => join(this.#options.blobFolder, `mend-${this.#temporaries}-${kind}.tmp`)) as [string, string];
    try {
      return await work(packed, whole);
    } finally {
      await rm(whole, { force: true });
      await rm(packed, { force: true });
    }
  }
}

function requireHash(wanted: string, found: string): void {
  if (found !== wanted) throw new Error(`it holds ${found}`);
}

async function filled<T>(out: PouredFile, fill: (write: (piece: Uint8Array) => Promise<void>) => Promise<T>): Promise<T> {
  try {
    const answer = await fill(async piece => out.write(piece));
    await out.finish();
    return answer;
  } catch (error) {
    await out.abandon();
    throw error;
  }
}
