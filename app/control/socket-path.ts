/** Where a running node answers those who look on: a Unix socket in the home, which only its user may open. */
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

/** Systems allow 104 to 108 bytes for the path of a socket. */
const pathBytesMax = 100;

/** In the home's data folder; if that path is too long for a socket, a name in the temporary folder that follows from it. */
export function controlSocketPath(home: string): string {
  const path = resolve(home, 'data', 'windlass.sock');
  if (Buffer.byteLength(path) <= pathBytesMax) return path;
  return join(tmpdir(), `windlass-control-${createHash('sha256').update(path).digest('hex').slice(0, 24)}.sock`);
}
