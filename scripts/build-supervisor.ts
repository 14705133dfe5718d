/**
 * Makes the supervisor: one source text of kernel/worker and the packages it stands on, in dist/kernel/worker. Does nothing
 * when what is there was made from the same files. The text decides what every vat does, so its SHA-256 must be the one in
 * kernel/worker/supervisor.sha256; `--record` writes that file, after a change that is meant.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildSupervisor, type InputHashes } from './build-supervisor/build.js';
import { packageRootAbove } from './package-root.js';

type Manifest = { readonly sha256: string; readonly inputs: InputHashes };

const root = packageRootAbove(import.meta.dirname);
const recordFile = join(root, 'kernel/worker/supervisor.sha256');
const output = join(root, 'dist/kernel/worker/supervisor.js.txt');
const manifestFile = join(root, 'dist/kernel/worker/supervisor.inputs.json');

async function main(argv: readonly string[]): Promise<number> {
  if (argv.some(word => word !== '--record')) {
    process.stderr.write('usage: build-supervisor [--record]\n');
    return 2;
  }
  const isRecording = argv.includes('--record');
  const manifest = readManifest();
  if (manifest !== undefined && isFresh(manifest)) return compare(manifest.sha256, isRecording);
  const { source, inputs } = await buildSupervisor(join(root, 'kernel/worker'));
  const sha256 = hash(source);
  mkdirSync(dirname(output), { recursive: true });
  replaceFile(output, source);
  replaceFile(manifestFile, `${JSON.stringify({ sha256, inputs }, undefined, 1)}\n`);
  process.stdout.write(`supervisor: ${Buffer.byteLength(source)} bytes, SHA-256 ${sha256}\n`);
  return compare(sha256, isRecording);
}

/** Nothing that was read has changed, and the output is what was written. */
function isFresh({ sha256, inputs }: Manifest): boolean {
  return hashOfFile(output) === sha256 && Object.entries(inputs).every(([file, hashed]) => hashOfFile(join(root, file)) === hashed);
}

function compare(sha256: string, isRecording: boolean): number {
  const recorded = readText(recordFile)?.trim();
  if (recorded === sha256) return 0;
  if (isRecording) {
    replaceFile(recordFile, `${sha256}\n`);
    return 0;
  }
  process.stderr.write(
    `build-supervisor: the supervisor's SHA-256 is ${sha256}, and kernel/worker/supervisor.sha256 says ${recorded ?? 'nothing'}.\n`
    + 'If the change is meant (it breaks consensus), run: node dist/scripts/build-supervisor.js --record\n'
    + 'If not, the installed packages are not the pinned ones: npm ci\n',
  );
  return 1;
}

function readManifest(): Manifest | undefined {
  const text = readText(manifestFile);
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Manifest);
  } catch {
    return undefined; // cut off by a crash: it is made anew
  }
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function hashOfFile(file: string): string | undefined {
  const text = readText(file);
  return text === undefined ? undefined : hash(text);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whole or not at all, also beside another build. */
function replaceFile(file: string, text: string): void {
  const temporary = `${file}.${process.pid}.tmp`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

process.exitCode = await main(process.argv.slice(2));
