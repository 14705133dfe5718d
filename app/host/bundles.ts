/** Bundles on the chain: chunks wait per submitter and bundle until the last one is there; then the whole is verified and stored. */
import { concatBytes, refuse, uint64Bytes, uint64Of, utf8Bytes, utf8Text, equalBytes, type Context } from '../../chain/index.js';
import { kernelCodes, verifyBundle } from '../../kernel/index.js';
import type { BlobStore } from '../blobs.js';
import type { MsgInstallBundle, MsgInstallBundleResponse } from '../client/types.js';
import { endOf } from './action-queue.js';
import { hostKeys, kernelStore } from './keys.js';

type Readable = { store(name: string): Pick<ReturnType<Context['store']>, 'get' | 'has' | 'iterate'> };
/** `sizes` are the chunks' bytes by index, 0 for one that has not come: so that what is known is known without reading chunks. */
type Upload = { readonly expires: string; readonly sizes: readonly number[] };

/** Chunks that never become whole are dropped after so many blocks. */
const uploadBlocksMax = 1000n;
/** One chunk; it must fit a transaction. */
export const chunkBytesMax = 400_000;
export const chunksMax = 100;
/** Rows of expired uploads deleted at the end of one block; more than one upload may have. */
const expiredRowsMax = 200;

export const isInstalled = (state: Readable, bundleId: string): boolean => state.store(kernelStore).has(hostKeys.bundle(bundleId));

/** Size in bytes, or undefined when it is not installed. */
export function bundleSize(state: Readable, bundleId: string): bigint | undefined {
  const bytes = state.store(kernelStore).get(hostKeys.bundle(bundleId));
  return bytes && uint64Of(bytes);
}

/** `checkQuota` refuses, for whoever sends it, so many bytes more. */
export type BundleBounds = { readonly bundleBytesMax: bigint; readonly checkQuota: (bytes: bigint) => void };

/** Bytes of the account's bundles that the kernel has not charged for yet. */
function waitingBytes(state: Readable, account: string): bigint {
  return newBundles(state).reduce((sum, bundle) => (bundle.account === account ? sum + BigInt(bundle.size) : sum), 0n);
}

/** Takes one chunk. Refuses with kernel/8 to 11. With the last one, the bundle is installed. */
export function takeChunk(ctx: Context, msg: MsgInstallBundle, { bundleBytesMax, checkQuota }: BundleBounds, blobs: BlobStore): MsgInstallBundleResponse {
  if (isInstalled(ctx, msg.bundleId)) return { complete: true, missingChunks: [] };
  checkChunk(ctx, msg, bundleBytesMax);
  const { submitter, bundleId, chunkIndex, data } = msg;
  const { expires, sizes } = readUpload(ctx, submitter, bundleId) ?? openUpload(ctx, msg);
  const store = ctx.store(kernelStore);
  const upload: Upload = { expires, sizes: sizes.map((size, index) => (index === chunkIndex ? data.length : size)) };
  store.set(hostKeys.chunk(submitter, bundleId, chunkIndex), data);
  store.set(hostKeys.upload(submitter, bundleId), utf8Bytes(JSON.stringify(upload)));
  const missing = missingOf(upload);
  if (missing.length > 0) return { complete: false, missingChunks: missing };
  install(ctx, msg, blobs, checkQuota);
  return { complete: true, missingChunks: [] };
}

/** What CheckTx can know of a chunk. */
export function checkChunk(state: Readable, { submitter, bundleId, chunkIndex, chunkCount, data }: MsgInstallBundle, bundleBytesMax: bigint): void {
  const { sizes = [] } = readUpload(state, submitter, bundleId) ?? {};
  if (sizes.length > 0 && sizes.length !== chunkCount) {
    refuse('kernel', kernelCodes.chunkConflict, `bundle ${bundleId} is being sent in ${sizes.length} chunks, not in ${chunkCount}: chunk conflict`);
  }
  const known = state.store(kernelStore).get(hostKeys.chunk(submitter, bundleId, chunkIndex));
  if (known && !equalBytes(known, data)) refuse('kernel', kernelCodes.chunkConflict, `chunk ${chunkIndex} of bundle ${bundleId} was sent with other bytes: chunk conflict`);
  const others = sizes.reduce((sum, size, index) => (index === chunkIndex ? sum : sum + size), 0);
  if (BigInt(others + data.length) > bundleBytesMax) refuse('kernel', kernelCodes.tooLarge, `bundle ${bundleId} is larger than ${bundleBytesMax} bytes: bundle or chunk too large`);
}

/** An upload without a chunk yet; the caller stores it with the first one. */
function openUpload(ctx: Context, { submitter, bundleId, chunkCount }: MsgInstallBundle): Upload {
  const expires = ctx.height + uploadBlocksMax;
  ctx.store(kernelStore).set(hostKeys.expiry(expires, submitter, bundleId), new Uint8Array([1]));
  return { expires: String(expires), sizes: Array.from({ length: chunkCount }, () => 0) };
}

function install(ctx: Context, { submitter, bundleId }: MsgInstallBundle, blobs: BlobStore, checkQuota: BundleBounds['checkQuota']): void {
  const zip = concatBytes(...chunksOf(ctx, submitter, bundleId).map(([, bytes]) => bytes));
  checkQuota(BigInt(zip.length) + waitingBytes(ctx, submitter));
  const verdict = verifyBundle(zip, bundleId);
  if (!verdict.ok) {
    const code = verdict.code === 'hash-mismatch' ? kernelCodes.bundleHashMismatch : kernelCodes.bundleMalformed;
    refuse('kernel', code, `bundle ${bundleId}: ${verdict.reason}: ${verdict.code === 'hash-mismatch' ? 'bundle hash mismatch' : 'bundle malformed'}`);
  }
  closeUpload(ctx, submitter, bundleId);
  const store = ctx.store(kernelStore);
  store.set(hostKeys.bundle(bundleId), uint64Bytes(BigInt(zip.length)));
  store.set(hostKeys.newBundle(bundleId), concatBytes(uint64Bytes(BigInt(zip.length)), utf8Bytes(submitter)));
  if (ctx.mode === 'finalize') blobs.add(bundleId, zip);
}

/** Deletes all that is kept of an upload under way; answers how many rows that were. */
function closeUpload(ctx: Context, submitter: string, bundleId: string): number {
  const { expires, sizes } = readUpload(ctx, submitter, bundleId) as Upload;
  const store = ctx.store(kernelStore);
  store.delete(hostKeys.expiry(BigInt(expires), submitter, bundleId));
  store.delete(hostKeys.upload(submitter, bundleId));
  const present = [...sizes.keys()].filter(index => sizes[index] !== 0);
  for (const index of present) store.delete(hostKeys.chunk(submitter, bundleId, index));
  return present.length + 2;
}

/** End of block: drops what did not become whole in time, oldest first; what is too much for one block waits for the next. */
export function dropExpiredUploads(ctx: Context): void {
  const end = concatBytes(hostKeys.allExpiries, uint64Bytes(ctx.height + 1n));
  let left = expiredRowsMax;
  for (const [key] of ctx.store(kernelStore).iterate(hostKeys.allExpiries, end)) {
    if (left <= 0) return;
    const [, submitter, bundleId] = utf8Text(key.slice(hostKeys.allExpiries.length + 8)).split('/') as [string, string, string];
    left -= closeUpload(ctx, submitter, bundleId);
  }
}

/** Indices that have not come yet, of an upload under way; empty when there is none. */
export function missingChunks(state: Readable, submitter: string, bundleId: string): number[] {
  const upload = readUpload(state, submitter, bundleId);
  return upload ? missingOf(upload) : [];
}

function missingOf({ sizes }: Upload): number[] {
  return [...sizes.keys()].filter(index => sizes[index] === 0);
}

function chunksOf(state: Readable, submitter: string, bundleId: string): [index: number, bytes: Uint8Array][] {
  const prefix = hostKeys.chunksOf(submitter, bundleId);
  return [...state.store(kernelStore).iterate(prefix, endOf(prefix))].map(([key, value]) => [Number(uint64Of(key.slice(prefix.length))), value]);
}

function readUpload(state: Readable, submitter: string, bundleId: string): Upload | undefined {
  const bytes = state.store(kernelStore).get(hostKeys.upload(submitter, bundleId));
  return bytes && (JSON.parse(utf8Text(bytes)) as Upload);
}

type SizedBundle = { readonly bundleId: string; readonly size: number };

/** Bundles that blocks completed and no run has seen, with who sent them. */
export function newBundles(state: Readable): (SizedBundle & { readonly account: string })[] {
  const prefix = hostKeys.allNewBundles;
  return [...state.store(kernelStore).iterate(prefix, endOf(prefix))].map(([key, value]) => ({ bundleId: utf8Text(key.slice(prefix.length)), size: Number(uint64Of(value.slice(0, 8))), account: utf8Text(value.slice(8)) }));
}

/** All that are installed. */
export function bundlesOf(state: Readable): SizedBundle[] {
  return sizedBundles(state, hostKeys.allBundles);
}

function sizedBundles(state: Readable, prefix: Uint8Array): SizedBundle[] {
  return [...state.store(kernelStore).iterate(prefix, endOf(prefix))].map(([key, value]) => ({ bundleId: utf8Text(key.slice(prefix.length)), size: Number(uint64Of(value)) }));
}
