/** The C sources that the engine's package ships: which of them are compiled, and that they are the ones our changes were made for. */
import { createHash } from 'node:crypto';
import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Of every file that the compiler may read: its path below the package, and its text. Sorted by path. */
export type Sources = ReadonlyMap<string, string>;

/** The folders of the package whose C files are compiled, and those that only hold headers. */
const xsFolder = 'moddable/xs/sources';
const workerFolder = 'xsnap-native/xsnap/sources';
const moduleFiles = [
  'moddable/modules/data/base64/modBase64.c',
  'moddable/modules/data/text/decoder/textdecoder.c',
  'moddable/modules/data/text/encoder/textencoder.c',
];
const headerFolders = ['moddable/xs/includes', 'moddable/xs/platforms'];

/** A worker's main program is xsnap-worker.c; xsnap.c is another one. */
const leftOut = new Set([`${workerFolder}/xsnap.c`]);

/** Where `@agoric/xsnap` is installed for `root`, and its version. Throws an Error that says what to type. */
export function findEnginePackage(root: string): { readonly folder: string; readonly version: string } {
  for (let above = root; ; above = dirname(above)) {
    const folder = join(above, 'node_modules/@agoric/xsnap');
    try {
      accessSync(join(folder, 'package.json'), constants.R_OK);
      return { folder, version: (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version };
    } catch (cause) {
      if (above === dirname(above)) throw new Error('the package @agoric/xsnap is not installed; run: npm ci', { cause });
    }
  }
}

/** Reads what is needed to build a worker from the package's folder. */
export function readSources(folder: string): Sources {
  const files = [...moduleFiles];
  for (const below of [xsFolder, workerFolder, ...headerFolders]) {
    for (const name of readdirSync(join(folder, below))) {
      const file = `${below}/${name}`;
      if (/\.[ch]$/.test(name) && !leftOut.has(file)) files.push(file);
    }
  }
  return new Map(files.sort().map(file => [file, readFileSync(join(folder, file), 'utf8')]));
}

/** One SHA-256 over all paths and texts, in order. */
export function hashSources(sources: Sources): string {
  const hash = createHash('sha256');
  for (const [file, text] of sources) hash.update(`${file}\0${Buffer.byteLength(text)}\0`).update(text);
  return hash.digest('hex');
}

export const isUnit = (file: string): boolean => file.endsWith('.c');

/** The name of a file in the build's one flat folder. */
export const flatName = (file: string): string => basename(file);
