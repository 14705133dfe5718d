/** A node as its operator runs it: the command in a process of its own, in a home in the temporary folder. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../../app/cli/home/engine.js';
import { initHome } from '../../app/cli/home/init-home.js';
import { rpcUrlFile } from '../../app/cli/home/paths.js';
import { processIo } from '../../app/cli/io.js';
import { readGenesis, writeGenesis } from '../../chain/engine/home-files/index.js';
import { makeAccounts, type BenchAccount } from './accounts.js';
import { withBenchContent } from './genesis.js';
import { Rpc } from './rpc.js';
import { eventually } from './stopwatch.js';

const cli = fileURLToPath(new URL('../../app/cli/main.js', import.meta.url));
/** Generous: the machine may be doing other things. */
const startMs = 120_000;
const stopMs = 20_000;

export type BenchHome = { readonly folder: string; readonly engine: EngineName; readonly chainId: string; readonly accounts: readonly BenchAccount[]; remove(): void };

export async function makeBenchHome(engine: EngineName, accountCount: number, echoes: number): Promise<BenchHome> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-bench-'));
  await initHome({ home: folder, dev: true, engine, genesisTime: new Date().toISOString() }, { ...processIo(), out: () => undefined, err: () => undefined });
  const genesis = readGenesis(folder);
  const known = (genesis.app_state['auth'] as { accounts: unknown[] }).accounts.length;
  const accounts = makeAccounts(accountCount, BigInt(known));
  writeGenesis(folder, { ...genesis, app_state: await withBenchContent(genesis.app_state, accounts, echoes) });
  return { folder, engine, chainId: genesis.chain_id, accounts, remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }) };
}

export type BenchNode = {
  readonly rpc: Rpc;
  /** Milliseconds from the start of the process to the first block that it made. */
  readonly startedMs: number;
  stop(): Promise<void>;
};

/** Starts a node and waits for its first new block. Rejects with the end of its log when it does not come. */
export async function startBenchNode({ folder, engine }: BenchHome, blockTime: string): Promise<BenchNode> {
  rmSync(rpcUrlFile(folder), { force: true });
  const log = join(folder, 'node.log');
  const output = openSync(log, 'a');
  const start = performance.now();
  const child = spawn(process.execPath, [cli, 'start', '--home', folder, '--engine', engine, '--rpc.laddr', 'tcp://127.0.0.1:0', '--p2p.laddr', 'tcp://127.0.0.1:0', '--block-time', blockTime], { stdio: ['ignore', output, output] });
  closeSync(output);
  try {
    const rpc = new Rpc(await eventually('the RPC of a node', startMs, () => Promise.resolve(urlOf(folder, child))));
    const first = await eventually('the status of a node', startMs, () => rpc.height().catch(() => undefined));
    const startHeight = first <= 1 ? 0 : first;
    await eventually('the first block of a node', startMs, async () => ((await rpc.height()) > startHeight ? true : undefined));
    const startedMs = performance.now() - start;
    // Genesis starts vats and publishes them: when nothing is queued, they can be called.
    await eventually('an idle kernel', startMs, async () => ((await rpc.kernel())?.runQueueLength === 0n ? true : undefined));
    return { rpc, startedMs, stop: () => stop(child, rpc) };
  } catch (error) {
    await stop(child, undefined);
    throw new Error(`the node did not start; its log ends with:\n${readFileSync(log, 'utf8').slice(-2000)}`, { cause: error });
  }
}

function urlOf(folder: string, child: ChildProcess): string | undefined {
  if (child.exitCode !== null) throw new Error(`the node ended with ${child.exitCode}`);
  return existsSync(rpcUrlFile(folder)) ? readFileSync(rpcUrlFile(folder), 'utf8').trim() : undefined;
}

async function stop(child: ChildProcess, rpc: Rpc | undefined): Promise<void> {
  rpc?.close();
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMs);
  await ended;
  clearTimeout(timer);
}
