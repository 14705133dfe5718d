/** Bundles as a host of the controller has them: bytes of the zip, or what a bundler returned. */
import { bundleIdOf, verifyBundle } from '../store/bundle.js';

export type GivenBundle =
  /** The zip's bytes. */
  | Uint8Array
  /** As `bundle()` of windlass/client returns it. */
  | { readonly bundleId: string; readonly data: Uint8Array }
  /** As Endo's bundler returns it. */
  | { readonly moduleFormat: 'endoZipBase64'; readonly endoZipBase64: string };

export type ReadBundle = { readonly bundleId: string; readonly zip: Uint8Array };

/** Verifies a bundle and names it; with `expectedId` it must have that id. Throws an Error that says what is wrong with it. */
export function readBundle(given: GivenBundle, expectedId?: string): ReadBundle {
  const zip = zipOf(given);
  const named = 'bundleId' in given ? given.bundleId : undefined;
  const bundleId = expectedId ?? named ?? bundleIdOf(zip);
  if (bundleId === undefined) throw new Error('the bytes are not a bundle: they are no zip with a compartment map');
  const verdict = verifyBundle(zip, bundleId);
  if (!verdict.ok) throw new Error(`the bundle cannot be used: ${verdict.reason}`);
  return { bundleId, zip };
}

function zipOf(given: GivenBundle): Uint8Array {
  if (given instanceof Uint8Array) return given;
  return 'data' in given ? given.data : Uint8Array.from(Buffer.from(given.endoZipBase64, 'base64'));
}
