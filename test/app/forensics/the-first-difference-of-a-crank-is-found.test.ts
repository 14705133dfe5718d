/** compareCranks: what differs first, in which member, and what kind of difference that is. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareCranks, type CrankVerdict } from '../../../app/recorder/diff/index.js';
import { writeLine, type Line, type LocalPart } from '../../../app/recorder/lines/index.js';

type Rows = readonly (readonly string[])[];
const delivery = { crank: 7, vat: 'v14', delivery: 31 } as const;

/** A crank of one delivery with two syscalls, as a recorder writes it. */
function crank(rows: Rows = [['set', 'v14.o.next', '7'], ['set', 'kp40.refs', '1']]): Line[] {
  return [
    { type: 'crank-start', crank: 7, kind: 'crank', from: 'q', vat: 'v14' },
    { type: 'deliver', ...delivery, vd: ['message', 'o+0', { methargs: { body: '#["pay",["+5"]]', slots: [] }, result: 'p-9' }] },
    { type: 'syscall', ...delivery, syscall: 0, vsc: ['vatstoreGet', 'balance'] },
    { type: 'syscall-result', ...delivery, syscall: 0, vsr: ['ok', '12'] },
    { type: 'syscall', ...delivery, syscall: 1, vsc: ['resolve', [['p-9', false, { body: '#{"balance":"+17"}', slots: [] }]]] },
    { type: 'deliver-result', ...delivery, status: 'ok', compute: 4711, syscalls: 2, bytes: 90 },
    { type: 'clist', crank: 7, op: 'remove', vat: 'v14', kref: 'kp40', vref: 'p-9', reachable: false },
    { type: 'kv', crank: 7, rows: JSON.stringify(rows) },
    { type: 'crank-finish', crank: 7, crankhash: 'a'.repeat(64), activityhash: 'b'.repeat(64) },
  ];
}

const written = (lines: readonly Line[], local: LocalPart = { t: 1, m: 2 }): string[] => lines.map(line => writeLine(line, local).trimEnd());

function changed(at: number, change: object, hash = 'c'.repeat(64)): Line[] {
  return crank().map((line, index) => (index === at ? { ...line, ...change } : line.type === 'crank-finish' ? { ...line, crankhash: hash } : line));
}

test('equal cranks have no difference, whatever stands in their local parts and lines', () => {
  assert.equal(compareCranks(written(crank()), written(crank(), { t: 99, m: 98, s: 3, soft: { heap: 12 } })), undefined);
  const withNote = [...written(crank()), writeLine({ type: 'local/note', about: 'something' }, { t: 1, m: 1 }).trimEnd()];
  assert.equal(compareCranks(withNote, written(crank())), undefined);
});

const cases: readonly (readonly [claim: string, ours: Line[], expected: { verdict: CrankVerdict; type: string; syscall?: number; path?: string; row?: string }])[] = [
  ['another item', changed(0, { vat: 'v15' }), { verdict: 'schedule', type: 'crank-start', path: 'vat' }],
  ['other arguments', changed(1, { vd: ['message', 'o+0', { methargs: { body: '#["pay",["+6"]]', slots: [] }, result: 'p-9' }] }), { verdict: 'input', type: 'deliver', path: 'vd[2].methargs.body[1][0]' }],
  ['another answer to a syscall', changed(3, { vsr: ['ok', '13'] }), { verdict: 'result', type: 'syscall-result', syscall: 0, path: 'vsr[1]' }],
  ['another syscall', changed(4, { vsc: ['resolve', [['p-9', false, { body: '#{"balance":"+18"}', slots: [] }]]] }), { verdict: 'syscall', type: 'syscall', syscall: 1, path: 'vsc[1][0][2].body.balance' }],
  ['a syscall that is missing', crank().filter((_, index) => index !== 4), { verdict: 'syscall', type: 'syscall', syscall: 1 }],
  ['other computrons', changed(5, { compute: 4712 }), { verdict: 'meter', type: 'deliver-result', path: 'compute' }],
  ['another end', changed(5, { status: 'fault', reason: 'meter' }), { verdict: 'result', type: 'deliver-result', path: 'status' }],
  ['other rows, and nothing else', changed(7, { rows: JSON.stringify([['set', 'v14.o.next', '7'], ['set', 'kp40.refs', '2']]) }), { verdict: 'kv-only', type: 'crank-finish', path: 'crankhash', row: 'kp40.refs' }],
  ['the same rows with another hash', changed(99, {}), { verdict: 'shape', type: 'crank-finish', path: 'crankhash' }],
];

for (const [claim, ours, expected] of cases) {
  test(`${claim}: ${expected.verdict}`, () => {
    const found = compareCranks(written(ours), written(crank()));
    assert.ok(found);
    assert.equal(found.verdict, expected.verdict);
    assert.equal(found.type, expected.type);
    assert.equal(found.syscall, expected.syscall);
    if (expected.path !== undefined) assert.equal(found.fields[0]?.path, expected.path);
    if (expected.row !== undefined) assert.deepEqual(found.rows, [{ key: 'kp40.refs', ours: '2', theirs: '1' }]);
  });
}

test('entries in another order are matched by what they are about', () => {
  const lines = crank();
  const other = [...lines.slice(0, 6), { type: 'clist', crank: 7, op: 'add', vat: 'v14', kref: 'ko3', vref: 'o-3', reachable: true } as Line, ...lines.slice(6)];
  const found = compareCranks(written(other), written(lines));
  assert.deepEqual([found?.verdict, found?.type, found?.theirs.text], ['kv-only', 'clist', undefined]);
});

test('a step without a delivery that queued something else is about something else; other values elsewhere are rows', () => {
  const intake = (rows: readonly unknown[], hash: string): string[] => written([
    { type: 'crank-start', crank: 7, kind: 'intake' }, { type: 'kv', crank: 7, rows: JSON.stringify(rows) },
    { type: 'crank-finish', crank: 7, crankhash: hash.repeat(64), activityhash: hash.repeat(64) },
  ]);
  const verdict = (ours: readonly unknown[]): CrankVerdict | undefined => compareCranks(intake(ours, 'c'), intake([['hash', 'q.a3', 'one'], ['set', 'p.42', 'f 1']], 'a'))?.verdict;
  assert.equal(verdict([['hash', 'q.a3', 'other'], ['set', 'p.42', 'f 1']]), 'schedule');
  assert.equal(verdict([['hash', 'q.a3', 'one'], ['set', 'p.42', 'f 2']]), 'kv-only');
});

test('what a stranger sends as a line is compared as text, never thrown', () => {
  const found = compareCranks(written(crank()), ['{"type":"deliver","vd":,"~":{}}', 'nonsense', '{"type":"syscall","~":{}}']);
  assert.ok(found);
});
