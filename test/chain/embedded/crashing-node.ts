/** A node in a process of its own, to be killed: the key-value chain with its disk in <home>/app.json. Prints its RPC's address. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { emptyDisk, makeKvStore, startEngine, type Disk } from './support.js';

const home = process.argv[2] ?? '';
const file = join(home, 'app.json');

function load(): Disk {
  if (!existsSync(file)) return emptyDisk();
  const { height, appHash, data } = JSON.parse(readFileSync(file, 'utf8')) as { height: string; appHash: string; data: Record<string, string> };
  return { height: BigInt(height), appHash: new Uint8Array(Buffer.from(appHash, 'hex')), data };
}

function persist({ height, appHash, data }: Disk): void {
  const text = JSON.stringify({ height: String(height), appHash: Buffer.from(appHash).toString('hex'), data });
  const handle = openSync(`${file}.new`, 'w');
  writeSync(handle, text);
  fsyncSync(handle);
  closeSync(handle);
  renameSync(`${file}.new`, file);
}

const engine = await startEngine(home, makeKvStore(load(), { persist }), { blockTimeMs: 15, minBlockTimeMs: 1 });
process.stdout.write(`${engine.rpcUrl}\n`);
