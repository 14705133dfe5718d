/** The application in process: CheckTx, FinalizeBlock and Commit, with sends and with calls of contracts. */
import { bankSend, invokePing, type BenchAccount } from './accounts.js';
import { makeMeasuredApp, nextTx, type MeasuredApp } from './app-in-process.js';
import { echoNames } from './genesis.js';
import { rowOf, rowOfQuantile, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { timed } from './stopwatch.js';

const group = 'app';
const echoes = 8;

export async function* appRows(size: BenchSize): AsyncIterable<Row> {
  const app = await makeMeasuredApp(size.accounts, echoes);
  try {
    yield* sends(app, size);
    yield* invokes(app, size);
  } finally {
    await app.close();
  }
}

function signSends(accounts: readonly BenchAccount[], count: number): Uint8Array[] {
  return accounts.slice(0, count).map((account, index) => nextTx(account, bankSend(account.address, (accounts[(index + 1) % accounts.length] as BenchAccount).address)));
}

/** Half of the blocks hold txs that CheckTx has seen, as in life; the others, as when a node catches up, txs that are new. */
async function* sends(app: MeasuredApp, { samples, txsPerBlock }: BenchSize): AsyncIterable<Row> {
  const figures = { check: [] as number[], seen: [] as number[], unseen: [] as number[], commit: [] as number[], block: [] as number[] };
  for (let sample = -1; sample < samples; sample += 1) {
    const seen = signSends(app.accounts, txsPerBlock);
    const check = await timed(() => app.check(seen));
    const finalize = await timed(() => app.finalize(seen));
    const commit = await timed(() => app.commit());
    const unseen = signSends(app.accounts, txsPerBlock);
    const catchUp = await timed(() => app.finalize(unseen));
    await app.commit();
    if (sample < 0) continue;
    figures.check.push((txsPerBlock * 1000) / check);
    figures.seen.push((txsPerBlock * 1000) / finalize);
    figures.unseen.push((txsPerBlock * 1000) / catchUp);
    figures.commit.push(commit);
    figures.block.push(finalize + commit);
  }
  yield rowOf(group, 'CheckTx, bank send', 'tx/s', figures.check);
  yield rowOf(group, 'FinalizeBlock, bank sends seen by CheckTx', 'tx/s', figures.seen);
  yield rowOf(group, 'FinalizeBlock, bank sends not seen before', 'tx/s', figures.unseen);
  yield rowOf(group, `Commit of ${txsPerBlock} bank sends`, 'ms', figures.commit);
  yield rowOf(group, `block processing, ${txsPerBlock} bank sends, p50`, 'ms', figures.block);
  yield rowOfQuantile(group, `block processing, ${txsPerBlock} bank sends, p99`, 'ms', figures.block, 0.99);
}

/** From a block with calls to the one that has their outcomes, with the run between them. */
async function* invokes(app: MeasuredApp, { samples, invokesPerBlock }: BenchSize): AsyncIterable<Row> {
  const accepted: number[] = [];
  const settled: number[] = [];
  for (let sample = -1; sample < samples; sample += 1) {
    const names = echoNames(echoes);
    const txs = app.accounts.slice(0, invokesPerBlock).map((account, index) => nextTx(account, invokePing(account.address, `@${names[index % echoes] ?? ''}`)));
    await app.check(txs);
    const accept = await timed(() => app.finalize(txs));
    let outcomes = 0;
    const rest = await timed(async () => {
      await app.commit();
      while (outcomes < txs.length) {
        outcomes += await app.finalize([]);
        await app.commit();
      }
    });
    if (sample < 0) continue;
    accepted.push((txs.length * 1000) / accept);
    settled.push((txs.length * 1000) / (accept + rest));
  }
  yield rowOf(group, 'FinalizeBlock, invokes accepted', 'tx/s', accepted);
  yield rowOf(group, 'invokes, from FinalizeBlock to committed outcome', 'actions/s', settled);
}
