/** A full node as its operator meets it: the real command in a process of its own, in a home of its own, on free ports. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { endOrphanedComet } from '../../chain/engine/comet/index.js';
import { readGenesis, writeGenesis } from '../../chain/engine/home-files/index.js';
import type { GenesisDoc } from '../../chain/engine/types.js';
import { initHome } from '../../app/cli/home/init-home.js';
import { rpcUrlFile } from '../../app/cli/home/paths.js';
import { processIo } from '../../app/cli/io.js';

/** The command, compiled beside this file. */
export const cliPath: string = fileURLToPath(new URL('../../app/cli/main.js', import.meta.url));

export type EngineName = 'embedded' | 'cometbft';

export type TestNodeOptions = {
  readonly engine?: EngineName;
  /** A home that exists goes on; without one, a new one with dev0 to dev9 is made, and removed by `dispose`. */
  readonly home?: string;
  /** Such as 200ms. */
  readonly blockTime?: string;
  /** Changes the genesis of a new home before its first block. */
  readonly genesis?: (doc: GenesisDoc) => void;
  /** Where CometBFT listens for peers, such as tcp://127.0.0.1:26656; a free port if it is left out. */
  readonly p2pLaddr?: string;
  /** Further arguments of `start`. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How long the first new block may take. */
  readonly startMs?: number;
};

export type CliResult = { readonly stdout: string; readonly stderr: string; readonly code: number };
export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export type TestNode = {
  readonly home: string;
  readonly rpcUrl: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  /** What it wrote so far. */
  stdout(): string;
  stderr(): string;
  height(): Promise<bigint>;
  /** Waits for a block at the height or above. */
  waitForHeight(height: bigint, boundMs?: number): Promise<void>;
  rpc(method: string, params?: Record<string, unknown>): Promise<Record<string, unknown>>;
  /** Runs `windlass <args> --home <home>`, with --output json unless the arguments choose another. */
  cli(args: readonly string[], options?: CliOptions): Promise<CliResult>;
  /** SIGKILL, and waits for the end. */
  kill(): Promise<Exit>;
  /** SIGTERM, and waits for the end; SIGKILL and an error when it takes more than 20 s. */
  stop(): Promise<Exit>;
  /** Ends it, whatever it left running, and removes the home if it was made here. For test.after. */
  dispose(): Promise<void>;
};

export type CliOptions = { readonly env?: Readonly<Record<string, string>>; readonly input?: string; readonly boundMs?: number };

const startMsDefault = 120_000;
const stopMs = 20_000;

/** Starts a node and waits until its RPC has a block that was made by this start. */
export async function startTestNode(options: TestNodeOptions = {}): Promise<TestNode> {
  const { engine = 'embedded', startMs = startMsDefault } = options;
  const home = options.home ?? (await makeDevHome(engine, options.genesis));
  rmSync(rpcUrlFile(home), { force: true });
  const args = [
    cliPath, 'start', '--home', home, '--engine', engine, '--rpc.laddr', 'tcp://127.0.0.1:0', '--p2p.laddr', options.p2pLaddr ?? `tcp://127.0.0.1:${await freePort()}`,
    '--block-time', options.blockTime ?? '200ms', ...(options.args ?? []),
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...options.env } });
  const output = collect(child);
  const exited = new Promise<Exit>(resolve => child.once('close', (code, signal) => resolve({ code, signal })));
  const dispose = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
    await endOrphanedComet(home, quietLog);
    if (options.home === undefined) rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const rpcUrl = await waitForRpc(home, exited, output, startMs);
    const node = makeNode({ home, rpcUrl, child, exited, output, dispose });
    const next = (await node.height()) + 1n;
    await node.waitForHeight(next, startMs);
    await until(`the application at height ${next}`, async () => ((await appHeight(node)) >= next ? true : undefined), startMs);
    return node;
  } catch (error) {
    await dispose();
    throw error;
  }
}

/** CometBFT counts a block as soon as it is stored; the application has it a moment later. */
async function appHeight(node: TestNode): Promise<bigint> {
  const { response } = (await node.rpc('abci_info')) as { response: { last_block_height?: string } };
  return BigInt(response.last_block_height ?? '0');
}

/** A new home in the temporary folder, with ten funded accounts in its test keyring. */
export async function makeDevHome(engine: EngineName, changeGenesis?: (doc: GenesisDoc) => void): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'windlass-node-'));
  await initHome({ home, dev: true, engine, genesisTime: '2026-01-02T03:04:05Z' }, processIo());
  if (changeGenesis) {
    const genesis = structuredClone(readGenesis(home));
    changeGenesis(genesis);
    writeGenesis(home, genesis);
  }
  return home;
}

/** Runs the command to its end. Rejects when that takes longer than the bound (120 s). */
export function runCli(args: readonly string[], { env, input, boundMs = 120_000 }: CliOptions = {}): Promise<CliResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cliPath, ...args], { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...env } });
    const output = collect(child);
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`windlass ${args.join(' ')}: no end within ${boundMs} ms\n${output.stderr()}`));
    }, boundMs);
    child.once('error', reject);
    child.stdin.on('error', () => undefined); // a command that reads nothing may close it first
    child.stdin.end(input ?? '');
    child.once('close', code => {
      clearTimeout(timer);
      resolve({ stdout: output.stdout(), stderr: output.stderr(), code: code ?? -1 });
    });
  });
}

/** One call of the JSON-RPC over HTTP; throws what it answers as an error. */
export async function callRpc(url: string, method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }), signal: AbortSignal.timeout(30_000) });
  const { result, error } = (await response.json()) as { result?: Record<string, unknown>; error?: unknown };
  if (!result) throw new Error(`${method}: ${JSON.stringify(error)}`);
  return result;
}

/** Asks again every 50 ms until the answer is not undefined; throws after the bound, naming what was waited for. */
export async function until<T>(what: string, ask: () => Promise<T | undefined> | T | undefined, boundMs = 60_000): Promise<T> {
  const deadline = performance.now() + boundMs;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > deadline) throw new Error(`${what}: not within ${boundMs} ms`);
    await new Promise(resolve => setTimeout(resolve, 50));
  }
}

const quietLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

type Output = { stdout(): string; stderr(): string };

function collect(child: ChildProcess): Output {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.setEncoding('utf8').on('data', (text: string) => { texts[name] += text; });
  return { stdout: () => texts.stdout, stderr: () => texts.stderr };
}

async function waitForRpc(home: string, exited: Promise<Exit>, output: Output, boundMs: number): Promise<string> {
  let end: Exit | undefined;
  void exited.then(exit => { end = exit; });
  try {
    return await until('the address of the RPC', () => {
      if (end) throw new Error(`the node ended with code ${end.code}, signal ${end.signal}`);
      return existsSync(rpcUrlFile(home)) ? readFileSync(rpcUrlFile(home), 'utf8').trim() || undefined : undefined;
    }, boundMs);
  } catch (error) {
    throw new Error(`${(error as Error).message}\n${output.stderr().slice(-4000)}`, { cause: error });
  }
}

type Parts = Pick<TestNode, 'home' | 'rpcUrl' | 'exited' | 'dispose'> & { readonly child: ChildProcess; readonly output: Output };

function makeNode({ home, rpcUrl, child, exited, output, dispose }: Parts): TestNode {
  const height = async (): Promise<bigint> => {
    const { sync_info: sync } = (await callRpc(rpcUrl, 'status')) as { sync_info: { latest_block_height: string } };
    return BigInt(sync.latest_block_height);
  };
  const end = async (signal: NodeJS.Signals): Promise<Exit> => {
    child.kill(signal);
    return exited;
  };
  return {
    home, rpcUrl, exited, dispose, height,
    pid: child.pid as number,
    stdout: output.stdout,
    stderr: output.stderr,
    waitForHeight: async (wanted, boundMs) => {
      try {
        await until(`height ${wanted}`, async () => ((await height()) >= wanted ? true : undefined), boundMs);
      } catch (error) {
        throw new Error(`${(error as Error).message}\n${output.stderr().slice(-4000)}`, { cause: error });
      }
    },
    rpc: (method, params) => callRpc(rpcUrl, method, params),
    cli: (args, options) => runCli([...args, '--home', home, ...(args.includes('--output') || args.includes('-o') ? [] : ['--output', 'json'])], options),
    kill: () => end('SIGKILL'),
    stop: async () => {
      const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
      const exit = await end('SIGTERM');
      clearTimeout(timer);
      if (exit.signal === 'SIGKILL') throw new Error(`the node did not end within ${stopMs} ms of SIGTERM\n${output.stderr().slice(-4000)}`);
      return exit;
    },
  };
}

/** A port that was free a moment ago, for CometBFT's peers: it does not say which one it took. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
