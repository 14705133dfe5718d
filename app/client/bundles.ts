/** A contract's source to an installed bundle. */
import type { DeliverTxResponse, StdFee } from '@cosmjs/stargate';
import type { EncodeObject } from '@cosmjs/proto-signing';
import { typeUrlOf } from './messages.js';
import { kernelOf, type KernelClient } from './queries.js';
import type { MsgInstallBundle } from './types.js';

/** The most bytes that one MsgInstallBundle may carry. */
export const chunkBytesMax = 400_000;

/** A bundle ready to install: `data` is the zip, `bundleId` is `b1-` and the hash that Endo defines. */
export type BundleData = { readonly bundleId: string; readonly data: Uint8Array };

/** `done` of `total` chunks are on the chain. */
export type InstallProgress = { readonly done: number; readonly total: number };

/** A client that signs and asks: a SigningStargateClient, or anything that asks and has its signAndBroadcast. */
export type InstallClient = KernelClient & {
  signAndBroadcast(signer: string, messages: readonly EncodeObject[], fee: StdFee | 'auto' | number, memo?: string): Promise<DeliverTxResponse>;
};

/**
 * Bundles a contract's entry module and everything it imports.
 *
 * ```ts
 * const counter = await bundle('contracts/counter.js'); // { bundleId: 'b1-…', data: Uint8Array }
 * ```
 */
export async function bundle(file: string): Promise<BundleData> {
  const bundler = await import('../bundler/index.js'); // most applications bundle nothing: they need not load it
  const { bundleId, zip } = await bundler.bundle(file);
  return { bundleId, data: zip };
}

/**
 * Installs a bundle, one transaction a chunk, and leaves out the chunks that the chain has from an earlier, interrupted
 * call. An installed bundle costs nothing. Resolves once the bundle is installed; throws with the chain's text when a
 * chunk is refused.
 *
 * ```ts
 * await installBundle(client, address, await bundle('counter.js'), 'auto');
 * ```
 */
export async function installBundle(
  client: InstallClient, address: string, { bundleId, data }: BundleData, fee: StdFee | 'auto' | number, onProgress?: (progress: InstallProgress) => void,
): Promise<void> {
  const kernel = kernelOf(client);
  const chunks = bundleChunks(address, { bundleId, data });
  const state = await kernel.bundle(bundleId, address);
  const waiting = state.installed ? [] : chunksToSend(chunks, state.missingChunks);
  let done = chunks.length - waiting.length;
  onProgress?.({ done, total: chunks.length });
  for (const value of waiting) {
    const sent = await client.signAndBroadcast(address, [{ typeUrl: typeUrlOf('MsgInstallBundle'), value }], fee);
    if (sent.code !== 0) throw new Error(`chunk ${value.chunkIndex} of ${bundleId} was refused with code ${sent.code}: ${sent.rawLog ?? ''}`);
    done += 1;
    onProgress?.({ done, total: chunks.length });
  }
  const end = await kernel.bundle(bundleId, address);
  if (!end.installed) throw new Error(`${bundleId} is not installed: chunks ${end.missingChunks.join(', ')} are missing; run the installation again`);
}

/** The messages that carry a bundle, each with at most `chunkBytesMax` bytes. Throws when the bundle is empty. */
export function bundleChunks(submitter: string, { bundleId, data }: BundleData): MsgInstallBundle[] {
  if (data.length === 0) throw new Error('the bundle is empty');
  const chunkCount = Math.ceil(data.length / chunkBytesMax);
  return Array.from({ length: chunkCount }, (_, chunkIndex) => ({
    submitter, bundleId, chunkIndex, chunkCount,
    data: data.slice(chunkIndex * chunkBytesMax, (chunkIndex + 1) * chunkBytesMax),
  }));
}

/** Those that the chain lacks. It names missing chunks only once it has a first one; until then all are to be sent. */
export function chunksToSend(chunks: readonly MsgInstallBundle[], missing: readonly number[]): MsgInstallBundle[] {
  return missing.length === 0 ? [...chunks] : chunks.filter(({ chunkIndex }) => missing.includes(chunkIndex));
}
