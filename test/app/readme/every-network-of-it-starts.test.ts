/** The commands of README.md that run until they are interrupted, on ports that are free here: they start, and end by Ctrl-C. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { cometOrReason } from '../../chain/comet/support.js';
import { until } from '../../support/node.js';
import { freeBasePort } from '../localnet/support.js';
import { makeCheckout, openShell, readmeBlocks, runsUntilInterrupted } from './checkout.js';
import type { CommandBlock } from './commands.js';

const checkout = makeCheckout(join('no', 'home'));
after(() => checkout.dispose());
const { skip } = await cometOrReason();

for (const block of readmeBlocks.filter(runsUntilInterrupted)) {
  test(`line ${block.line}: ${block.script}`, { skip: block.note.includes('needs CometBFT') ? skip : false }, () => runUntilInterrupted(block));
}

/** Waits for what it says it prints, then does what Ctrl-C does. */
async function runUntilInterrupted({ script, note }: CommandBlock): Promise<void> {
  const expected = /prints: (.*)$/.exec(note)?.[1];
  assert(expected, 'the comment says what is printed once it runs');
  const base = await freeBasePort(50);
  const shell = openShell(checkout, script.replace('36657', String(base)).replace('36656', String(base + 1)).replace('46656', String(base + 2)));
  try {
    await until(expected, () => {
      assert.ok(shell.isRunning(), `it ended: ${shell.output()}`);
      return shell.stdout().includes(expected) ? true : undefined;
    }, 150_000);
  } finally {
    shell.interrupt();
    await shell.ended(30_000);
  }
}
