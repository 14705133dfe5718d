/** Applications with a history worth to be carried over, and snapshots that are taken apart and put together again. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { AbciApplication, Snapshot } from '../../../chain/abci/types.js';
import { endOf } from '../../../kernel/index.js';
import { NodeDatabase, type DatabaseSnapshot } from '../../../app/store.js';
import { recordHead, snapshotHash, type RecordKind } from '../../../app/state-sync/format.js';
import { RecordReader } from '../../../app/state-sync/record-reader.js';
import { script } from '../host/puppet.js';
import { invoke, startTestApp, type Person, type TestApp, type TestAppOptions } from '../host/support.js';

export const kernelState = { params: { snapshot_initial: 3, snapshot_interval: 4 } };

/** Small, so that a small state has many chunks. */
export const chunkBytes = 40_000;

export type Chain = { readonly app: TestApp; readonly height: bigint; readonly appHash: Uint8Array; readonly snapshot: Snapshot };

/** Vats with heaps, open spans and stores; one that ended; messages that wait for an answer. */
export async function fill(app: TestApp, rounds: number): Promise<void> {
  const [ann, ben] = app.people as [Person, Person];
  for (const name of ['one', 'two', 'gone']) {
    await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: name, saveAs: name }));
  }
  for (let at = 0; at < rounds; at += 1) await app.block([await work(ann, at), await ben.sign([invoke(ben, 'home.timer', 'delay', { body: '#["+1000000"]', slots: [] })])]);
  const { vats } = await app.ask<{ vats: { vatId: string; label: string }[] }>('Vats', { owner: ann.address });
  await app.outcome(await app.act(ann, 'MsgTerminateVat', { owner: ann.address, vatId: vats.find(({ label }) => label === 'gone')?.vatId, reason: 'done' }));
}

/** A transaction for a vat, the same for the same number and sequence. */
export const work = (person: Person, at: number): Promise<Uint8Array> =>
  person.sign([invoke(person, ['one', 'two', 'two', 'gone'][at % 4] as string, 'go', script([['vatstoreSet', `k${at % 7}`, `value ${at} ${'x'.repeat(300)}`]]))]);

/** A filled application that has made a snapshot of its last block, and makes one of every block that follows. */
export async function startSource(options: TestAppOptions = {}, rounds = 10): Promise<Chain> {
  const snapshots = { interval: 0, keepRecent: 1, chunkBytes };
  const app = await startTestApp({ kernelState, snapshots, ...options });
  await fill(app, rounds);
  snapshots.interval = 1;
  return { app, ...(await lastSnapshot(app)) };
}

/** Makes a block whose snapshot is there when this resolves. */
export async function lastSnapshot(app: TestApp): Promise<Omit<Chain, 'app'>> {
  await app.app.exported();
  const { appHash } = await app.block();
  await app.app.exported();
  const { snapshots: [snapshot] } = await app.app.application.listSnapshots();
  assert.ok(snapshot && snapshot.height === app.app.height, `there is no snapshot of height ${app.app.height}`);
  return { height: app.app.height, appHash, snapshot };
}

/** What follows a commit begins in the turn after it. */
export const nextTurns = async (): Promise<void> => {
  for (let left = 3; left > 0; left -= 1) await new Promise(resolve => setImmediate(resolve));
};

export const chunkOf = async ({ app, height }: Chain, chunk: number): Promise<Uint8Array> => (await app.app.application.loadSnapshotChunk({ height, format: 1, chunk })).chunk;

export async function chunksOf(chain: Chain): Promise<Uint8Array[]> {
  return Promise.all(Array.from({ length: chain.snapshot.chunks }, (_, index) => chunkOf(chain, index)));
}

export const accept = 1;

/** Offers a snapshot and gives its chunks, until one is not accepted. Answers the last result. */
export async function give(application: AbciApplication, snapshot: Snapshot, appHash: Uint8Array, chunks: readonly Uint8Array[]): Promise<{ readonly offer: number; readonly apply: number | undefined; readonly index: number }> {
  const { result: offer } = await application.offerSnapshot({ snapshot, appHash });
  if (offer !== accept) return { offer, apply: undefined, index: -1 };
  for (const [index, chunk] of chunks.entries()) {
    const { result } = await application.applySnapshotChunk({ index, chunk, sender: 'peer' });
    if (result !== accept || index === chunks.length - 1) return { offer, apply: result, index };
  }
  throw new Error('a snapshot has a chunk');
}

export type Record = { readonly kind: RecordKind; readonly key: string; readonly value: Uint8Array };

/** The records of a snapshot, files whole. */
export function recordsIn(chunks: readonly Uint8Array[]): Record[] {
  const reader = new RecordReader();
  const records: Record[] = [];
  let file: { readonly kind: RecordKind; readonly key: string; readonly parts: Uint8Array[] } | undefined;
  for (const chunk of chunks) {
    for (const event of reader.push(brotliDecompressSync(chunk))) {
      if (event.type === 'row') records.push(event);
      else if (event.type === 'file') file = { ...event, parts: [] };
      else if (event.type === 'piece') file?.parts.push(event.bytes);
      else if (file) records.push({ kind: file.kind, key: file.key, value: Buffer.concat(file.parts) });
    }
  }
  return records;
}

/** A snapshot as whoever made these records would offer it. */
export function snapshotFrom(height: bigint, records: readonly Record[]): { readonly snapshot: Snapshot; readonly chunks: Uint8Array[] } {
  const stream = Buffer.concat(records.flatMap(({ kind, key, value }) => [recordHead(kind, key, value.length), value]));
  const parts = Array.from({ length: Math.ceil(stream.length / chunkBytes) }, (_, index) => stream.subarray(index * chunkBytes, (index + 1) * chunkBytes));
  const metadata = new Uint8Array(Buffer.concat(parts.map(part => createHash('sha256').update(part).digest())));
  return { snapshot: { height, format: 1, chunks: parts.length, hash: snapshotHash(metadata), metadata }, chunks: parts.map(part => brotliCompressSync(part, { params: { [constants.BROTLI_PARAM_QUALITY]: 0 } })) };
}

/** Rows of a closed application's database below the prefixes, as text. */
export async function rowsIn(data: string, prefixes: readonly string[]): Promise<Map<string, string>> {
  const database = await NodeDatabase.open(join(data, 'windlass.db'));
  const snapshot = database.snapshot();
  try {
    return await collect(snapshot, prefixes);
  } finally {
    await snapshot.close();
    await database.close();
  }
}

export async function collect(snapshot: DatabaseSnapshot, prefixes: readonly string[]): Promise<Map<string, string>> {
  const rows = new Map<string, string>();
  for (const prefix of prefixes) {
    for await (const portion of snapshot.portions(prefix, endOf(prefix))) for (const [key, value] of portion) rows.set(key, Buffer.from(value).toString('latin1'));
  }
  return rows;
}

/** Files below a folder, with their contents, by path. */
export function filesBelow(folder: string): Map<string, string> {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
  return new Map(files.sort().map(path => [path.slice(folder.length + 1), readFileSync(path, 'latin1')]));
}
