import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findCometBinary } from '../../../chain/engine/comet/index.js';
import { walkFailPoints } from './comet-crashes.js';

const skip = await findCometBinary().then(() => false as const, (error: Error) => error.message);

// On the way of one block: four own messages that go to the log (proposal, part, prevote, precommit), five points around the
// commit, four in the application of the block. Twice that reaches into the height after the next.
const failPoints = 27;

test('CometBFT dies at each of its fail points in turn; after each the chain goes on', { skip, timeout: 30 * 60_000 }, async t => {
  const rows = await walkFailPoints(t, Array.from({ length: failPoints }, (_, index) => index));
  assert.deepEqual([...rows].sort(), ['state behind, application up to date', 'state behind, last block missing', 'state up to date, application up to date']);
});
