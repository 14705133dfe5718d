/** Whole nodes, with either engine: what their operators and users see. */
import type { EngineName } from '../../app/cli/home/engine.js';
import { bankSend, invokePing, signedTx, type BenchAccount, type Message } from './accounts.js';
import { echoNames } from './genesis.js';
import { runLoad } from './load.js';
import { makeBenchHome, startBenchNode, type BenchHome, type BenchNode } from './node-process.js';
import { rowOf, rowOfQuantile, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { timed } from './stopwatch.js';

const blockTime = '200ms';
const echoes = 8;

/** The rows of one engine, as a group of its own. */
export function nodeRows(engine: EngineName): (size: BenchSize) => AsyncIterable<Row> {
  return size => rowsOfEngine(`node-${engine}`, engine, size);
}

async function* rowsOfEngine(group: string, engine: EngineName, size: BenchSize): AsyncIterable<Row> {
  yield await coldStarts(group, engine, size);
  yield await restarts(group, engine, size);
  const home = await makeBenchHome(engine, size.accounts, echoes);
  try {
    const node = await startBenchNode(home, blockTime);
    try {
      const txs = new TxMaker(home);
      yield* latency(group, node, txs, size);
      yield* throughput(group, node, txs, size);
    } finally {
      await node.stop();
    }
  } finally {
    home.remove();
  }
}

/** Signs with the accounts in turn, each with its next sequence: no account comes again while its last tx is under way. */
class TxMaker {
  readonly #home: BenchHome;
  readonly #sequences = new Map<BenchAccount, number>();
  #next = 0;

  constructor(home: BenchHome) {
    this.#home = home;
  }

  make(messageOf: (account: BenchAccount, index: number) => Message): Uint8Array {
    const { accounts, chainId } = this.#home;
    const index = this.#next++;
    const account = accounts[index % accounts.length] as BenchAccount;
    const sequence = this.#sequences.get(account) ?? 0;
    this.#sequences.set(account, sequence + 1);
    return signedTx(account, sequence, chainId, messageOf(account, index));
  }

  send(): Uint8Array {
    const { accounts } = this.#home;
    return this.make((account, index) => bankSend(account.address, (accounts[(index + 1) % accounts.length] as BenchAccount).address));
  }

  invoke(): Uint8Array {
    const names = echoNames(echoes);
    return this.make((account, index) => invokePing(account.address, `@${names[index % echoes] ?? ''}`));
  }
}

/** Whatever happens, no node is left behind. */
async function withNode(home: BenchHome, pace: string, use: (node: BenchNode) => Promise<unknown>): Promise<void> {
  const node = await startBenchNode(home, pace);
  try {
    await use(node);
  } finally {
    await node.stop();
  }
}

/** From the start of the process to the first block of a new home. */
async function coldStarts(group: string, engine: EngineName, { nodeStarts }: BenchSize): Promise<Row> {
  const samples: number[] = [];
  for (let start = 0; start < nodeStarts; start += 1) {
    const home = await makeBenchHome(engine, 0, 0);
    try {
      await withNode(home, '1s', ({ startedMs }) => Promise.resolve(samples.push(startedMs)));
    } finally {
      home.remove();
    }
  }
  return rowOf(group, 'node, cold start to first block', 'ms', samples);
}

/** A node with vats is stopped and started again: its first block then comes when its vats are back. */
async function restarts(group: string, engine: EngineName, { nodeStarts, restartVats }: BenchSize): Promise<Row> {
  const home = await makeBenchHome(engine, restartVats, restartVats);
  const samples: number[] = [];
  try {
    const txs = new TxMaker(home);
    const names = echoNames(restartVats);
    const calls = Array.from({ length: restartVats * 5 }, () => txs.make((account, index) => invokePing(account.address, `@${names[index % restartVats] ?? ''}`)));
    await withNode(home, blockTime, async ({ rpc }) => {
      // Each account's txs in turn, one round after the other.
      for (let at = 0; at < calls.length; at += restartVats) await runLoad(rpc, calls.slice(at, at + restartVats), { outcomes: true });
    });
    for (let start = 0; start < nodeStarts; start += 1) {
      await withNode(home, blockTime, ({ startedMs }) => Promise.resolve(samples.push(startedMs)));
    }
  } finally {
    home.remove();
  }
  return rowOf(group, `node, restart with ${restartVats} vats to next block`, 'ms', samples);
}

/** One tx after another on an idle node, each at another moment of the block time. */
async function* latency(group: string, { rpc }: BenchNode, txs: TxMaker, { latencyTxs }: BenchSize): AsyncIterable<Row> {
  const samples: number[] = [];
  for (let done = 0; done < latencyTxs; done += 1) {
    const tx = txs.send();
    await new Promise(resolve => setTimeout(resolve, (done * 37) % 200));
    samples.push(await timed(() => rpc.broadcastCommit(tx)));
  }
  yield rowOf(group, `latency from broadcast to inclusion, block time ${blockTime}, p50`, 'ms', samples);
  yield rowOfQuantile(group, `latency from broadcast to inclusion, block time ${blockTime}, p99`, 'ms', samples, 0.99);
}

async function* throughput(group: string, { rpc }: BenchNode, txs: TxMaker, { nodeSends, nodeInvokes, nodeLoads }: BenchSize): AsyncIterable<Row> {
  const sends: number[] = [];
  const invokes: number[] = [];
  const outcomes: number[] = [];
  for (let load = 0; load < nodeLoads; load += 1) {
    sends.push((await runLoad(rpc, Array.from({ length: nodeSends }, () => txs.send()))).txsPerSecond);
    const called = await runLoad(rpc, Array.from({ length: nodeInvokes }, () => txs.invoke()), { outcomes: true });
    invokes.push(called.txsPerSecond);
    outcomes.push(called.outcomesPerSecond);
  }
  yield rowOf(group, 'bank sends, committed', 'tx/s', sends);
  yield rowOf(group, 'invokes, committed', 'tx/s', invokes);
  yield rowOf(group, 'invokes, with outcome', 'actions/s', outcomes);
}
