/** S(H) as records, from one picture of the database. It gives way after each portion, so that the run between two blocks goes on. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { exportVersion } from '../../chain/store/index.js';
import { endOf, keys, LiveSpans, verifyBundle, type LiveSpan } from '../../kernel/index.js';
import { takeHeap } from '../snapshots/packing.js';
import { readSnap } from '../snapshots/rows.js';
import { databaseKeyOfKernelRow, kernelPrefix, localPrefix, rowText, type DatabaseSnapshot } from '../store.js';
import type { ChunkWriter } from './chunk-writer.js';
import { chainRowsIn } from './committed-stores.js';
import { headerKey, headerValue, recordHead, type RecordKind } from './format.js';
import type { KeptFiles } from './links.js';
import type { NeededFiles } from './needed-files.js';

export type StateSource = { readonly snapshot: DatabaseSnapshot; readonly height: bigint; readonly needed: NeededFiles; readonly kept: KeptFiles };

/** Where the bytes of a heap begin in the stream, and how many they are. */
export type HeapPlace = { readonly chunk: number; readonly offset: number; readonly size: number };

/** Nodes of the chain's trees that are read, checked and written in one turn. */
const nodesPerTurn = 64;

/** Writes everything. Answers where each heap lies. Rejects when `signal` aborts, or something is not what its name says. */
export async function writeState(source: StateSource, out: ChunkWriter, signal: AbortSignal): Promise<ReadonlyMap<string, HeapPlace>> {
  const { snapshot, height, needed, kept } = source;
  const row = async (kind: RecordKind, key: string, value: Uint8Array): Promise<void> => {
    await out.write(recordHead(kind, key, value.length));
    await out.write(value);
  };
  await row('header', headerKey, headerValue(height));
  await writeChain(source, row, signal);
  const spans = await writeKernel(snapshot, row, signal);
  for (const span of spans) await writeEntries(snapshot, span, row, signal);
  for (const { name } of needed.bundles) {
    signal.throwIfAborted();
    await row('bundle', name, await soundBundle(name, kept.pathOf(name)));
  }
  const places = new Map<string, HeapPlace>();
  for (const { name } of needed.heaps) {
    const snap = readSnap(snapshot, name);
    if (!snap) throw new Error(`heap snapshot ${name} is needed and has no row`);
    const { size } = snap;
    await out.write(recordHead('heap', name, size));
    places.set(name, { ...out.position, size });
    await writeHeap(name, kept.pathOf(name), size, out, signal);
  }
  await row('end', '', new Uint8Array(0));
  return places;
}

type WriteRow = (kind: RecordKind, key: string, value: Uint8Array) => Promise<void>;

async function writeChain({ snapshot, height }: StateSource, row: WriteRow, signal: AbortSignal): Promise<void> {
  let nodes = 0;
  for (const { key, value } of exportVersion(chainRowsIn(snapshot), height)) {
    if (key.includes('/')) await row('chain', key, value); // what has no folder says which versions are kept: only this one will be
    nodes += 1;
    if (nodes % nodesPerTurn === 0) await nextTurn(signal);
  }
}

async function writeKernel(snapshot: DatabaseSnapshot, row: WriteRow, signal: AbortSignal): Promise<LiveSpan[]> {
  const spans = new LiveSpans();
  for await (const portion of snapshot.portions(kernelPrefix, endOf(kernelPrefix))) {
    for (const [key, value] of portion) {
      const name = key.slice(kernelPrefix.length);
      if (LiveSpans.prefixes.some(prefix => name.startsWith(prefix))) spans.see(name, rowText(value) as string);
      await row('kernel', name, value);
    }
    await nextTurn(signal);
  }
  return spans.list();
}

async function writeEntries(snapshot: DatabaseSnapshot, { vat, from, to }: LiveSpan, row: WriteRow, signal: AbortSignal): Promise<void> {
  const at = (position: number): string => databaseKeyOfKernelRow(keys.transcriptEntry(vat, position));
  for await (const portion of snapshot.portions(at(from), at(to))) {
    for (const [key, value] of portion) await row('entry', key.slice(localPrefix.length), value);
    await nextTurn(signal);
  }
}

async function soundBundle(name: string, path: string): Promise<Uint8Array> {
  const zip = await readFile(path);
  const verdict = verifyBundle(zip, name);
  if (!verdict.ok) throw new Error(`${path} is damaged (${verdict.reason})`);
  return zip;
}

async function writeHeap(name: string, path: string, size: number, out: ChunkWriter, signal: AbortSignal): Promise<void> {
  const hash = createHash('sha256');
  let left = size;
  await takeHeap(path, async piece => {
    signal.throwIfAborted();
    left -= piece.length;
    hash.update(piece);
    if (left >= 0) await out.write(piece);
  });
  if (left !== 0 || hash.digest('hex') !== name) throw new Error(`${path} is damaged`);
}

async function nextTurn(signal: AbortSignal): Promise<void> {
  await turn();
  signal.throwIfAborted();
}
