import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { checkEnd, cometHome, dieAtFailPoint, handshakeOf, prepare, rowOf, rowsOfOneCrash, runToDeath, startAgain, walkFailPoints } from './comet-crashes.js';

const skip = await findCometBinary().then(() => false as const, (error: Error) => error.message);
const timeout = 175_000;

// Which passes lie around Commit depends on how many messages of its own CometBFT logs first: these come to every row soon.
test('CometBFT dies around a commit; after each death the chain goes on', { skip, timeout }, async t => {
  const rows = await walkFailPoints(t, [5, 7, 9, 6, 8, 4, 10, 3, 11], true);
  assert.deepEqual([...rows].sort(), rowsOfOneCrash);
});

test('an application that lost its database is given all blocks again, also when CometBFT died in between', { skip, timeout }, async t => {
  const home = await cometHome(t);
  await prepare(home);
  forgetApplication(home);
  const first = await startAgain(home);
  assert.equal(rowOf(handshakeOf(first.stderr())), 'state up to date, blocks missing');
  await first.stop();
  // Until the restart is in a state of the other row: which pass that is depends on CometBFT's own messages.
  for (let index = 3; ; index += 1) {
    assert.ok(index < 12, 'no fail point leaves a block without its state');
    await dieAtFailPoint(home, index);
    forgetApplication(home);
    const again = await startAgain(home);
    const row = rowOf(handshakeOf(again.stderr()));
    await again.stop();
    if (row === 'state behind, blocks missing') break;
  }
  await checkEnd(home);
});

test('an application that is ahead of the blocks is refused, and the node says so', { skip, timeout }, async t => {
  const home = await cometHome(t);
  await prepare(home);
  const kept = mkdtempSync(join(tmpdir(), 'windlass-kept-'));
  t.after(() => rmSync(kept, { recursive: true, force: true }));
  const parts = ['blockstore.db', 'state.db', 'cs.wal', 'tx_index.db', 'evidence.db'];
  for (const part of parts) cpSync(join(home, 'data', part), join(kept, part), { recursive: true });
  await (await startAgain(home)).stop();
  for (const part of parts) {
    rmSync(join(home, 'data', part), { recursive: true });
    cpSync(join(kept, part), join(home, 'data', part), { recursive: true });
  }
  const { code, log } = await runToDeath(home);
  assert.equal(code, 1);
  assert.match(log, /app block height \(\d+\) is higher than core \(\d+\)/);
});

function forgetApplication(home: string): void {
  for (const part of ['windlass.db', 'blobs']) rmSync(join(home, 'data', part), { recursive: true, force: true });
}
