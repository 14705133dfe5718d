/** The ledger of very many accounts costs a run what it touched and a slice, finds every wrong counter all the same, and holds no collection for nothing. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { defaultParams, KernelStorage, type KernelState } from '../../../kernel/index.js';
import { makeKernelState } from '../../../kernel/kernel.js';
import { charge, collectionOf, openCollection, settle } from '../../../kernel/ledger/index.js';
import { auditRun } from '../../../kernel/provisioning/audit-step.js';
import { pinBundle, unpinBundle } from '../../../kernel/provisioning/bundle-pins.js';
import { accountCollection, ledgerOf, readLedger } from '../../../kernel/provisioning/consensus-ledger.js';
import { reconcileCollection } from '../../../kernel/provisioning/limits.js';
import { creationRefusal } from '../../../kernel/provisioning/vat-charges.js';
import { beginStep, closeStep } from '../../../kernel/step.js';
import { keys } from '../../../kernel/store/keys.js';
import { MemoryBacking } from '../../../kernel/store/storage.js';
import { ledgerWorld, type LedgerWorld } from '../../support/ledger-world.js';

const nameOf = (n: number): string => `account:a${String(n).padStart(6, '0')}`;
const storage = { kind: 'storage', subject: 'v0', gen: 1 };
const settings = { memoryLimitBytes: null, computronsPerDelivery: null, computeBalance: null };

function inStep(state: KernelState, change: () => void): void {
  beginStep(state);
  change();
  closeStep(state, 'intake');
}

/** So many accounts; the first has vat v0, which stores 1 byte, and as many more vats as are wanted. */
async function stateWith(accounts: number, vats = 1): Promise<KernelState> {
  const state = makeKernelState(await KernelStorage.open(new MemoryBacking()));
  const ledger = ledgerOf(state);
  inStep(state, () => {
    openCollection(ledger, 'chain', '');
    for (let n = 0; n < accounts; n += 1) openCollection(ledger, nameOf(n), 'chain');
    for (let n = 0; n < vats; n += 1) {
      openCollection(ledger, `v${n}`, nameOf(0));
      charge(ledger, { kind: 'vat', subject: `v${n}`, gen: 1 }, `v${n}`, { vats: 1n, worker_memory: BigInt(n + 1) }, '1 test');
    }
    charge(ledger, storage, 'v0', { storage_bytes: 1n }, '1 test');
  });
  state.rows.committed();
  return state;
}

const poke = (state: KernelState, id: string, text: string): void => inStep(state, () => state.rows.set(keys.ledgerCounters + id, text));

/** One run's audit, sliced, and the commit after it; collections that it found wrong. */
function audited(state: KernelState): readonly string[] {
  state.outbound.length = 0;
  auditRun(state, 0);
  state.rows.committed();
  return state.outbound.flatMap(op => (op.kind === 'ledger-fault' ? [op.collection] : []));
}

function readsOf(state: KernelState, act: () => void): number {
  const get = mock.method(state.rows, 'get');
  act();
  const reads = get.mock.callCount();
  get.mock.restore();
  return reads;
}

test('collections count as rows do, and a run looks at what it touched and a slice, not at all accounts', async () => {
  const state = await stateWith(20_000);
  auditRun(state);
  assert.notEqual(state.rows.get(keys.ledgerCursor), undefined, 'too many for all at once');
  state.rows.committed();
  inStep(state, () => void settle(ledgerOf(state), storage, { storage_bytes: 5n }));
  const reads = readsOf(state, () => assert.deepEqual(audited(state), []));
  assert(reads < 5_000, `${reads} rows are read`);
});

test('the chain is wrong: at once where a run made it so, else when the slices have been around', async () => {
  const atOnce = await stateWith(300);
  poke(atOnce, 'chain', '1 0 1 0 9 0');
  assert.deepEqual(audited(atOnce), ['chain']);
  const later = await stateWith(300);
  poke(later, 'chain', '1 0 1 0 9 0');
  later.rows.committed();
  const found: string[] = [];
  for (let run = 0; run < 202; run += 1) {
    inStep(later, () => void settle(ledgerOf(later), storage, { storage_bytes: BigInt(run + 2) }));
    found.push(...audited(later));
  }
  assert.deepEqual(found, ['chain'], 'told once');
});

test('while accounts come, go and grow on both sides of the slice, a sound ledger is sound in every run, and all accounts are never summed up', async () => {
  const state = await stateWith(2000);
  const ledger = ledgerOf(state);
  let most = 0;
  for (let run = 0; run < 250; run += 1) {
    inStep(state, () => {
      settle(ledger, storage, { storage_bytes: BigInt((run * 7) % 50) });
      const account = nameOf((run * 37) % 4000);
      openCollection(ledger, account, 'chain');
      charge(ledger, { kind: 'bundle', subject: `b${run}`, gen: 1 }, account, { bundle_bytes: BigInt(run + 1) }, '1 test');
    });
    most = Math.max(most, readsOf(state, () => assert.deepEqual(audited(state), [], `run ${run}`)));
  }
  assert(most < 1500, `${most} rows are read`);
});

test('what is reconciled makes no fault above it', async () => {
  const state = await stateWith(300);
  poke(state, nameOf(0), '1 0 1 0 9 0');
  assert.deepEqual(audited(state), [nameOf(0)]);
  inStep(state, () => assert.equal(reconcileCollection(state, nameOf(0))?.length, 1));
  for (let run = 0; run < 202; run += 1) assert.deepEqual(audited(state), []);
});

test('who is refused again and again costs the same with a thousand vats as with eleven, and is advised while the vats are few', async () => {
  const ledger = { ...defaultParams.ledger, accountQuotas: { worker_memory: 10n } };
  const refusal = (state: KernelState): string => creationRefusal(readLedger(state.rows, ledger), { params: { ...defaultParams, ledger } }, { owner: nameOf(0).slice('account:'.length), label: 'x', settings })?.text ?? '';
  const [few, some, many] = [await stateWith(1, 3), await stateWith(1, 11), await stateWith(1, 1000)];
  assert.match(refusal(few), /Terminate or shrink a vat \(largest: v2, 3 B\), or ask/);
  assert.match(refusal(many), /Terminate or shrink a vat, or ask/);
  assert.equal(readsOf(many, () => void refusal(many)), readsOf(some, () => void refusal(some)));
});

const isOpen = (k: LedgerWorld, account: string): boolean => collectionOf(ledgerOf(k.kernel.state), accountCollection(account)) !== undefined;

test('an account that holds nothing any more, and has no limits of its own, has no collection; it may come back', async () => {
  const k = await ledgerWorld({ accountQuotas: { bundle_bytes: 500n } });
  const { state } = k.kernel;
  const end = async (account: string, name: string): Promise<void> => {
    const vat = await k.must(account, name);
    assert(isOpen(k, account));
    assert.equal(await k.refused(k.queue({ kind: 'terminate-vat', sender: account, vat, reason: '' })), undefined);
    for (let runs = 0; state.rows.get(keys.vat(vat)) !== undefined; runs += 1) {
      assert(runs < 10, 'its cleanup ends');
      await k.run();
    }
  };
  await end('alice', 'a');
  assert.equal(isOpen(k, 'alice'), false);
  await end('alice', 'b');
  assert.equal(isOpen(k, 'alice'), false, 'once more');
  await k.refused(k.limit('bob', 'vats', 5n, 0));
  await end('bob', 'a');
  assert(isOpen(k, 'bob'), 'its limit is its own');
  assert.match(await k.refused(k.limit('carol', 'vats', 5n, 3)) ?? '', /^stale/);
  inStep(state, () => {
    assert.notEqual(pinBundle(state, 'large', 501n, 'carol'), undefined);
    assert.equal(pinBundle(state, 'small', 500n, 'dave'), undefined);
    assert(isOpen(k, 'dave'));
    assert.equal(unpinBundle(state, 'small', 'dave'), 'unpinned');
  });
  assert.deepEqual([isOpen(k, 'carol'), isOpen(k, 'dave'), isOpen(k, '')], [false, false, true]);
  await k.shutdown();
});
