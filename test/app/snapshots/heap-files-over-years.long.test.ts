/** What the short tests say of heap files, at the length of a chain's life. */
import { test } from 'node:test';
import { Blocks, playRandomBlocks, saveInRounds } from './support.js';

test('36 vats with 3,096 saves leave 36 files', async t => {
  const blocks = await Blocks.open();
  t.after(() => blocks.end());
  await saveInRounds(blocks, 36, 86);
});

test('a hundred thousand random operations, in blocks that crash', async t => {
  for (let seed = 1; seed <= 10; seed += 1) {
    const blocks = await Blocks.open({ undoBlocks: 2n });
    t.after(() => blocks.end());
    await playRandomBlocks(blocks, `heaps ${seed}`, 5000);
  }
});
