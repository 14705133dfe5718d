/** Bundles for workers: the very bytes that the chain agreed on, or an error that says what to do. */
import { verifyBundle, type BundleSource } from '../kernel/index.js';
import type { BlobStore } from './blobs.js';

/** A node cannot go on without the file, or with other bytes in it: its vats would do something else than everybody's. */
export class BundleUnusable extends Error {
  override readonly name = 'BundleUnusable';

  constructor(file: string, problem: string) {
    super(`${file} ${problem}; restore it from a backup or copy it from another node: its name says what it holds`);
  }
}

/** Each bundle is verified when it is first read. `get` rejects with BundleUnusable. */
export function installedBundles(blobs: BlobStore): BundleSource {
  const sound = new Set<string>();
  return {
    get: async bundleId => {
      const zip = await blobs.get(bundleId);
      if (!zip) throw new BundleUnusable(blobs.pathOf(bundleId), 'is missing');
      if (!sound.has(bundleId)) {
        const verdict = verifyBundle(zip, bundleId);
        if (!verdict.ok) throw new BundleUnusable(blobs.pathOf(bundleId), `is damaged (${verdict.reason})`);
        sound.add(bundleId);
      }
      return zip;
    },
  };
}
