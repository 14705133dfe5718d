/** `npm run release -- FOLDER`: a copy of the built program that stays as it is while this folder is built anew, for a supervisor to run. */
import { chmodSync, cpSync, existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { packageRootAbove } from './package-root.js';

/** What a node reads of the package. */
const parts = ['package.json', 'chain/proto', 'app/proto', 'kernel/worker/engine.sha256', 'kernel/worker/supervisor.sha256'] as const;
const compiled = ['app', 'chain', 'config', 'kernel'] as const;

/** Copies the build at `from` (a dist folder) to `to`, which must not exist. Packages and tools are linked, not copied. Answers with the command. */
export function makeRelease(root: string, from: string, to: string): string {
  if (existsSync(to)) throw new Error(`${to} is there already: a release folder is never changed`);
  mkdirSync(join(to, 'bin'), { recursive: true });
  for (const part of parts) cpSync(join(root, part), join(to, part), { recursive: true });
  for (const part of compiled) cpSync(join(from, part), join(to, 'dist', part), { recursive: true });
  for (const folder of ['node_modules', '.tools']) {
    if (existsSync(join(root, folder))) symlinkSync(relative(to, join(root, folder)), join(to, folder));
  }
  const command = join(to, 'bin', 'windlass');
  // With its full path, so that the command may be copied elsewhere, as Cosmovisor does.
  writeFileSync(command, `#!/bin/sh\nexec node '${join(to, 'dist', 'app', 'cli', 'main.js').replaceAll("'", "'\\''")}' "$@"\n`);
  chmodSync(command, 0o755);
  return command;
}

function main([folder]: readonly string[]): void {
  if (folder === undefined) {
    process.stderr.write('release: say where: npm run release -- FOLDER\n');
    process.exitCode = 2;
    return;
  }
  try {
    process.stdout.write(`${makeRelease(packageRootAbove(import.meta.dirname), dirname(import.meta.dirname), resolve(folder))}\n`);
  } catch (error) {
    process.stderr.write(`release: ${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === import.meta.filename) main(process.argv.slice(2));
