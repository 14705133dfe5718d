/** The snapshot methods of ABCI: peers are given finished exports, and a node without a state takes one of theirs. */
import type {
  RequestApplySnapshotChunk, RequestLoadSnapshotChunk, RequestOfferSnapshot, ResponseApplySnapshotChunk, ResponseListSnapshots, ResponseLoadSnapshotChunk, ResponseOfferSnapshot,
  Snapshot,
} from '../../chain/abci/types.js';
import { equalBytes, hexText } from '../../chain/index.js';
import type { NodeDatabase } from '../store.js';
import { openChunk } from './chunk-writer.js';
import { chunksMax, formatNumber, hashBytes, snapshotHash } from './format.js';
import { SnapshotRefused } from './record-reader.js';
import { Restore, type RestoreOptions } from './restore.js';
import { snapshotOf, type SnapshotFolder } from './store-folder.js';
import { beginMark, removeUnfinished, restoredAt } from './unfinished.js';

export type StateSyncOptions = Pick<RestoreOptions, 'blobFolder' | 'log' | 'onStep'> & {
  readonly database: NodeDatabase;
  readonly folder: SnapshotFolder;
  /** Of the application as it is. */
  readonly state: () => { readonly height: bigint; readonly appHash: Uint8Array };
  /** Puts the application together anew, over what is in the database then. */
  readonly reopen: () => Promise<void>;
};

/** ResponseOfferSnapshot. */
const offer = { accept: 1, abort: 2, reject: 3, rejectFormat: 4 } as const;
/** ResponseApplySnapshotChunk. */
const apply = { accept: 1, abort: 2, retry: 3, retrySnapshot: 4, rejectSnapshot: 5 } as const;
/** Peers of CometBFT tell each other of ten at most. */
const listedMax = 10;
/** Versions of the multi-store are bounded so. */
const heightMax = 2n ** 51n;

type Incoming = {
  readonly height: bigint;
  /** SHA-256 of each chunk. */
  readonly hashes: readonly Uint8Array[];
  /** Undefined when the state is here already: the last restore ended, and CometBFT was stopped before it noted that. */
  readonly restore: Restore | undefined;
  /** Who gave chunks so far. */
  readonly senders: Set<string>;
  next: number;
};

export class StateSync {
  readonly #options: StateSyncOptions;
  #incoming: Incoming | undefined;
  #busy: Promise<unknown> = Promise.resolve();

  constructor(options: StateSyncOptions) {
    this.#options = options;
  }

  /** None when the folder cannot be read: what peers ask never stops a node, and is logged. */
  async listSnapshots(): Promise<ResponseListSnapshots> {
    const found = await this.#unlessBroken(() => this.#options.folder.list());
    return { snapshots: (found ?? []).slice(0, listedMax).map(snapshotOf) };
  }

  /** No bytes when there is no such chunk: it may have been removed since it was listed. */
  async loadSnapshotChunk({ height, format, chunk }: RequestLoadSnapshotChunk): Promise<ResponseLoadSnapshotChunk> {
    const bytes = format === formatNumber ? await this.#unlessBroken(() => this.#options.folder.chunk(height, chunk)) : undefined;
    return { chunk: bytes ?? new Uint8Array(0) };
  }

  async #unlessBroken<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.#options.log.error({ reason: error instanceof Error ? error.message : String(error) }, 'a snapshot that peers ask for cannot be read');
      return undefined;
    }
  }

  /** Rejects when the database holds another restored state than the one offered: it is then removed at the next start. */
  offerSnapshot(request: RequestOfferSnapshot): Promise<ResponseOfferSnapshot> {
    return this.#alone(async () => ({ result: await this.#offered(request) }));
  }

  /** Rejects when this node cannot go on, such as with a full disk. */
  applySnapshotChunk(request: RequestApplySnapshotChunk): Promise<ResponseApplySnapshotChunk> {
    return this.#alone(() => this.#apply(request));
  }

  /** Resolves when nothing works on the database any more. */
  async close(): Promise<void> {
    await this.#busy;
    await this.#incoming?.restore?.abandon();
    this.#incoming = undefined;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work);
    this.#busy = done.catch(() => undefined); // told to whoever asked
    return done;
  }

  async #offered({ snapshot, appHash }: RequestOfferSnapshot): Promise<number> {
    if (!snapshot) return offer.reject;
    if (snapshot.format !== formatNumber) return offer.rejectFormat;
    const hashes = chunkHashes(snapshot);
    if (!hashes || snapshot.height <= 0n || snapshot.height > heightMax || appHash.length !== hashBytes) return offer.reject;
    const { database, blobFolder, log, onStep, state } = this.#options;
    const { height } = snapshot;
    if (state().height > 0n) return this.#offeredAgain(height, appHash, hashes);
    await this.#forget();
    const restore = await Restore.begin({ database, blobFolder, log, height, appHash, ...(onStep ? { onStep } : {}) });
    this.#incoming = { height, hashes, restore, senders: new Set(), next: 0 };
    log.info({ height: String(height), chunks: hashes.length, appHash: hexText(appHash) }, 'restoring the state of a snapshot');
    return offer.accept;
  }

  async #offeredAgain(offered: bigint, appHash: Uint8Array, hashes: readonly Uint8Array[]): Promise<number> {
    const { database, log, state } = this.#options;
    const { height, appHash: ours } = state();
    if (!restoredAt(database, height)) {
      log.error({ height: String(height), offered: String(offered) }, 'a snapshot was offered to a node that has blocks: remove its data first, or turn statesync off in config.toml');
      return offer.abort;
    }
    if (offered === height && equalBytes(appHash, ours)) {
      this.#incoming = { height, hashes, restore: undefined, senders: new Set(), next: 0 };
      return offer.accept;
    }
    await database.write([beginMark]);
    throw new Error(`the state of height ${height} was restored, but no block followed, and a snapshot of height ${offered} is offered now: start again, and the restored state is removed`);
  }

  async #apply({ index, chunk, sender }: RequestApplySnapshotChunk): Promise<ResponseApplySnapshotChunk> {
    const incoming = this.#incoming;
    if (!incoming) return answer(apply.abort);
    const hash = incoming.hashes[index];
    if (index !== incoming.next || !hash) return answer(apply.retrySnapshot);
    const { log } = this.#options;
    const bytes = await openChunk(chunk, hash);
    if (!bytes) {
      log.warn({ chunk: index, sender }, 'a chunk of the snapshot does not have its hash; it is fetched from another peer');
      return { result: apply.retry, refetchChunks: [index], rejectSenders: sender === '' ? [] : [sender] };
    }
    if (sender !== '') incoming.senders.add(sender);
    try {
      await this.#take(incoming, bytes);
      return answer(apply.accept);
    } catch (error) {
      if (!(error instanceof SnapshotRefused)) throw error;
      log.error({ height: String(incoming.height), reason: error.message }, 'the snapshot is refused');
      await this.#forget();
      // They have what nobody can have honestly, and could make up more of it for ever, each time of the highest height.
      return { ...answer(apply.rejectSnapshot), rejectSenders: [...incoming.senders] };
    }
  }

  async #take(incoming: Incoming, bytes: Uint8Array): Promise<void> {
    const { restore, hashes, height } = incoming;
    const { log, reopen } = this.#options;
    incoming.next += 1;
    await restore?.take(bytes);
    log.info({ height: String(height), chunk: incoming.next, of: hashes.length }, 'took a chunk of the snapshot');
    if (incoming.next < hashes.length) return;
    await restore?.finish();
    this.#incoming = undefined;
    if (!restore) return;
    await reopen();
    log.info({ height: String(height) }, 'the state is restored');
  }

  /** Nothing of an unfinished restore is left. */
  async #forget(): Promise<void> {
    const { database, blobFolder } = this.#options;
    await this.#incoming?.restore?.abandon();
    this.#incoming = undefined;
    await removeUnfinished(database, blobFolder);
  }
}

const answer = (result: number): ResponseApplySnapshotChunk => ({ result, refetchChunks: [], rejectSenders: [] });

/** Undefined when the offer contradicts itself. */
function chunkHashes({ chunks, hash, metadata }: Snapshot): Uint8Array[] | undefined {
  if (chunks < 1 || chunks > chunksMax || metadata.length !== chunks * hashBytes || !equalBytes(hash, snapshotHash(metadata))) return undefined;
  return Array.from({ length: chunks }, (_, index) => metadata.subarray(index * hashBytes, (index + 1) * hashBytes));
}
