/** `windlass localnet` as a process, and what is left of it afterwards. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { callRpc, cliPath, until, type Exit } from '../../support/node.js';

export type Localnet = {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  stdout(): string;
  stderr(): string;
  /** The URLs that it announced; resolves when all nodes make blocks. */
  urls(): Promise<string[]>;
  signal(name: NodeJS.Signals): void;
};

export function localnetFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-localnet-'));
  t.after(async () => {
    for (const pid of processesOf(folder)) process.kill(pid, 'SIGKILL');
    await until('the end of all processes', () => (processesOf(folder).length === 0 ? true : undefined), 10_000);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return folder;
}

export function startLocalnet(home: string, args: readonly string[] = []): Localnet {
  const child = spawn(process.execPath, [cliPath, 'localnet', '--home', home, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => { text.stdout += chunk; });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => { text.stderr += chunk; });
  let isOver = false;
  const exited = new Promise<Exit>(resolve => child.once('exit', (code, signal) => {
    isOver = true;
    resolve({ code, signal });
  }));
  return {
    pid: child.pid ?? 0, exited, stdout: () => text.stdout, stderr: () => text.stderr,
    urls: async () => {
      await until('the announcement', () => {
        if (isOver) throw new Error(`the localnet has ended:\n${text.stderr.slice(-4000)}`);
        return /Ctrl-C ends/.test(text.stdout) ? true : undefined;
      }, 150_000);
      return [...text.stdout.matchAll(/RPC (http:\S+)/g)].map(match => match[1] as string);
    },
    signal: name => void child.kill(name),
  };
}

/** Processes, other than this one, whose command line names the folder: nodes and their CometBFTs. */
export function processesOf(folder: string): number[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name) && Number(name) !== process.pid).map(Number).filter(pid => commandLine(pid).some(word => word === folder || word.startsWith(`${folder}/`)));
}

function commandLine(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it has ended since
  }
}

export async function heightAt(url: string): Promise<bigint> {
  const { sync_info: sync } = (await callRpc(url, 'status')) as { sync_info: { latest_block_height: string } };
  return BigInt(sync.latest_block_height);
}

/** AppHash that header `height` holds: of the state after the block before it. */
export async function appHashIn(url: string, height: bigint): Promise<string> {
  const { block } = (await callRpc(url, 'block', { height: String(height) })) as { block: { header: { app_hash: string } } };
  return block.header.app_hash;
}

/** Why the test cannot run here, or false. */
export const withoutProc: string | false = process.platform === 'linux' ? false : 'processes are looked for in /proc';

/** The first of `count` ports in a row of which none is taken now. */
export async function freeBasePort(count: number): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const base = 20_000 + 10 * Math.floor(Math.random() * 1000);
    const free = await Promise.all(Array.from({ length: count }, (_, offset) => isFree(base + offset)));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no range of free ports');
}

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
