/** Limits, bundles and faults of the ledger as the kernel does them; and that history decides, not how often it was tried. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { activityHash, type KernelState } from '../../../kernel/index.js';
import { charge, closeCollection, collectionOf, transfer, usageOf } from '../../../kernel/ledger/index.js';
import { raiseQuota } from '../../../kernel/provisioning/limits.js';
import { accountCollection, ledgerOf } from '../../../kernel/provisioning/consensus-ledger.js';
import { auditRun } from '../../../kernel/provisioning/audit-step.js';
import { pinBundle, unpinBundle } from '../../../kernel/provisioning/bundle-pins.js';
import { beginStep, closeStep } from '../../../kernel/step.js';
import { ledgerWorld, type LedgerWorld } from '../../support/ledger-world.js';

const mib = 1024n * 1024n;

function inStep<T>({ kernel }: LedgerWorld, change: (state: KernelState) => T): T {
  beginStep(kernel.state);
  const done = change(kernel.state);
  closeStep(kernel.state, 'intake');
  return done;
}

const ledgerRows = ({ kernel }: Pick<LedgerWorld, 'kernel'>): unknown => [...kernel.state.rows.below('ledger.')];

test('F16: what was lowered below its use in the run of a creation refuses it, vats live on, and what ends makes room', async () => {
  const k = await ledgerWorld();
  const vat = await k.must('alice', 'a');
  const lowered = k.limit('alice', 'worker_memory', 10n * mib, 0);
  assert.match(JSON.stringify(await k.create('alice', 'b')), /account alice has 0 B free of 10 MiB/);
  assert.equal(await k.refused(lowered), undefined);
  assert.equal(await k.refused(k.put('alice', 'a', 'key', 100)), undefined);
  assert.equal(await k.refused(k.queue({ kind: 'terminate-vat', sender: 'alice', vat, reason: '' })), undefined);
  await k.must('alice', 'small', { memoryLimitBytes: String(10n * mib) });
  await k.shutdown();
});

test('F17: a change of limits that others overtook is refused and says what is current; one that is so already is done', async () => {
  const k = await ledgerWorld();
  const [first, second, third] = [k.limit('alice', 'vats', 5n, 0), k.limit('alice', 'vats', 9n, 0), k.limit('alice', 'vats', 5n, 0)];
  assert.deepEqual([await k.refused(first), await k.refused(second), await k.refused(third)], [
    undefined, 'stale (provisioning/6): the change names generation 0 of the limits of account alice; it is now 1. Nothing was done.', undefined,
  ]);
  assert.equal(usageOf(ledgerOf(k.kernel.state), accountCollection('alice'))?.[0]?.limit, 5n);
  assert.equal(await k.refused(k.limit('', 'vats', 'none', 0)), undefined, 'without an account it is the chain');
  await k.shutdown();
});

test('a limit is raised for its price, which is paid once', async () => {
  const k = await ledgerWorld({ accountQuotas: { vats: 1n } });
  await k.must('alice', 'a');
  const request = (dimension: 'vats' | 'compute', price: bigint) =>
    k.queue({ kind: 'request-quota', sender: 'alice', dimension, amount: 2n, price: { denom: 'coin', amount: price }, payee: 'collector', escrow: [{ denom: 'coin', amount: 10n }] });
  const dear = request('vats', 11n);
  assert.match(await k.refused(dear) ?? '', /^kernel\/17: it costs 11coin by now/);
  assert.match(await k.refused(request('compute', 1n)) ?? '', /^kernel\/17: compute is unlimited already/);
  const paid = request('vats', 7n);
  const { outbound } = await k.run();
  assert.deepEqual(outbound.filter(op => op.kind === 'coins').map(op => op.kind === 'coins' && [op.to, op.amount, op.reason]), [['collector', 7n, 'paid'], ['alice', 3n, 'refunded']]);
  assert.equal(await k.refused(paid), undefined);
  assert.equal(usageOf(ledgerOf(k.kernel.state), accountCollection('alice'))?.[0]?.limit, 3n);
  await k.must('alice', 'b');
  await k.shutdown();
});

test('what was bought comes on top of the default of the day; what governance set stays what it is', async () => {
  const k = await ledgerWorld({ accountQuotas: { storage_bytes: 1000n } });
  const { state } = k.kernel;
  const limitOf = (who: string): bigint | undefined => usageOf(ledgerOf(state), accountCollection(who))?.find(({ dimension }) => dimension === 'storage_bytes')?.limit;
  const vote = (limit: bigint | undefined): void => {
    state.params = { ...state.params, ledger: { ...state.params.ledger, accountQuotas: limit === undefined ? {} : { storage_bytes: limit } } };
  };
  for (const who of ['alice', 'carol']) await k.must(who, 'a');
  const buy = (who: string): void => { inStep(k, () => { raiseQuota(state, who, 'storage_bytes', 100n); }); };
  buy('alice');
  assert.equal(limitOf('alice'), 1100n);
  vote(5000n);
  assert.equal(limitOf('alice'), 5100n);
  buy('alice');
  assert.equal(limitOf('alice'), 5200n);
  vote(2n ** 64n - 1n);
  assert.equal(limitOf('alice'), 2n ** 64n - 1n, 'no limit is above what can be counted');
  vote(undefined);
  assert.equal(limitOf('alice'), undefined);
  vote(1000n);
  assert.equal(await k.refused(k.limit('carol', 'storage_bytes', 50n, 0)), undefined);
  vote(5000n);
  assert.equal(limitOf('carol'), 50n);
  buy('carol');
  assert.equal(limitOf('carol'), 150n, 'bought on top of what governance set');
  await k.shutdown();
});

test('F18, F19: an account that closes admits no vat and names what is outstanding; a vat that moved is charged to its new account', async () => {
  const k = await ledgerWorld();
  const [vat] = [await k.must('alice', 'a'), await k.must('bob', 'b')];
  await k.outcome(k.put('alice', 'a', 'key', 500));
  const consent = { to: accountCollection('bob'), epoch: 0 };
  assert.equal(inStep(k, state => transfer(ledgerOf(state), vat, consent.to, 0, { offered: consent })).kind, 'not-accepted');
  assert.equal(inStep(k, state => transfer(ledgerOf(state), vat, consent.to, 0, { offered: consent, accepted: consent })).kind, 'moved');
  assert.deepEqual([k.used('alice', 'storage_bytes'), k.used('bob', 'storage_bytes'), k.used('bob', 'vats')], [0n, 500n, 2n]);
  inStep(k, state => transfer(ledgerOf(state), vat, accountCollection('alice'), 1, { offered: { to: accountCollection('alice'), epoch: 1 }, accepted: { to: accountCollection('alice'), epoch: 1 } }));
  const closed = inStep(k, state => closeCollection(ledgerOf(state), accountCollection('alice')));
  assert.deepEqual(closed, { kind: 'outstanding', first: [vat, `run.${vat}.1`, `storage.${vat}.1`, `vat.${vat}.1`], count: 4 });
  assert.match(JSON.stringify(await k.create('alice', 'more')), /closing \(provisioning\/4\): creating vat .* is not possible: account alice is being closed and admits nothing new/);
  assert.equal(await k.refused(k.invoke('alice', 'a', 'drop', ['key', 0])), undefined, 'what is there may shrink');
  assert.equal(await k.refused(k.queue({ kind: 'terminate-vat', sender: 'alice', vat, reason: '' })), undefined);
  for (let runs = 0; [...k.kernel.state.rows.below('vt.')].length > 0 && runs < 5; runs += 1) await k.run();
  assert.equal(inStep(k, state => closeCollection(ledgerOf(state), accountCollection('alice'))).kind, 'gone');
  await k.shutdown();
});

test('F33: one pin for each account and bundle; what runs, or is to run, keeps its bundle', async () => {
  const k = await ledgerWorld({}, { audited: false });
  const pin = (bundleId: string, account: string) => inStep(k, state => pinBundle(state, bundleId, 700n, account));
  inStep(k, ({ rows }) => rows.set('b.new', '700'));
  assert.equal(pin('new', 'alice'), undefined);
  assert.equal(pin('new', 'alice'), undefined, 'again is once');
  assert.equal(pin('new', 'bob'), undefined);
  assert.deepEqual([k.used('alice', 'bundle_bytes'), k.used('chain', 'bundle_bytes') - k.used('', 'bundle_bytes')], [700n, 1400n]);
  const unpin = (bundleId: string, account: string) => inStep(k, state => unpinBundle(state, bundleId, account));
  assert.deepEqual([unpin('new', 'alice'), unpin('new', 'alice'), k.kernel.state.rows.get('b.new'), unpin('new', 'bob'), k.kernel.state.rows.get('b.new')], ['unpinned', 'not-pinned', '700', 'unpinned', undefined]);
  assert.equal(pin('new', 'alice'), undefined, 'pinned anew after that');
  await k.must('alice', 'a');
  assert.equal(unpin('hoard', ''), 'in-use');
  k.queue({ kind: 'create-vat', sender: 'alice', bundleId: 'stores', label: 'x', parameters: { body: '#{}', slots: [] }, settings: { memoryLimitBytes: null, computronsPerDelivery: null, computeBalance: null }, saveAs: 'later' });
  await k.kernel.run({ highPriority: [], actions: [{ id: 99n, kind: 'create-vat', sender: 'alice', bundleId: 'stores', label: 'x', parameters: { body: '#{}', slots: [] }, settings: { memoryLimitBytes: null, computronsPerDelivery: null, computeBalance: null }, saveAs: 'soon' }], newBundles: [], now: 1n, params: k.kernel.state.params }, { mayContinue: ({ computrons }) => computrons === 0n });
  assert.equal(unpin('stores', ''), 'in-use', 'a creation is queued');
  await k.shutdown();
});

test('a bundle that finds no room is not in the table, and the host is told', async () => {
  const k = await ledgerWorld({ accountQuotas: { bundle_bytes: 500n } });
  const input = { highPriority: [], actions: [], now: 1n, params: k.kernel.state.params };
  const { outbound } = await k.kernel.run({ ...input, params: { ...input.params, ledger: { ...input.params.ledger, accountQuotas: { bundle_bytes: 500n } } }, newBundles: [{ bundleId: 'large', size: 501, account: 'alice' }, { bundleId: 'small', size: 500, account: 'alice' }] });
  assert.deepEqual(outbound.filter(({ kind }) => kind === 'bundle-refused'), [{
    kind: 'bundle-refused', bundleId: 'large', account: 'alice',
    reason: 'quota exceeded (provisioning/2): bundle large needs 501 B of bundles; account alice has 500 B free of 500 B. Nothing was charged. Ask for a larger limit.',
  }]);
  assert.deepEqual([k.kernel.state.rows.get('b.large'), k.kernel.state.rows.get('b.small')], [undefined, '500']);
  await k.shutdown();
});

test('F12, F13: a run that is dropped and done again ends in the same rows and the same history, with the same vat numbers', async () => {
  const k = await ledgerWorld();
  await k.must('alice', 'a');
  const input = { highPriority: [], newBundles: [], now: 2_000n, params: k.kernel.state.params, mark: 7n, actions: [
    { id: 90n, kind: 'create-vat', sender: 'alice', bundleId: 'hoard', label: 'x', parameters: { body: '#{}', slots: [] }, settings: { memoryLimitBytes: null, computronsPerDelivery: null, computeBalance: null }, saveAs: 'b' },
  ] } as const;
  const before = ledgerRows(k);
  await k.kernel.run(input);
  const [once, history] = [ledgerRows(k), activityHash(k.kernel.state.rows)];
  await k.kernel.dropRun();
  assert.deepEqual(ledgerRows(k), before, 'nothing of it was ever there');
  await k.kernel.run(input);
  assert.deepEqual([ledgerRows(k), activityHash(k.kernel.state.rows)], [once, history]);
  assert.match(k.kernel.state.rows.get('ledger.r.run.v2.1') ?? '', /^v2 0 .* 7 vat "x" was created$/, 'a row says why and when');
  await k.shutdown();
});

test('a counter that is wrong stops charges below it, and nothing else, in the run that finds it; governance reconciles it from rows', async () => {
  const k = await ledgerWorld({}, { audited: false });
  const vat = await k.must('alice', 'a');
  await k.must('bob', 'b');
  inStep(k, ({ rows }) => rows.set('ledger.u.account:alice', '1 0 5 0 0 0')); // what only a defect can do
  const { outbound, steps } = await k.run();
  assert.deepEqual(outbound.filter(({ kind }) => kind === 'ledger-fault'), [{ kind: 'ledger-fault', collection: 'account:alice', what: 'worker_memory', used: 5n, counted: 64n * mib }]);
  assert.deepEqual(steps.map(({ kind }) => kind), ['audit'], 'it is written down in a step, as all nodes do');
  const text = /ledger fault \(provisioning\/9\): .* the counters of account alice are not what its rows say, so charges there are paused; this is our fault/;
  const outcome = await k.outcome(k.put('alice', 'a', 'key', 100));
  assert.match(outcome.result.body, text);
  assert.equal((await k.outcome(k.createVat('alice', 'hoard', 'more'))).state, 'rejected');
  assert.equal((await k.outcome(k.put('bob', 'b', 'key', 100))).state, 'fulfilled', 'elsewhere nothing changed');
  assert.equal((await k.outcome(k.queue({ kind: 'terminate-vat', sender: 'alice', vat, reason: '' }))).state, 'fulfilled');
  assert.deepEqual((await k.run()).outbound.filter(({ kind }) => kind === 'ledger-fault'), [], 'it is told of once');
  assert.equal((await k.outcome(k.command({ kind: 'reconcile', collection: 'account:nobody' }))).state, 'rejected');
  assert.equal((await k.outcome(k.command({ kind: 'reconcile', collection: 'account:alice' }))).state, 'fulfilled');
  assert.equal(collectionOf(ledgerOf(k.kernel.state), 'account:alice')?.isFaulty, false);
  await k.must('alice', 'more');
  await k.shutdown();
});

test('a large ledger is audited in slices: what was touched at once, and all in a hundred runs', async () => {
  const k = await ledgerWorld({}, { audited: false });
  const { state } = k.kernel;
  await k.must('alice', 'a');
  for (const account of ['bob', 'carol', 'dave', 'erin']) await k.must(account, 'x');
  inStep(k, ({ rows }) => rows.set('ledger.u.account:dave', '1 0 5 0 0 0'));
  k.backing.commit(state.rows.runChanges());
  state.rows.committed();
  state.outbound.length = 0;
  inStep(k, inside => charge(ledgerOf(inside), { kind: 'run', subject: 'v1', gen: 9 }, 'v1', { compute: 1n }, '1 test'));
  inStep(k, ({ rows }) => rows.set('ledger.u.account:alice', '1 0 5 0 0 0'));
  auditRun(state, 0);
  const found = (): string[] => state.outbound.flatMap(op => (op.kind === 'ledger-fault' ? [op.collection] : []));
  assert(found().includes('account:alice'), 'touched: at once');
  for (let run = 0; run < 100 && !found().includes('account:dave'); run += 1) auditRun(state, 0);
  assert(found().includes('account:dave'), 'the slices have come by');
  await k.shutdown();
});
