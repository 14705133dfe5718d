/** The package's folder as `npm ci` and the build leave it, somewhere else, and a shell in it. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../../chain/codec/roots.js';
import { cliPath } from '../../support/node.js';
import { commandBlocks, type CommandBlock } from './commands.js';

export type Checkout = {
  readonly folder: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  dispose(): void;
};

export const readmeBlocks: readonly CommandBlock[] = commandBlocks(readFileSync(join(packageRoot, 'README.md'), 'utf8'));

export const isLeftOut = ({ note }: CommandBlock): boolean => note.startsWith('not in the suite: ');
export const runsUntilInterrupted = ({ note }: CommandBlock): boolean => note.startsWith('until interrupted; ');

/** Packages and compiled output are those of this very run. Commands without --home work with `home`. npm has no network. */
export function makeCheckout(home: string): Checkout {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-readme-'));
  copyFileSync(join(packageRoot, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(dirname(dirname(dirname(cliPath))), join(folder, 'dist'));
  mkdirSync(join(folder, '.npm'));
  const npm = { npm_config_cache: join(folder, '.npm'), npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  return {
    folder,
    // What a test runner sets for its own children would change what theirs print.
    environment: { ...process.env, ...npm, WINDLASS_HOME: home, NODE_TEST_CONTEXT: undefined },
    dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export type Shell = { stdout(): string; output(): string; isRunning(): boolean; interrupt(): void; ended(boundMs: number): Promise<number | null> };

/** In a process group of its own, as in a terminal: an interrupt reaches all of it. */
export function openShell({ folder, environment }: Checkout, script: string): Shell {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const end = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve(code));
  });
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, name);
  };
  return {
    stdout: () => stdout,
    output: () => `${stdout}\n${stderr}`,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    interrupt: () => signal('SIGINT'),
    ended: async boundMs => {
      const timer = setTimeout(() => signal('SIGKILL'), boundMs);
      const code = await end;
      clearTimeout(timer);
      assert.notEqual(child.signalCode, 'SIGKILL', `no end within ${boundMs} ms: ${script}\n${stdout}\n${stderr}`);
      return code;
    },
  };
}
