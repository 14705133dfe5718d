/** The bundling process: argv[2] is the entry file, the result goes to file descriptor 3 as one JSON text. */
import '@endo/init';
import bundleSource from '@endo/bundle-source';
import { writeSync } from 'node:fs';
import type { ChildResult } from './bundle.js';

const result = await bundleFile(process.argv[2]!);
writeAll(Buffer.from(JSON.stringify(result)));

async function bundleFile(file: string): Promise<ChildResult> {
  try {
    const { endoZipBase64, endoZipBase64Sha512 } = await bundleSource(file, { format: 'endoZipBase64' });
    return { ok: true, endoZipBase64, endoZipBase64Sha512 };
  } catch (error) {
    return { ok: false, message: describe(error) };
  }
}

/** The error with its causes: the bundler wraps a module's own error in one a package. */
function describe(error: unknown): string {
  const texts: string[] = [];
  for (let cause: unknown = error; cause instanceof Error && texts.length < 8; cause = cause.cause) texts.push(cause.message);
  return texts.length === 0 ? String(error) : texts.join('; ');
}

function writeAll(bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
}
