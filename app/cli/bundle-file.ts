/** A bundle from what lies on disk: a contract's source, a zip, or the JSON that Endo's tools write. */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import { ZipReader } from '@endo/zip';
import { bundle, type BundleData } from '../client/index.js';
import { CliFailure, UsageFailure } from './failure.js';

/** By the file's ending: .zip and .json are bundles, anything else is source. Throws CliFailure with the bundler's text. */
export async function loadBundle(file: string): Promise<BundleData> {
  if (!existsSync(file)) throw new UsageFailure(`there is no file ${file}`);
  switch (extname(file)) {
    case '.zip': return bundleOfZip(file, Uint8Array.from(readFileSync(file)));
    case '.json': return bundleOfJson(file);
    default: return bundleOfSource(file);
  }
}

async function bundleOfSource(file: string): Promise<BundleData> {
  try {
    return await bundle(file);
  } catch (error) {
    throw new CliFailure(`${file} cannot be bundled: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** The id is that of the compartment map in the zip; the chain checks every module's hash against the map. */
function bundleOfZip(file: string, data: Uint8Array): BundleData {
  let map: Uint8Array;
  try {
    map = new ZipReader(data).read('compartment-map.json');
  } catch (error) {
    throw new CliFailure(`${file} is no bundle: it is not a zip with a compartment-map.json`, { cause: error });
  }
  return { bundleId: `b1-${createHash('sha512').update(map).digest('hex')}`, data };
}

function bundleOfJson(file: string): BundleData {
  const json = parseBundleJson(file);
  if (json.moduleFormat !== 'endoZipBase64' || typeof json.endoZipBase64 !== 'string') {
    throw new CliFailure(`${file} is no bundle of format endoZipBase64`, { hint: 'Make one with @endo/bundle-source, or give the source file itself.' });
  }
  const made = bundleOfZip(file, Uint8Array.from(Buffer.from(json.endoZipBase64, 'base64')));
  if (json.endoZipBase64Sha512 !== undefined && made.bundleId !== `b1-${json.endoZipBase64Sha512 as string}`) {
    throw new CliFailure(`${file} was changed: its hash is not that of its content`);
  }
  return made;
}

function parseBundleJson(file: string): { moduleFormat?: unknown; endoZipBase64?: unknown; endoZipBase64Sha512?: unknown } {
  try {
    const json: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return typeof json === 'object' && json !== null ? json : {};
  } catch (error) {
    throw new CliFailure(`${file} is not JSON`, { cause: error });
  }
}
