/**
 * Builds the vat worker's engine: the C sources of `@agoric/xsnap` with our changes (transform.ts). What was built once from
 * the same sources, changes and settings is taken from a cache beside the packages.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Toolchain } from './compile.js';
import { compile, describeBuild, usualToolchain } from './compile.js';
import { findEnginePackage, flatName, hashSources, isUnit, readSources } from './sources.js';
import { transform } from './transform.js';

/** SHA-256 of the sources as they are published, and as they are compiled. */
export type EngineRecord = { readonly published: string; readonly compiled: string };

export type PreparedEngine = {
  readonly record: EngineRecord;
  readonly packageFolder: string;
  readonly version: string;
  /** By flat name. */
  readonly texts: ReadonlyMap<string, string>;
};

export type EngineBuildOptions = { readonly toolchain?: Toolchain; readonly onProgress?: (line: string) => void };

/** Reads the record `kernel/worker/engine.sha256` in `root`. Throws if it is not there. */
export function readRecord(root: string): EngineRecord {
  const [published, compiled] = readFileSync(recordFile(root), 'utf8').split('\n').map(line => line.split(' ')[0] ?? '');
  return { published: published ?? '', compiled: compiled ?? '' };
}

export function writeRecord(root: string, { published, compiled }: EngineRecord): void {
  writeFileSync(recordFile(root), `${published} sources of @agoric/xsnap\n${compiled} the same with our changes\n`);
}

const recordFile = (root: string): string => join(root, 'kernel/worker/engine.sha256');

/** Reads the package's sources and changes them. Throws an Error when a change does not find its place. */
export function prepareSources(root: string): PreparedEngine {
  const { folder, version } = findEnginePackage(root);
  const sources = readSources(folder);
  const changed = transform(sources, join(root, 'kernel/worker/engine'));
  const texts = new Map([...changed].map(([file, text]) => [flatName(file), text]));
  return { record: { published: hashSources(sources), compiled: hashSources(changed) }, packageFolder: folder, version, texts };
}

/** Compiles what was prepared unless the cache has it. Returns the path of the executable, in the cache. */
export async function buildEngine(prepared: PreparedEngine, { toolchain = usualToolchain, onProgress }: EngineBuildOptions = {}): Promise<string> {
  const cache = join(dirname(dirname(prepared.packageFolder)), '.cache/windlass/engine');
  const key = createHash('sha256').update(`${prepared.record.compiled}\n${describeBuild(toolchain, prepared.version)}`).digest('hex');
  const cached = join(cache, `worker-${key.slice(0, 32)}`);
  if (existsSync(cached)) return cached;
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'building-'));
  try {
    for (const [name, text] of prepared.texts) writeFileSync(join(folder, name), text);
    const units = [...prepared.texts.keys()].filter(isUnit);
    onProgress?.(`engine: compiling ${units.length} files, once, about a minute`);
    const built = await compile({ folder, units, version: prepared.version }, toolchain);
    renameSync(built, cached);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return cached;
}

/** Puts the executable where the node looks for it, and beside it the hash of its sources. Each whole or not at all, also beside another build. */
export function installEngine(built: string, target: string, compiled: string): void {
  mkdirSync(dirname(target), { recursive: true });
  const temporary = `${target}.${process.pid}.tmp`;
  copyFileSync(built, temporary);
  renameSync(temporary, target);
  writeFileSync(temporary, `${compiled}\n`);
  renameSync(temporary, `${target}.sha256`);
}
