import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Confirmation } from '../../../app/confirmation.js';

/** F: FinalizeBlock, C: Commit, P: a proposal; then the confirmed height. */
const table: readonly (readonly [events: string, confirmed: bigint, why: string])[] = [
  ['F1 C1', 0n, 'one block proves nothing'],
  ['F1 C1 F2', 0n, 'in a replay the next block is not proof of the one before'],
  ['F1 C1 F2 C2 F3', 1n, 'the block after the next is'],
  ['F1 C1 F2 C2 F3 C3 F4', 2n, 'and so on'],
  ['P F1 C1 F2', 1n, 'live, the next block is proof'],
  ['P F1 C1 F2 C2 F3', 2n, 'and so on'],
  ['F1 C1 P F2', 1n, 'a proposal makes it live from then on'],
  ['P F5', 0n, 'nothing was committed in this session'],
  ['F5 C5 F6', 0n, 'the first replayed block is compared with nothing'],
  ['F5 C5 P F6', 5n, 'live'],
  ['F5 C5 F6 C6 F7', 5n, 'a replay from the middle'],
  ['P F1 F1 C1 F2 F2', 1n, 'a block given twice'],
  ['P F1 C1 F3', 0n, 'a block that does not follow proves nothing'],
  ['P F1 C1 F2 C2 F3 C3 F2', 2n, 'never back'],
];

for (const [events, confirmed, why] of table) {
  test(`${events}: ${why}`, () => {
    assert.equal(after(events, 0n), confirmed);
  });
}

test('what an earlier session confirmed stays', () => {
  assert.equal(after('F8 C8 F9', 7n), 7n);
  assert.equal(after('F8 C8 F9 C9 F10', 7n), 8n);
});

function after(events: string, known: bigint): bigint {
  const confirmation = new Confirmation(known);
  for (const event of events.split(' ')) {
    const height = BigInt(event.slice(1) || '0');
    if (event === 'P') confirmation.sawProposal();
    else if (event.startsWith('F')) confirmation.sawFinalizeBlock(height);
    else confirmation.sawCommit(height);
  }
  return confirmation.confirmed;
}
