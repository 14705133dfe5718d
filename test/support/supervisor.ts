/**
 * What runs a node through an upgrade: Cosmovisor where it is installed, and a stand-in that does what Cosmovisor's manual
 * says: it watches data/upgrade-info.json, stops the node, asks the next release's `pre-upgrade`, changes the link `current`,
 * and starts it with the same arguments. The stand-in is no proof that Cosmovisor itself is content; the test with it is.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { toolsFolder } from '../../chain/engine/comet/index.js';

export type Supervisor = { readonly pid: number; log(): string; stop(): Promise<void>; readonly ended: Promise<void> };
export type SupervisorName = 'cosmovisor' | 'stand-in';

const pollMs = 100;

/** The path of Cosmovisor, or why there is none. */
export function cosmovisorOrReason(): { readonly path: string; readonly skip: false } | { readonly path: undefined; readonly skip: string } {
  const path = process.env['WINDLASS_COSMOVISOR'] ?? join(toolsFolder, 'cosmovisor');
  return existsSync(path) ? { path, skip: false } : { path: undefined, skip: `Cosmovisor is not at ${path}: npm run setup:cosmovisor builds it with Go` };
}

/** Commands of the releases, as Cosmovisor wants them in the home. */
export function layOut(home: string, first: string, plan: string, next: string): void {
  const folders = { [join('genesis', 'bin')]: first, [join('upgrades', plan, 'bin')]: next };
  for (const [folder, command] of Object.entries(folders)) {
    mkdirSync(join(home, 'cosmovisor', folder), { recursive: true });
    symlinkSync(command, join(home, 'cosmovisor', folder, 'windlass'));
  }
}

/** Starts `windlass <args>` of the home's current release under the supervisor. */
export function startSupervisor(name: SupervisorName, home: string, args: readonly string[]): Supervisor {
  return name === 'cosmovisor' ? startCosmovisor(home, args) : startStandIn(home, args);
}

function startCosmovisor(home: string, args: readonly string[]): Supervisor {
  const { path, skip } = cosmovisorOrReason();
  if (path === undefined) throw new Error(skip);
  const child = spawn(path, ['run', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DAEMON_NAME: 'windlass', DAEMON_HOME: home, UNSAFE_SKIP_BACKUP: 'true', DAEMON_SHUTDOWN_GRACE: '10s', WINDLASS_HOME: home },
  });
  const log = collect(child);
  const ended = new Promise<void>(resolve => child.once('close', () => resolve()));
  return {
    pid: child.pid as number, log, ended,
    stop: async () => {
      // To its group: after an upgrade v1.5.0 signals the first node, which is gone, and ends without the second.
      if (child.exitCode === null && child.signalCode === null) process.kill(-(child.pid as number), 'SIGTERM');
      await ended;
    },
  };
}

function startStandIn(home: string, args: readonly string[]): Supervisor {
  const current = join(home, 'cosmovisor', 'current');
  if (!existsSync(current)) symlinkSync('genesis', current);
  let text = '';
  let isStopping = false;
  let child: ChildProcess | undefined;
  let seen = infoOf(home);
  const life = async (): Promise<void> => {
    for (;;) {
      child = spawn(join(current, 'bin', 'windlass'), args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, WINDLASS_HOME: home } });
      for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
      const closed = new Promise<number | null>(resolve => child?.once('close', code => resolve(code)));
      const timer = setInterval(() => { if (infoOf(home) !== seen) child?.kill('SIGTERM'); }, pollMs);
      const code = await closed;
      clearInterval(timer);
      if (isStopping || infoOf(home) === seen) {
        text += `\nstand-in: the node ended with code ${String(code)}\n`;
        return;
      }
      seen = infoOf(home);
      const { name } = JSON.parse(seen) as { name: string };
      const next = join(home, 'cosmovisor', 'upgrades', name);
      const ready = spawnSync(join(next, 'bin', 'windlass'), ['pre-upgrade'], { encoding: 'utf8', env: { ...process.env, WINDLASS_HOME: home } });
      text += `\nstand-in: pre-upgrade of ${name} exits ${String(ready.status)}\n${ready.stderr}`;
      if (ready.status !== 0 && ready.status !== 1) return;
      rmSync(current);
      symlinkSync(join('upgrades', name), current);
    }
  };
  const ended = life();
  return {
    pid: process.pid, log: () => text, ended,
    stop: async () => {
      isStopping = true;
      child?.kill('SIGTERM');
      await ended;
    },
  };
}

function infoOf(home: string): string {
  const file = join(home, 'data', 'upgrade-info.json');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

function collect(child: ChildProcess): () => string {
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
  return () => text;
}
