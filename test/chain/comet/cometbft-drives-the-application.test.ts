import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { test } from 'node:test';
import { homePaths } from '../../../chain/engine/home-files/index.js';
import { waitUntil } from '../abci/support.js';
import { cometOrReason, makeHome, makeKvstore, rpc, startEngine, within } from './support.js';

const { skip } = await cometOrReason();
const timeout = 90_000;

test('the chain advances, takes a transaction, and goes on after a restart without InitChain', { skip, timeout }, async t => {
  const home = makeHome(t);
  const application = makeKvstore();
  const first = await startEngine(t, home, application);
  await waitUntil(() => application.height() >= 3n, 'three blocks', 30_000);
  const sent = await rpc(first.engine.rpcUrl, 'broadcast_tx_commit', { tx: Buffer.from('ship=windlass').toString('base64') });
  assert.equal((sent['tx_result'] as { code: number }).code, 0);
  assert.equal(application.get('ship'), 'windlass');
  const answer = await rpc(first.engine.rpcUrl, 'abci_query', { data: Buffer.from('ship').toString('hex') });
  assert.equal(Buffer.from((answer['response'] as { value: string }).value, 'base64').toString(), 'windlass');
  assert.ok(first.lines.some(line => (line.fields as { source?: string }).source === 'cometbft'), 'its log is in ours');
  await first.engine.stop();
  assert.deepEqual(await first.engine.ended, { reason: 'stopped' });
  assert.equal(existsSync(homePaths(home).cometPid), false);

  const stoppedAt = application.height();
  application.calls.length = 0;
  const second = await startEngine(t, home, application);
  await waitUntil(() => application.height() >= stoppedAt + 2n, 'two more blocks', 30_000);
  assert.ok(!application.calls.includes('initChain'));
  assert.equal(application.get('ship'), 'windlass');
  await second.engine.stop();
});

test('blocks that the application lost are given to it again', { skip, timeout }, async t => {
  const home = makeHome(t);
  const application = makeKvstore();
  const first = await startEngine(t, home, application);
  await waitUntil(() => application.height() >= 4n, 'four blocks', 30_000);
  await first.engine.stop();
  application.goBackTo(2n);
  application.calls.length = 0;
  await startEngine(t, home, application);
  await waitUntil(() => application.height() >= 5n, 'the lost blocks and one more', 30_000);
  assert.deepEqual(application.calls.slice(0, 3), ['finalizeBlock 3', 'finalizeBlock 4', 'finalizeBlock 5']);
});

test('that CometBFT was killed is noticed, and a new start recovers', { skip, timeout }, async t => {
  const home = makeHome(t);
  const application = makeKvstore();
  const { engine } = await startEngine(t, home, application);
  await waitUntil(() => application.height() >= 1n, 'a block', 30_000);
  assert.ok(engine.cometPid);
  process.kill(engine.cometPid, 'SIGKILL');
  const end = await within(engine.ended, 5000, 'the end');
  assert.ok(end.reason === 'failed' && /SIGKILL/.test(end.error.message), JSON.stringify(end));
  await engine.stop();
  const height = application.height();
  await startEngine(t, home, application);
  await waitUntil(() => application.height() > height, 'a further block', 30_000);
});

test('an exit with code 0 that nobody asked for is a failure too', { skip, timeout }, async t => {
  const home = makeHome(t);
  const application = makeKvstore();
  const { engine } = await startEngine(t, home, application);
  // It answers RPC before it listens for signals; until then SIGTERM ends it the plain way.
  await waitUntil(() => application.height() >= 3n, 'three blocks', 30_000);
  assert.ok(engine.cometPid);
  process.kill(engine.cometPid, 'SIGTERM');
  const end = await within(engine.ended, 10_000, 'the end');
  assert.ok(end.reason === 'failed' && /cometbft exited with code 0/.test(end.error.message), JSON.stringify(end));
});

test('a consensus failure is noticed although the process stays', { skip, timeout }, async t => {
  const home = makeHome(t);
  const application = makeKvstore();
  const { engine } = await startEngine(t, home, {
    ...application,
    // One result too many: CometBFT's consensus stops with a panic that it catches itself.
    finalizeBlock: async request => {
      const response = await application.finalizeBlock(request);
      return request.height < 2n ? response : { ...response, txResults: [...response.txResults, { code: 0, data: new Uint8Array(0), log: '', info: '', gasWanted: 0n, gasUsed: 0n, events: [], codespace: '' }] };
    },
  });
  const end = await within(engine.ended, 20_000, 'the end');
  assert.ok(end.reason === 'failed' && /CONSENSUS FAILURE/.test(end.error.message), JSON.stringify(end));
});

test('a failure of the application ends the engine with its own text', { skip, timeout }, async t => {
  const home = makeHome(t);
  const application = makeKvstore();
  const { engine } = await startEngine(t, home, {
    ...application,
    commit: async () => {
      if (application.height() >= 1n) throw new Error('the disk is full');
      return application.commit();
    },
  });
  const end = await within(engine.ended, 20_000, 'the end');
  assert.ok(end.reason === 'failed' && /the disk is full/.test(end.error.message), JSON.stringify(end));
});

test('CometBFT can be ended from inside a FinalizeBlock that is never answered; queries are served on', { skip, timeout }, async t => {
  const home = makeHome(t);
  const application = makeKvstore();
  let halted = false;
  const { engine } = await startEngine(t, home, {
    ...application,
    finalizeBlock: request => {
      if (request.height < 3n) return application.finalizeBlock(request);
      halted = true;
      return new Promise<never>(() => undefined);
    },
  }, { stopGraceMs: 1000 });
  await waitUntil(() => halted, 'the halt', 30_000);
  await within(engine.stopComet(), 8000, 'the end of CometBFT');
  assert.equal(existsSync(homePaths(home).cometPid), false);
  await within(engine.stop(), 5000, 'the end of the engine');
  assert.deepEqual(await engine.ended, { reason: 'stopped' });
});

test('without a genesis the start fails with what CometBFT said, and leaves nothing behind', { skip, timeout }, async t => {
  const home = makeHome(t);
  rmSync(homePaths(home).genesis);
  await assert.rejects(startEngine(t, home, makeKvstore()), /cometbft exited with code 1[^]*genesis/);
  assert.equal(existsSync(homePaths(home).cometPid), false);
});

test('a start can be given up while CometBFT is not ready', { skip, timeout }, async t => {
  const home = makeHome(t);
  const giveUp = new AbortController();
  const application = makeKvstore();
  let pid = 0;
  const starting = startEngine(t, home, {
    ...application,
    info: async () => {
      pid = (JSON.parse(readFileSync(homePaths(home).cometPid, 'utf8')) as { pid: number }).pid;
      giveUp.abort(new Error('Ctrl-C'));
      return new Promise<never>(() => undefined);
    },
  }, { signal: giveUp.signal, stopGraceMs: 1000 });
  await assert.rejects(within(starting, 15_000, 'giving up'), /Ctrl-C/);
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' });
});

test('left to an operator, only ABCI is served', { timeout }, async t => {
  const home = makeHome(t);
  const { engine } = await startEngine(t, home, makeKvstore(), { withComet: false, rpcLaddr: 'tcp://0.0.0.0:26657', abciAddress: 'tcp://127.0.0.1:0' });
  assert.equal(engine.cometPid, undefined);
  assert.equal(engine.rpcUrl, 'http://127.0.0.1:26657');
  assert.match(engine.abciAddress, /^tcp:\/\/127\.0\.0\.1:[1-9]\d*$/);
  await engine.stop();
  assert.deepEqual(await engine.ended, { reason: 'stopped' });
});
