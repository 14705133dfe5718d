/** `--with-comet=false` at the height of a plan: the block stays unanswered, queries of the height before are answered, and the node ends when it is told to. */
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { homePaths, rpcUrlFile } from '../../../app/cli/home/paths.js';
import { abciSocketAddress } from '../../../chain/engine/comet/index.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { callRpc, cliPath, freePort, makeDevHome, runCli, until, type Exit } from '../../support/node.js';

const planHeight = 3;
const { binary, skip } = await cometOrReason();

type Run = { readonly child: ChildProcess; readonly exited: Promise<Exit>; log(): string };

/** Killed at the end of the test if it still runs. */
function run(t: TestContext, command: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Run {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, ...env } });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk: string) => { text += chunk; });
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
  });
  return { child, exited, log: () => text };
}

const isAlive = ({ child }: Run): boolean => child.exitCode === null && child.signalCode === null;

test('the halted node leaves the block unanswered, serves the height before, writes the file, and ends on SIGTERM', { timeout: 120_000, skip }, async t => {
  const home = await makeDevHome('cometbft', doc => { doc.app_state['upgrade'] = { plan: { name: 'two', height: String(planHeight), info: 'as voted' } }; });
  const rpcLaddr = `tcp://127.0.0.1:${await freePort()}`;
  const node = run(t, process.execPath, [cliPath, 'start', '--home', home, '--engine', 'cometbft', '--with-comet=false', '--rpc.laddr', rpcLaddr]);
  t.after(() => { rmSync(home, { recursive: true, force: true, maxRetries: 5 }); });
  const bounded = <T>(what: string, ask: () => Promise<T | undefined> | T | undefined): Promise<T> => until(what, () => {
    if (!isAlive(node)) throw new Error('the node has ended');
    return ask();
  }).catch((error: unknown) => { throw new Error(node.log().slice(-4000), { cause: error }); });
  await bounded('ABCI to be served', () => (existsSync(rpcUrlFile(home)) ? true : undefined));
  const args = ['start', '--home', home, `--proxy_app=${abciSocketAddress(home)}`, `--rpc.laddr=${rpcLaddr}`, '--p2p.laddr=tcp://127.0.0.1:0'];
  const comet = run(t, binary as string, args, { CMT_CONSENSUS_TIMEOUT_COMMIT: '100ms' });
  const info = join(homePaths(home).data, 'upgrade-info.json');
  await bounded('upgrade-info.json', () => (existsSync(info) ? true : undefined));
  assert.deepEqual(JSON.parse(readFileSync(info, 'utf8')), { name: 'two', time: '0001-01-01T00:00:00Z', height: planHeight, info: 'as voted' });
  assert.equal(statSync(info).mode & 0o777, 0o600);
  assert.match(node.log(), /UPGRADE "two" NEEDED at height: 3: as voted/);

  const url = readFileSync(rpcUrlFile(home), 'utf8').trim();
  const before = String(planHeight - 1);
  const cli = (...asked: readonly string[]): ReturnType<typeof runCli> => runCli([...asked, '--home', home, '--output', 'json']);
  const [plan, taken] = await Promise.all([cli('query', 'upgrade', 'plan'), cli('pre-upgrade')]);
  assert.equal((JSON.parse(plan.stdout) as { plan: { height: string } }).plan.height, String(planHeight), plan.stderr);
  assert.equal(taken.code, 30, 'this release has no such upgrade');
  const { sync_info: sync } = (await callRpc(url, 'status')) as { sync_info: { latest_block_height: string } };
  assert.equal(sync.latest_block_height, String(planHeight), 'CometBFT has stored the block and waits for the answer');
  const { response: state } = (await callRpc(url, 'abci_info')) as { response: { last_block_height: string } };
  assert.equal(state.last_block_height, before);
  const { response: answer } = (await callRpc(url, 'abci_query', { path: '/cosmos.upgrade.v1beta1.Query/CurrentPlan', data: '' })) as { response: { code: number; height: string; value: string | null } };
  assert.deepEqual([answer.code, answer.height, Buffer.from(answer.value ?? '', 'base64').includes('as voted')], [0, before, true]);
  await assert.rejects(callRpc(url, 'block_results', { height: String(planHeight) }), 'there is no answer to the block');
  assert.deepEqual([isAlive(node), isAlive(comet)], [true, true], node.log() + comet.log());
  assert.doesNotMatch(comet.log(), /CONSENSUS FAILURE/);

  const asked = performance.now();
  node.child.kill('SIGTERM');
  assert.deepEqual(await node.exited, { code: 0, signal: null }, node.log());
  assert.ok(performance.now() - asked < 10_000, 'an unanswered block holds nothing up');
  comet.child.kill('SIGKILL');
  await comet.exited;
  const audit = await cli('kernel', 'audit');
  assert.equal(audit.code, 0, `the home is free and whole: ${audit.stderr}`);
});
