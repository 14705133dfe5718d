/** The rules of the ledger's algebra, one scenario after the other, over tables in memory. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  auditCollections, auditLedger, charge, closeCollection, collectionOf, highWater, LedgerBroken, makeLedger, markFaults, memoryTables, openCollection, reconcile, release, replace, resize, retire, rowCount,
  setLimit, settle, tokenOf, transfer, usageOf, type Ledger, type LedgerTables, type Limit, type Token,
} from '../../../kernel/ledger/index.js';
import { spec, type Dimension } from '../../support/ledger-oracle.js';

type World = { readonly ledger: Ledger<Dimension>; readonly tables: LedgerTables };

function world(): World {
  const tables = memoryTables();
  const ledger = makeLedger(tables, spec);
  for (const [id, parent] of [['chain', ''], ['alice', 'chain'], ['bob', 'chain'], ['v7', 'alice'], ['v8', 'alice'], ['v9', 'bob']] as const) assert.equal(openCollection(ledger, id, parent).kind, 'opened');
  return { ledger, tables };
}

const token = (kind: string, subject: string, gen = 1): Token => ({ kind, subject, gen });
const used = ({ ledger }: World, id: string, dimension: Dimension): bigint => usageOf(ledger, id)?.find(usage => usage.dimension === dimension)?.used as bigint;
const limit = ({ ledger }: World, id: string, dimension: Dimension, to: Limit): string => setLimit(ledger, id, dimension, to, collectionOf(ledger, id)?.limitGen as number, 'test').kind;
const memory = ({ ledger }: World, subject: string, gen: number, amount: bigint) => charge(ledger, token('run', subject, gen), subject, { memory: amount }, 'test');

test('F7: a refusal spends the token: the same message, delivered again when there is room, is stale', () => {
  const it = world();
  limit(it, 'alice', 'memory', 100n);
  assert.equal(memory(it, 'v7', 1, 101n).kind, 'refused');
  limit(it, 'alice', 'memory', 200n);
  assert.equal(memory(it, 'v7', 1, 101n).kind, 'stale');
  assert.equal(memory(it, 'v7', 2, 101n).kind, 'charged');
  assert.equal(used(it, 'chain', 'memory'), 101n);
});

test('the same token is charged once, and for another wish it is a conflict', () => {
  const it = world();
  assert.equal(memory(it, 'v7', 1, 64n).kind, 'charged');
  assert.equal(memory(it, 'v7', 1, 64n).kind, 'already');
  assert.equal(memory(it, 'v7', 1, 65n).kind, 'conflict');
  assert.equal(resize(it.ledger, token('run', 'v7'), 0, { memory: 80n }).kind, 'resized');
  assert.equal(memory(it, 'v7', 1, 64n).kind, 'already', 'what was asked for counts, not what is held now');
  assert.deepEqual(release(it.ledger, token('run', 'v7')), { kind: 'released', amounts: [0n, 0n, 80n, 0n] });
  assert.equal(release(it.ledger, token('run', 'v7')).kind, 'already-released');
  assert.deepEqual([used(it, 'v7', 'memory'), used(it, 'alice', 'memory'), used(it, 'chain', 'memory'), rowCount(it.ledger)], [0n, 0n, 0n, 0]);
});

test('a release that overtakes its charge cancels it for ever', () => {
  const it = world();
  assert.equal(release(it.ledger, token('run', 'v7', 3)).kind, 'cancelled');
  assert.equal(memory(it, 'v7', 3, 64n).kind, 'stale');
  assert.equal(memory(it, 'v7', 2, 64n).kind, 'stale');
  assert.equal(highWater(it.ledger, token('run', 'v7')), 3);
});

test('F16: a limit below what is used lets everything live and fall; only increases are refused, in the order of the block', () => {
  const it = world();
  memory(it, 'v7', 1, 60n);
  const lowered = setLimit(it.ledger, 'alice', 'memory', 50n, 0, 'vote 12');
  assert.deepEqual(lowered, { kind: 'set-over', by: 10n, limitGen: 1 });
  assert.equal(memory(it, 'v8', 1, 1n).kind, 'refused');
  assert.equal(settle(it.ledger, token('run', 'v7'), { memory: 55n }).kind, 'resized', 'falls, though it stays over');
  assert.equal(settle(it.ledger, token('run', 'v7'), { memory: 56n }).kind, 'refused');
  assert.equal(release(it.ledger, token('run', 'v7')).kind, 'released');
  assert.equal(memory(it, 'v8', 2, 50n).kind, 'charged');
  const other = world();
  assert.equal(memory(other, 'v7', 1, 60n).kind, 'charged', 'the other order: first the charge');
  assert.equal(limit(other, 'alice', 'memory', 50n), 'set-over');
});

test('F17: of two changes that saw the same limits the second is stale, and says what is current', () => {
  const it = world();
  assert.equal(setLimit(it.ledger, 'alice', 'memory', 50n, 0, 'first').kind, 'set');
  assert.deepEqual(setLimit(it.ledger, 'alice', 'memory', 99n, 0, 'second'), { kind: 'stale', limitGen: 1 });
  assert.equal(usageOf(it.ledger, 'alice')?.[2]?.limit, 50n);
});

test('F18: an account that closes admits nothing, names what is outstanding, and goes when that has ended', () => {
  const it = world();
  memory(it, 'v7', 1, 60n);
  charge(it.ledger, token('zombie', 'v8'), 'v8', { zombies: 1n }, 'test');
  assert.deepEqual(closeCollection(it.ledger, 'alice'), { kind: 'outstanding', first: ['v7', 'run.v7.1', 'v8', 'zombie.v8.1'], count: 4 });
  assert.equal(memory(it, 'v7', 2, 1n).kind, 'closing');
  assert.equal(openCollection(it.ledger, 'v10', 'alice').kind, 'closing');
  assert.equal(settle(it.ledger, token('run', 'v7'), { memory: 61n }).kind, 'closing');
  assert.equal(used(it, 'chain', 'memory'), 60n, 'nothing was taken away');
  release(it.ledger, token('run', 'v7'));
  assert.equal(closeCollection(it.ledger, 'v7').kind, 'gone');
  assert.equal(closeCollection(it.ledger, 'alice').kind, 'outstanding', 'the zombie is left');
  release(it.ledger, token('zombie', 'v8'));
  for (const id of ['v8', 'alice', 'alice']) assert.equal(closeCollection(it.ledger, id).kind, 'gone');
  assert.deepEqual(auditLedger(it.ledger), []);
});

test('F19: a vat moves whole, by the word of both, and a release of what was charged before takes from where it is now', () => {
  const it = world();
  memory(it, 'v7', 1, 60n);
  const to = (id: string, epoch: number) => ({ offered: { to: id, epoch }, accepted: { to: id, epoch } });
  assert.equal(transfer(it.ledger, 'v7', 'bob', 0, { offered: { to: 'bob', epoch: 0 } }).kind, 'not-accepted');
  limit(it, 'bob', 'memory', 59n);
  assert.equal(transfer(it.ledger, 'v7', 'bob', 0, to('bob', 0)).kind, 'refused', 'a heavy vat is no gift');
  limit(it, 'bob', 'memory', 60n);
  assert.deepEqual(transfer(it.ledger, 'v7', 'bob', 0, to('bob', 0)), { kind: 'moved', epoch: 1 });
  assert.deepEqual([used(it, 'alice', 'memory'), used(it, 'bob', 'memory'), used(it, 'chain', 'memory')], [0n, 60n, 60n], 'I16: what both have stays');
  assert.equal(transfer(it.ledger, 'v7', 'alice', 1, to('alice', 1)).kind, 'moved');
  assert.equal(transfer(it.ledger, 'v7', 'bob', 2, to('bob', 0)).kind, 'stale', 'an old acceptance is of an old epoch');
  assert.equal(transfer(it.ledger, 'v7', 'bob', 0, to('bob', 0)).kind, 'stale');
  assert.equal(transfer(it.ledger, 'v7', 'bob', 2, to('bob', 2)).kind, 'moved');
  release(it.ledger, token('run', 'v7'));
  assert.deepEqual([used(it, 'alice', 'memory'), used(it, 'bob', 'memory')], [0n, 0n]);
  assert.deepEqual(auditLedger(it.ledger), []);
});

test('F22: what is retired twice is retired once, past the limit of zombies, and creation waits for them', () => {
  const it = world();
  limit(it, 'alice', 'zombies', 0n);
  const create = (subject: string) => charge(it.ledger, token('vat', subject), subject, { vats: 1n }, 'test').kind;
  assert.equal(create('v7'), 'refused', 'no room for zombies, no vats');
  limit(it, 'alice', 'zombies', 1n);
  assert.equal(charge(it.ledger, token('vat', 'v7', 2), 'v7', { vats: 1n }, 'test').kind, 'charged');
  assert.equal(create('v8'), 'charged');
  memory(it, 'v7', 1, 60n);
  const end = (subject: string, gen: number) => retire(it.ledger, token('vat', subject, gen), { token: token('zombie', subject, gen), amounts: { zombies: 1n }, cause: 'test' }, [token('run', subject)]).kind;
  assert.deepEqual([end('v7', 2), end('v7', 2), end('v8', 1)], ['retired', 'stale', 'retired']);
  assert.deepEqual([used(it, 'alice', 'vats'), used(it, 'alice', 'zombies'), used(it, 'alice', 'memory')], [0n, 2n, 0n]);
  openCollection(it.ledger, 'v10', 'alice');
  assert.equal(create('v10'), 'refused');
  release(it.ledger, token('zombie', 'v7', 2));
  release(it.ledger, token('zombie', 'v8', 1));
  assert.equal(charge(it.ledger, token('vat', 'v10', 2), 'v10', { vats: 1n }, 'test').kind, 'charged');
});

test('F25: a counter never goes below 0: the operation is refused as a broken invariant before anything is written', () => {
  const it = world();
  memory(it, 'v7', 1, 60n);
  it.tables.used.set('alice', [0n, 0n, 10n, 0n]); // what only a defect can do
  assert.throws(() => release(it.ledger, token('run', 'v7')), LedgerBroken);
  assert.throws(() => settle(it.ledger, token('run', 'v7'), { memory: 1n }), LedgerBroken);
  assert.deepEqual([used(it, 'v7', 'memory'), used(it, 'alice', 'memory'), used(it, 'chain', 'memory'), rowCount(it.ledger)], [60n, 10n, 60n, 1]);
  assert.throws(() => charge(it.ledger, token('run', 'v8'), 'v8', { memory: -1n }, 'test'), LedgerBroken);
  assert.throws(() => charge(it.ledger, token('run', 'v8'), 'v8', { memory: 1n << 64n }, 'test'), LedgerBroken);
});

test('F26: of three dimensions two are too large at two levels: nothing is charged, and both are named', () => {
  const it = world();
  limit(it, 'alice', 'memory', 10n);
  limit(it, 'chain', 'storage', 5n);
  const result = charge(it.ledger, token('run', 'v7'), 'v7', { vats: 1n, memory: 11n, storage: 6n }, 'test');
  assert.deepEqual(result, {
    kind: 'refused',
    shortfalls: [
      { collection: 'alice', level: 'account', dimension: 'memory', needs: 11n, used: 0n, limit: 10n },
      { collection: 'chain', level: 'chain', dimension: 'storage', needs: 6n, used: 0n, limit: 5n },
    ],
  });
  assert.deepEqual(spec.dimensions.map(dimension => used(it, 'v7', dimension)), [0n, 0n, 0n, 0n]);
});

test('F34: who comes second to the last of the chain is told that it is the chain that is full', () => {
  const it = world();
  limit(it, 'chain', 'memory', 100n);
  assert.equal(memory(it, 'v7', 1, 60n).kind, 'charged');
  const second = memory(it, 'v9', 1, 60n);
  assert(second.kind === 'refused');
  assert.deepEqual(second.shortfalls.map(({ level, used: held, limit: of }) => [level, held, of]), [['chain', 60n, 100n]]);
});

test('what is replaced is charged once, without a gap: only the net increase must fit', () => {
  const it = world();
  limit(it, 'alice', 'memory', 100n);
  memory(it, 'v7', 1, 60n);
  assert.equal(replace(it.ledger, token('run', 'v7'), 2, { memory: 101n }, 'test').kind, 'refused');
  assert.equal(used(it, 'alice', 'memory'), 60n, 'the old row stands');
  assert.equal(replace(it.ledger, token('run', 'v7'), 2, { memory: 90n }, 'test').kind, 'stale', 'a refusal spends the generation');
  assert.equal(replace(it.ledger, token('run', 'v7'), 3, { memory: 90n }, 'test').kind, 'replaced');
  assert.equal(release(it.ledger, token('run', 'v7')).kind, 'already-released');
  assert.equal(used(it, 'alice', 'memory'), 90n);
});

test('a counter that is not what the rows say: only charges below it are refused, releases go on by exact differences, and it is reconciled from rows', () => {
  const it = world();
  memory(it, 'v7', 1, 60n);
  memory(it, 'v9', 1, 5n);
  it.tables.used.set('alice', [0n, 0n, 50n, 0n]);
  const faults = auditLedger(it.ledger);
  assert.deepEqual(faults, [{ collection: 'alice', what: 'memory', used: 50n, counted: 60n }]);
  assert.deepEqual(auditCollections(it.ledger, ['alice', 'chain', 'v7']).map(({ collection }) => collection), ['alice', 'chain'], 'in parts, the parent notices too');
  markFaults(it.ledger, faults);
  assert.equal(memory(it, 'v8', 1, 1n).kind, 'fault');
  assert.equal(memory(it, 'v9', 2, 1n).kind, 'charged', 'elsewhere nothing changed');
  assert.equal(release(it.ledger, token('run', 'v7')).kind, 'released');
  assert.equal(used(it, 'alice', 'memory'), -10n, 'never clamped: the drift stays what it was');
  assert.deepEqual(reconcile(it.ledger, 'alice'), [{ collection: 'alice', what: 'memory', used: -10n, counted: 0n }]);
  assert.deepEqual(auditLedger(it.ledger), []);
  assert.equal(memory(it, 'v8', 2, 1n).kind, 'charged');
});

test('the audit sees rows without a leaf, above their mark, or beside the index, and a tree that is none', () => {
  const broken: readonly ((tables: LedgerTables) => void)[] = [
    tables => tables.rows.set('run.v7.1', { ...tables.rows.get('run.v7.1') as NonNullable<ReturnType<LedgerTables['rows']['get']>>, leaf: 'nowhere' }),
    tables => tables.high.set('run.v7', 0),
    tables => tables.rowsOf.delete('v7', 'run.v7.1'),
    tables => tables.counts.set('rows', 7),
    tables => tables.collections.delete('alice'),
    tables => tables.children.delete('alice', 'v7'),
    tables => tables.collections.set('bob', { ...collectionIn(tables, 'bob'), parent: '' }),
    tables => tables.used.set('v7', [0n, 0n, 61n, 0n]),
  ];
  for (const [index, damage] of broken.entries()) {
    const it = world();
    memory(it, 'v7', 1, 60n);
    assert.deepEqual(auditLedger(it.ledger), []);
    damage(it.tables);
    assert.notDeepEqual(auditLedger(it.ledger), [], `damage ${index}`);
  }
});

const collectionIn = (tables: LedgerTables, id: string) => tables.collections.get(id) as NonNullable<ReturnType<LedgerTables['collections']['get']>>;

test('a token is read as it is written, and nothing else is', () => {
  assert.deepEqual(tokenOf('run.v7.12'), token('run', 'v7', 12));
  for (const text of ['run.v7', 'run.v7.x', 'run..1', 'run.v7.1.2', 'run.v7.01', '']) assert.equal(tokenOf(text), undefined, text);
});
