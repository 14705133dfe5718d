/**
 * Whether bytes are the bundle that an id names (kernel reference 1.11). The id is the SHA-512 of the compartment map, and
 * the map has the SHA-512 of every module; so the id stands for all the code, whoever brings the bytes.
 */
import { createHash } from 'node:crypto';
import { ZipReader } from '@endo/zip';
import type { CompartmentMap } from './compartment-map.js';
import { parseCompartmentMap } from './compartment-map.js';
import { readZipLayout } from './zip-layout.js';

/** Bytes of the zip; its entries are stored, not compressed, and share no bytes, so that this bounds their total too. */
export const bundleBytesMax = 32 * 1024 * 1024;

const mapName = 'compartment-map.json';

export type BundleVerdict =
  | { readonly ok: true; readonly bundleId: string; readonly modules: number; readonly size: number }
  | { readonly ok: false; readonly code: 'malformed' | 'hash-mismatch'; readonly reason: string };

/** Is `text` a bundle id: `b1-` and 128 lower-case hex digits? */
export function isBundleId(text: string): boolean {
  return /^b1-[0-9a-f]{128}$/.test(text);
}

/**
 * Checks that `zip` is an endoZipBase64 archive, exactly as the bundler lays it out, with the id `bundleId`. `modules` counts
 * the files of code, `size` is the zip's bytes. Never throws for what strangers send; the answer is the same on every node.
 */
export function verifyBundle(zip: Uint8Array, bundleId: string, bytesMax = bundleBytesMax): BundleVerdict {
  if (!isBundleId(bundleId)) return malformed('the bundle id is not b1- and 128 hex digits');
  if (zip.length > bytesMax) return malformed(`the bundle has ${zip.length} bytes, more than ${bytesMax}`);
  const layout = readZipLayout(Buffer.from(zip.buffer, zip.byteOffset, zip.byteLength));
  if ('wrong' in layout) return malformed(layout.wrong);
  const files = unzip(zip);
  if (files === undefined) return malformed('the zip is damaged');
  const mapBytes = files.get(mapName);
  if (mapBytes === undefined) return malformed(`the zip has no ${mapName}`);
  if (`b1-${sha512(mapBytes)}` !== bundleId) return mismatch(`${mapName} has another hash than the bundle id says`);
  const map = parseCompartmentMap(mapBytes);
  if ('wrong' in map) return malformed(map.wrong);
  return checkModules(map, files) ?? { ok: true, bundleId, modules: map.modules.size, size: zip.length };
}

/** The id that a zip's bytes have if they are a bundle; undefined when they cannot be one. What it names must still be verified. */
export function bundleIdOf(zip: Uint8Array): string | undefined {
  const map = zip.length > bundleBytesMax ? undefined : unzip(zip)?.get(mapName);
  return map && `b1-${sha512(map)}`;
}

/** By name; undefined if a checksum or a header is wrong. @endo/zip runs without lockdown. */
function unzip(zip: Uint8Array): ReadonlyMap<string, Uint8Array> | undefined {
  try {
    const files = new ZipReader(zip).files as ReadonlyMap<string, { readonly content: Uint8Array }>;
    return new Map([...files].map(([name, file]) => [name, file.content]));
  } catch {
    // The library's texts name positions and tools; what a refusal says must not change with its version.
    return undefined;
  }
}

function checkModules(map: CompartmentMap, files: ReadonlyMap<string, Uint8Array>): BundleVerdict | undefined {
  for (const [path, hash] of map.modules) {
    const bytes = files.get(path);
    if (bytes === undefined) return malformed(`the module ${JSON.stringify(path)} is missing`);
    if (sha512(bytes) !== hash) return mismatch(`the module ${JSON.stringify(path)} has another hash than ${mapName} says`);
  }
  for (const name of files.keys()) {
    if (name !== mapName && !map.modules.has(name)) return malformed(`the entry ${JSON.stringify(name)} belongs to no module`);
  }
  return undefined;
}

function sha512(bytes: Uint8Array): string {
  return createHash('sha512').update(bytes).digest('hex');
}

function malformed(reason: string): BundleVerdict {
  return { ok: false, code: 'malformed', reason };
}

function mismatch(reason: string): BundleVerdict {
  return { ok: false, code: 'hash-mismatch', reason };
}
