import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { runCli, until } from '../../support/node.js';
import { freeBasePort, heightAt, localnetFolder, processesOf, startLocalnet, withoutProc } from './support.js';

const skip = withoutProc || (await findCometBinary().then(() => false as const, (error: Error) => error.message));
const timeout = 170_000;

test('homes that exist go on; other numbers and ports are refused', { skip, timeout }, async t => {
  const home = localnetFolder(t);
  const port = await freeBasePort(20);
  const first = startLocalnet(home, ['--validators', '2', '--base-port', String(port), '--block-time', '200ms']);
  const urls = await first.urls();
  assert.deepEqual(urls, [`http://127.0.0.1:${port + 1}`, `http://127.0.0.1:${port + 11}`]);
  const height = await until('three blocks', async () => {
    const at = await heightAt(urls[0] as string);
    return at >= 3n ? at : undefined;
  });
  first.signal('SIGTERM');
  assert.deepEqual(await first.exited, { code: 0, signal: null });
  assert.deepEqual(processesOf(home), []);

  for (const [args, reason] of [[['--validators', '3'], /has 2 validators, not 3/], [['--base-port', '30'], /begins at port \d+, not 30/], [['--block-time', '2s'], /is of a new localnet/]] as const) {
    const refused = await runCli(['localnet', '--home', home, ...args]);
    assert.equal(refused.code, 1);
    assert.match(refused.stderr, reason);
  }

  const second = startLocalnet(home);
  assert.deepEqual(await second.urls(), urls);
  await until('further blocks', async () => ((await heightAt(urls[1] as string)) > height ? true : undefined));
  second.signal('SIGINT');
  assert.deepEqual(await second.exited, { code: 0, signal: null });
  assert.deepEqual(processesOf(home), []);
});

test('nodes do not outlive a localnet that was killed', { skip, timeout }, async t => {
  const home = localnetFolder(t);
  const net = startLocalnet(home, ['--validators', '2', '--base-port', String(await freeBasePort(20)), '--block-time', '200ms']);
  await net.urls();
  assert.ok(processesOf(home).length >= 5, 'the localnet, two nodes, two CometBFTs');
  net.signal('SIGKILL');
  await net.exited;
  await until('the end of all its processes', () => (processesOf(home).length === 0 ? true : undefined), 30_000);
});

test('a localnet whose node cannot start says which and why, and ends the others', { skip, timeout }, async t => {
  const home = localnetFolder(t);
  const port = await freeBasePort(20);
  const { createServer } = await import('node:net');
  const squatter = createServer().listen(port + 11, '127.0.0.1');
  t.after(() => squatter.close());
  const net = startLocalnet(home, ['--validators', '2', '--base-port', String(port)]);
  assert.deepEqual(await net.exited, { code: 1, signal: null });
  assert.match(net.stderr(), /node1 exited with code 1 before it made a block/);
  assert.match(net.stderr(), /address already in use/);
  assert.deepEqual(processesOf(home), []);
});

test('numbers that make no localnet are refused before anything is written', async () => {
  for (const args of [['--validators', '0'], ['--validators', '33'], ['--validators', 'x'], ['--base-port', '70000'], ['--block-time', '0']]) {
    const refused = await runCli(['localnet', '--home', '/nowhere/at/all', ...args]);
    assert.equal(refused.code, 2, args.join(' '));
  }
});
