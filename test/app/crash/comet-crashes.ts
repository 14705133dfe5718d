/** Deaths of the stock CometBFT at its built-in fail points, under our real node, and the start after each. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import type { TestContext } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { endOrphanedComet } from '../../../chain/engine/comet/index.js';
import { cliPath, makeDevHome, startTestNode, type TestNode } from '../../support/node.js';
import { chainClient, createVat, devAccounts, fulfilled, invokeMsg } from './chain-client.js';
import { appHashes, replay, storedByComet } from './replay.js';

const starts = (home: string): string[] => [cliPath, 'start', '--home', home, '--engine', 'cometbft', '--rpc.laddr', 'tcp://127.0.0.1:0', '--p2p.laddr', 'tcp://127.0.0.1:0', '--block-time', '150ms'];

export type Death = { readonly code: number | null; readonly log: string };

/** Runs a node of the home until it ends by itself. Rejects after two minutes. */
export async function runToDeath(home: string, env: Readonly<Record<string, string>> = {}): Promise<Death> {
  const child = spawn(process.execPath, starts(home), { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { log += text; });
  const giveUp = new AbortController();
  const ended = new Promise<Death>(resolve => child.once('close', code => resolve({ code, log })));
  const late = delay(120_000, undefined, { signal: giveUp.signal }).then(() => {
    child.kill('SIGKILL');
    throw new Error(`the node did not end by itself:\n${log.slice(-3000)}`);
  });
  late.catch(() => undefined); // heard only by the race
  try {
    return await Promise.race([ended, late]);
  } finally {
    giveUp.abort();
  }
}

/** CometBFT dies at the n-th pass over one of its fail points; the node must end non-zero and say why. */
export async function dieAtFailPoint(home: string, index: number): Promise<void> {
  const { code, log } = await runToDeath(home, { FAIL_TEST_INDEX: String(index) });
  assert.equal(code, 1, log.slice(-3000));
  assert.match(log, new RegExp(`\\*\\*\\* fail-test ${index} \\*\\*\\*`));
}

export const startAgain = (home: string): Promise<TestNode> => startTestNode({ engine: 'cometbft', home, blockTime: '150ms' });

/** Heights at a handshake. */
export type Handshake = { readonly app: bigint; readonly store: bigint; readonly state: bigint };

/** What the node's CometBFT found when it started. */
export function handshakeOf(log: string): Handshake {
  const line = log.split('\n').find(text => text.includes('ABCI Replay Blocks')) ?? '';
  const number = (name: string): bigint => {
    const [, digits] = new RegExp(`\\b${name}="?(\\d+)`).exec(line) ?? [];
    assert.ok(digits !== undefined, `the log has no ${name}: ${line}`);
    return BigInt(digits);
  };
  return { app: number('appHeight'), store: number('storeHeight'), state: number('stateHeight') };
}

/** The row of CometBFT's replay table that a handshake is in. */
export function rowOf({ app, store, state }: Handshake): string {
  if (app > store) return 'application ahead';
  const replay = store === state ? 'state up to date' : 'state behind';
  if (app === store) return `${replay}, application up to date`;
  return app === state ? `${replay}, last block missing` : `${replay}, blocks missing`;
}

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Made for CometBFT; at the end of the test it is removed, with what may still run on it. */
export async function cometHome(t: TestContext): Promise<string> {
  const home = await makeDevHome('cometbft');
  t.after(async () => {
    await endOrphanedComet(home, quiet, 200);
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  });
  return home;
}

/** A chain with a contract on it, so that recovery has workers to bring back. */
export async function prepare(home: string): Promise<void> {
  const node = await startAgain(home);
  const client = chainClient(node.rpcUrl);
  const [dev0] = await devAccounts();
  assert.ok(dev0);
  await createVat(client, dev0, 'counter', 'counter');
  await fulfilled(client, await client.commit(dev0, invokeMsg(dev0.address, 'counter', 'increment')));
  await node.stop();
}

/** Starts the home, sees it go on and its contract answer, and compares every AppHash with a node that never crashed. */
export async function checkEnd(home: string): Promise<void> {
  const node = await startAgain(home);
  const client = chainClient(node.rpcUrl);
  const [dev0] = await devAccounts();
  assert.ok(dev0);
  const answer = await fulfilled(client, await client.commit(dev0, invokeMsg(dev0.address, 'counter', 'increment')));
  assert.equal(answer.result?.body, '#"+2"');
  const chain = await storedByComet(node.rpcUrl, home);
  await node.stop();
  assert.deepEqual(await replay(chain), appHashes(chain));
}

/** The rows of the replay table that a single crash of CometBFT can lead to. */
export const rowsOfOneCrash: readonly string[] = ['state behind, application up to date', 'state behind, last block missing', 'state up to date, application up to date'];

/** Dies at each of the points in turn and goes on in between, until the starts have been in every row of the replay table; answers those. */
export async function walkFailPoints(t: TestContext, points: readonly number[], stopWhenComplete: boolean): Promise<ReadonlySet<string>> {
  const home = await cometHome(t);
  await prepare(home);
  const rows = new Set<string>();
  let height = 0n;
  for (const point of points) {
    if (stopWhenComplete && rowsOfOneCrash.every(row => rows.has(row))) break;
    await dieAtFailPoint(home, point);
    const node = await startAgain(home);
    rows.add(rowOf(handshakeOf(node.stderr())));
    const reached = await node.height();
    assert.ok(reached > height, `fail point ${point}`);
    height = reached;
    assert.equal((await node.stop()).code, 0);
  }
  await checkEnd(home);
  return rows;
}
