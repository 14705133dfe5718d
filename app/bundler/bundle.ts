/** Turns a contract's entry file into a bundle. Endo's bundler needs its lockdown, so it runs in a process of its own. */
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { verifyBundle } from '../../kernel/store/bundle.js';
import { readable } from './readable-error.js';

/** What the child writes on its file descriptor 3, as one JSON text. */
export type ChildResult =
  | { readonly ok: true; readonly endoZipBase64: string; readonly endoZipBase64Sha512: string }
  | { readonly ok: false; readonly message: string };

export type BundleProgress = 'reading-sources' | 'checking' | 'done';

export type BundleOptions = {
  readonly onProgress?: (step: BundleProgress) => void;
  /** Wall clock for the child. Default 120,000. */
  readonly timeoutMs?: number;
};

export type Bundle = { readonly bundleId: string; readonly zip: Uint8Array };

/** The sources could not be bundled. The message is for whoever wrote them. */
export class BundleError extends Error {
  override readonly name = 'BundleError';
}

const stderrKept = 16 * 1024;

/**
 * Bundles the module `entryFile` with all it imports, as `endoZipBase64`: the zip's bytes, and its id `b1-<sha512 hex>`. The
 * same sources give the same bytes in any folder. Rejects with BundleError when the sources are at fault.
 */
export async function bundle(entryFile: string, options: BundleOptions = {}): Promise<Bundle> {
  const file = resolve(entryFile);
  const found = await stat(file).catch((cause: unknown) => {
    throw new BundleError(`there is no file ${file}`, { cause });
  });
  if (!found.isFile()) throw new BundleError(`${file} is not a file`);
  options.onProgress?.('reading-sources');
  const result = await runChild(file, options.timeoutMs ?? 120_000);
  if (!result.ok) throw new BundleError(readable(result.message, file));
  options.onProgress?.('checking');
  const zip = new Uint8Array(Buffer.from(result.endoZipBase64, 'base64'));
  const bundleId = `b1-${result.endoZipBase64Sha512}`;
  const verdict = verifyBundle(zip, bundleId);
  if (!verdict.ok) throw new BundleError(`the bundle of ${file} would be refused: ${verdict.reason}`);
  options.onProgress?.('done');
  return { bundleId, zip };
}

async function runChild(file: string, timeoutMs: number): Promise<ChildResult> {
  const script = fileURLToPath(new URL('./child.js', import.meta.url));
  const child = spawn(process.execPath, [script, file], { stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const closed = new Promise<string>((resolveClosed, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolveClosed(signal ?? `exit code ${code}`));
  });
  try {
    const [text, stderr, end] = await Promise.all([readAll(child.stdio[3] as Readable), readAll(child.stderr!, stderrKept), closed]);
    if (text === '') throw new BundleError(`the bundler ended with ${end} and said nothing about ${file}: ${stderr.trim()}`);
    return JSON.parse(text) as ChildResult;
  } finally {
    clearTimeout(timer);
  }
}

async function readAll(stream: Readable, bytesMax = Infinity): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    if (size < bytesMax) chunks.push(chunk);
    size += chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8');
}
