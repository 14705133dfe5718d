import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { rowsOfOneCrash, walkFailPoints } from './comet-crashes.js';

const skip = await findCometBinary().then(() => false as const, (error: Error) => error.message);

// On the way of one block: own messages that go to the log, five points around the commit, four in the application of the
// block; 13 at most. Twice that and one reaches into the height after the next.
const failPoints = 27;

test('CometBFT dies at each of its fail points in turn; after each the chain goes on', { skip, timeout: 30 * 60_000 }, async t => {
  const rows = await walkFailPoints(t, Array.from({ length: failPoints }, (_, index) => index), false);
  assert.deepEqual([...rows].sort(), rowsOfOneCrash);
});
