/**
 * Runs README.md as a newcomer would, block by block, in a copy of the package's folder. Changed for the test is the address of
 * the RPC alone, so that it runs beside anything else; the home is chosen by WINDLASS_HOME.
 */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { makeDevHome, startTestNode, type TestNode } from '../../support/node.js';
import { isLeftOut, makeCheckout, openShell, readmeBlocks, runsUntilInterrupted } from './checkout.js';
import { isPrinted, type CommandBlock } from './commands.js';

const ofIncidents = readmeBlocks.filter(({ script }) => /windlass (?:forensics show|rollback)/.test(script)).map(({ script }) => script);
const notRun = ['npm ci && npm start', 'npm ci && npm test', 'npm run setup:cometbft', 'DAEMON_NAME=windlass DAEMON_HOME="$WINDLASS_HOME" cosmovisor run start --home "$WINDLASS_HOME" --engine cometbft', ...ofIncidents];
const home = await makeDevHome('embedded');
const checkout = makeCheckout(home);
let node: TestNode;

before(async () => {
  node = await startTestNode({ home, blockTime: '200ms' });
});
after(async () => {
  await node.dispose();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  checkout.dispose();
});

test('only what cannot be run here is left out, and it says why', () => {
  assert.deepEqual(readmeBlocks.filter(isLeftOut).map(({ script }) => script), notRun);
});

for (const block of readmeBlocks.filter(one => !isLeftOut(one) && !runsUntilInterrupted(one))) {
  test(`line ${block.line}: ${block.script.split('\n')[0]}`, () => runToItsEnd(block));
}

async function runToItsEnd({ script, printed }: CommandBlock): Promise<void> {
  const shell = openShell(checkout, script.replaceAll('http://127.0.0.1:26657', node.rpcUrl));
  const code = await shell.ended(150_000);
  assert.equal(code, 0, shell.output());
  for (const line of printed) assert.ok(isPrinted(line, shell.output()), `it should print "${line}":\n${shell.output()}`);
}
