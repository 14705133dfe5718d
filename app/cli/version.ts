import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { packageRoot } from '../../chain/codec/roots.js';
import type { Io } from './io.js';
import { printResult } from './output.js';
import { settingsOf } from './settings.js';

type Manifest = { name: string; version: string; dependencies?: Record<string, string> };

export function addVersion(program: Command, io: Io): void {
  const command = program.command('version')
    .description('the version; with --long also of Node.js, of the worker engine and of what Windlass is built on')
    .option('--long', 'everything a bug report needs')
    .addHelpText('after', '\nExample:\n  windlass version --long --output json');
  command.action(() => {
    const { output } = settingsOf(command, io);
    if (command.optsWithGlobals<{ long?: true }>().long) printResult(io, output, longVersion());
    else if (output === 'json') printResult(io, output, { version: manifest('').version });
    else io.out(`${manifest('').version}\n`);
  });
}

/** The version in package.json. */
export function programVersion(): string {
  return manifest('').version;
}

function longVersion(): object {
  const { name, version, dependencies = {} } = manifest('');
  const names = Object.keys(dependencies).sort();
  const installed = Object.fromEntries(names.map(dependency => [dependency, manifest(join('node_modules', dependency)).version]));
  return {
    name, version,
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    engine: `xsnap-${installed['@agoric/xsnap'] ?? 'missing'}`,
    dependencies: installed,
  };
}

function manifest(folder: string): Manifest {
  const path = join(packageRoot, folder, 'package.json');
  return JSON.parse(readFileSync(path, 'utf8')) as Manifest;
}
