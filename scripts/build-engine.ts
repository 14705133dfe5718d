/**
 * Builds the engine of the vat workers into dist/kernel/worker/engine (docs/engine.md). The text that is compiled decides what
 * every vat does and costs, so its SHA-256 must be the one in kernel/worker/engine.sha256; `--record` writes that file, after
 * a change that is meant.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineRecord } from './build-engine/build.js';
import { buildEngine, installEngine, prepareSources, readRecord, writeRecord } from './build-engine/build.js';
import { packageRootAbove } from './package-root.js';

async function main(argv: readonly string[]): Promise<number> {
  if (argv.some(word => word !== '--record')) {
    process.stderr.write('usage: build-engine [--record]\n');
    return 2;
  }
  const root = packageRootAbove(import.meta.dirname);
  const prepared = prepareSources(root);
  if (argv.includes('--record')) writeRecord(root, prepared.record);
  const problem = problemWith(prepared.record, readRecord(root));
  if (problem !== undefined) {
    process.stderr.write(`build-engine: ${problem}\n`);
    return 1;
  }
  const built = await buildEngine(prepared, { onProgress: line => process.stdout.write(`${line}\n`) });
  const target = join(root, 'dist/kernel/worker/engine/xsnap-worker');
  if (!isInstalled(built, target, prepared.record.compiled)) {
    installEngine(built, target, prepared.record.compiled);
    process.stdout.write(`engine: ${prepared.record.compiled}\n`);
  }
  return 0;
}

function isInstalled(built: string, target: string, compiled: string): boolean {
  const isThere = existsSync(target) && existsSync(`${target}.sha256`);
  return isThere && readFileSync(`${target}.sha256`, 'latin1').trim() === compiled && readFileSync(target).equals(readFileSync(built));
}

function problemWith(found: EngineRecord, recorded: EngineRecord): string | undefined {
  if (found.published !== recorded.published) {
    return `the sources in @agoric/xsnap have SHA-256 ${found.published}, not ${recorded.published}: install the pinned version again (npm ci)`;
  }
  if (found.compiled === recorded.compiled) return undefined;
  return `the changed sources have SHA-256 ${found.compiled}, and kernel/worker/engine.sha256 says ${recorded.compiled}.\n`
    + 'If the change is meant (it breaks consensus), run: node dist/scripts/build-engine.js --record';
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`build-engine: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
