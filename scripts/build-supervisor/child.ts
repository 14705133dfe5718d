/** The bundling process of the supervisor: takes a ChildOrder on stdin, writes a ChildResult to file descriptor 3. */
import '@endo/init';
import bundleSource from '@endo/bundle-source';
import { readFileSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ChildOrder, ChildResult } from './build.js';

const { entry, replaced } = JSON.parse(readFileSync(0, 'utf8')) as ChildOrder;
const seen = new Set<string>();

/** The bundler's only way to files. */
async function read(location: string): Promise<Uint8Array> {
  const path = fileURLToPath(location);
  const text = Object.hasOwn(replaced, path) ? replaced[path] : undefined;
  if (text !== undefined) return Buffer.from(text, 'utf8');
  const bytes = await readFile(path);
  seen.add(path);
  return bytes;
}

async function maybeRead(location: string): Promise<Uint8Array | undefined> {
  try {
    return await read(location);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EISDIR') return undefined;
    throw error;
  }
}

async function bundle(): Promise<ChildResult> {
  try {
    // Its types know only some of the powers that it takes.
    const powers = { read, maybeRead } as object;
    const bundled = await bundleSource<'endoScript'>(entry, { format: 'endoScript', elideComments: true }, powers);
    return { ok: true, source: bundled.source, read: [...seen].sort() };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

const bytes = Buffer.from(JSON.stringify(await bundle()));
for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
