import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { packageRoot } from '../../../chain/codec/roots.js';
import type { GenesisDoc } from '../../../chain/engine/types.js';
import { makeDevHome, until, startTestNode } from '../../support/node.js';

/** Promised of every long-running command. */
const stopBoundMs = 10_000;

/** A chain with the largest budget there may be: one delivery is bounded by the meter, a run by its budget. */
function withLargestBudget({ app_state }: GenesisDoc): void {
  app_state['kernel'] = { ...(app_state['kernel'] as object | undefined), params: { computrons_per_block: String(10n ** 10n) } };
}

test('a node whose contracts compute for minutes stops within 10 s, and does the same run again at its next start', async () => {
  const home = await makeDevHome('embedded', withLargestBudget);
  after(() => rmSync(home, { recursive: true, force: true }));
  const node = await startTestNode({ home });
  after(() => node.dispose());
  const cli = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await node.cli([...args, '--from', 'dev0', '--yes']);
    assert.equal(code, 0, stderr);
  };
  await cli('tx', 'install-bundle', join(packageRoot, 'test', 'vats', 'player.js'));
  for (const name of ['one', 'other']) await cli('tx', 'create-vat', 'player', '--label', name, '--save-as', name, '--wait');
  await cli('tx', 'invoke', 'one', 'play', '[{"$cap":"other"}]');
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
