import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { unixPathBytesMax } from '../../abci/address.js';

/** The unix socket of a home: data/abci.sock, or, where that path is too long, a name in the temporary folder derived from it. */
export function abciSocketAddress(home: string): string {
  const path = resolve(home, 'data', 'abci.sock');
  if (Buffer.byteLength(path) <= unixPathBytesMax) return `unix://${path}`;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 24);
  return `unix://${join(tmpdir(), `windlass-${name}.sock`)}`;
}
