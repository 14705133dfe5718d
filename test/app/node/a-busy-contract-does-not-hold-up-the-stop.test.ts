import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packageRoot } from '../../../chain/codec/roots.js';
import { until, startTestNode } from '../../support/node.js';

/** Promised of every long-running command. */
const stopBoundMs = 10_000;

test('a node whose contract computes for minutes stops within 10 s, and does the same run again at its next start', async () => {
  const node = await startTestNode();
  after(() => node.dispose());
  const cli = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await node.cli([...args, '--from', 'dev0', '--yes']);
    assert.equal(code, 0, stderr);
  };
  await cli('tx', 'install-bundle', join(packageRoot, 'test', 'vats', 'misbehaver.js'));
  await cli('tx', 'create-vat', 'misbehaver', '--label', 'busy', '--save-as', 'busy', '--wait');
  await cli('tx', 'invoke', 'busy', 'loopInTurns');
  await until('the run holds up the blocks', async () => {
    const before = await node.height();
    await new Promise(resolve => setTimeout(resolve, 3000)); // several block times: what is waited for is that nothing happens
    return (await node.height()) === before ? true : undefined;
  });
  const before = performance.now();
  assert.deepEqual(await node.stop(), { code: 0, signal: null });
  assert.ok(performance.now() - before < stopBoundMs, `it took ${performance.now() - before} ms`);
  assert.match(node.stderr(), /the kernel run was cut off; it will be done again/);
});
