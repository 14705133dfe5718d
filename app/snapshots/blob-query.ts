/**
 * `/windlass/blob/<name>/<n>`: what other nodes ask for to repair a file of their own. Piece n of the file as it lies on the
 * disk; a piece that is shorter than the others is the last. Only files are given that the committed state refers to, or a
 * state to which this node may go back; and a question costs one read of a bounded size.
 */
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { ResponseQuery } from '../../chain/abci/types.js';
import { Refusal, sdk, type Logger } from '../../chain/index.js';
import { keys } from '../../kernel/index.js';
import { databaseHeight } from '../commit.js';
import { unlessAbsent } from '../files.js';
import { kernelPrefix, type NodeDatabase } from '../store.js';
import { heapPath } from './heap-files.js';
import { readSnap } from './rows.js';

/** In base64 it is well below what an RPC client takes. */
export const pieceBytes = 512 * 1024;

export const blobQueryPrefix = '/windlass/blob/';
export const blobQueryPath = (name: string, piece: number): string => `${blobQueryPrefix}${name}/${piece}`;

const pathGrammar = /^\/windlass\/blob\/(?:([0-9a-f]{64})|(b1-[0-9a-f]{128}))\/(0|[1-9]\d{0,5})$/;

export type BlobSource = { readonly database: NodeDatabase; readonly blobFolder: string; readonly log: Logger };

/** Always answers; what goes wrong is a code and a text. A disk that fails under a stranger's question must not stop a validator: it is logged. */
export async function answerBlobQuery({ database, blobFolder, log }: BlobSource, path: string): Promise<ResponseQuery> {
  const height = databaseHeight(database) ?? 0n;
  const empty = { code: 0, log: '', info: '', index: 0n, key: new Uint8Array(0), value: new Uint8Array(0), proofOps: undefined, height, codespace: '' };
  try {
    return { ...empty, value: await pieceOf(database, blobFolder, path) };
  } catch (error) {
    if (error instanceof Refusal) return { ...empty, codespace: error.codespace, code: error.code, log: error.message };
    log.error({ path, reason: error instanceof Error ? error.message : String(error) }, 'a file that a peer asked for cannot be read');
    return { ...empty, codespace: 'undefined', code: 1, log: 'internal error' };
  }
}

async function pieceOf(database: NodeDatabase, blobFolder: string, path: string): Promise<Uint8Array> {
  const [, heap, bundle, piece] = pathGrammar.exec(path) ?? [];
  if (piece === undefined) throw new Refusal('sdk', sdk.invalidRequest, `expected ${blobQueryPath('<name>', 0)}: invalid request`);
  const isReferred = heap === undefined ? database.get(`${kernelPrefix}${keys.bundle(bundle as string)}`) !== undefined : readSnap(database, heap) !== undefined;
  const bytes = isReferred ? await readPiece(heap === undefined ? join(blobFolder, bundle as string) : heapPath(blobFolder, heap), Number(piece)) : undefined;
  if (!bytes) throw new Refusal('sdk', sdk.notFound, `${heap ?? bundle}: not found`);
  return bytes;
}

/** Undefined when the file is not there, or ends before the piece. */
async function readPiece(path: string, piece: number): Promise<Uint8Array | undefined> {
  const file = await unlessAbsent(open(path, 'r'));
  if (!file) return undefined;
  try {
    const from = piece * pieceBytes;
    if (from > (await file.stat()).size) return undefined;
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(pieceBytes), 0, pieceBytes, from);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
