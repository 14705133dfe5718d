import { test } from 'node:test';
import assert from 'node:assert/strict';
import { parseQuery, QueryError, queryMatches } from '../../../chain/engine/embedded/query.js';

const attributes = new Map([
  ['tm.event', ['Tx']],
  ['tx.height', ['12']],
  ['transfer.amount', ['10uwind', '250uwind']],
  ['message.action', ['/cosmos.bank.v1beta1.MsgSend']],
  ['slash.power', ['1.50']],
  ['lock.until', ['2026-05-06T07:08:09Z']],
  ['big.number', ['123456789012345678901234567890']],
]);

const cases: readonly (readonly [query: string, matches: boolean])[] = [
  ["tm.event='Tx'", true],
  ["tm.event = 'Tx' AND tx.height=12", true],
  ["tm.event='Tx' AND tx.height=13", false],
  ["tm.event='NewBlock'", false],
  ['tx.height>11 AND tx.height<13', true],
  ['tx.height>=12 AND tx.height<=12', true],
  ['tx.height>12', false],
  ['tx.height = 12.0', true],
  ['transfer.amount>200', true],
  ['transfer.amount>250', false],
  ['slash.power=1.5', true],
  ['slash.power<1.49', false],
  ['big.number>123456789012345678901234567889', true],
  ['big.number>123456789012345678901234567890', false],
  ["message.action='/cosmos.bank.v1beta1.MsgSend'", true],
  ["message.action CONTAINS 'MsgSend'", true],
  ["message.action CONTAINS 'MsgBurn'", false],
  ['message.action EXISTS', true],
  ['message.sender EXISTS', false],
  ["tm.event='AND' AND tm.event='Tx'", false],
  ['lock.until < TIME 2026-05-06T09:08:10+02:00', true],
  ['lock.until > DATE 2026-05-06', true],
  ['lock.until > DATE 2026-05-07', false],
  ["tx.height='12'", true],
];

for (const [query, expected] of cases) {
  test(`${query} ${expected ? 'matches' : 'does not match'}`, () => {
    assert.equal(queryMatches(parseQuery(query), attributes), expected);
  });
}

test('what is no query is refused with the place of the mistake', () => {
  const bad = ['', '   ', 'AND', 'a.b', "a.b='x", "='x'", "a.b=='x'", "a.b='x' OR c.d='y'", "a.b='x' AND", "a.b<'x'", 'a.b CONTAINS 5', 'a.b=DATE 2026-13-45',
    'a.b=TIME yesterday', "'a.b'='x'", 'a.b EXISTS c', `a.b='${'x'.repeat(600)}'`, 'a.b=x', 'a.b=\u0000'];
  for (const text of bad) assert.throws(() => parseQuery(text), QueryError, text);
});

test('parsing random text ends in a query or a QueryError', () => {
  let state = 12345;
  const random = (below: number): number => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const pieces = ["'", '=', '<', '>=', ' AND ', 'CONTAINS', 'EXISTS', 'a.b', '5', '1.', 'TIME', 'DATE', '\u{1F600}', '\\', '\n', '2026-01-01'];
  for (let round = 0; round < 3000; round += 1) {
    const text = Array.from({ length: random(12) }, () => pieces[random(pieces.length)]).join(random(2) === 0 ? '' : ' ');
    try {
      parseQuery(text);
    } catch (error) {
      assert.ok(error instanceof QueryError, text);
    }
  }
});
