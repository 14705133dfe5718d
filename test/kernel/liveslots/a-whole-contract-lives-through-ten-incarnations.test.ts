/** Durable kinds with facets and guards, collections, watched promises: all that a contract may keep, in real workers, across upgrades and paging. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { slotRef } from '../../../kernel/capdata.js';
import { activityHash, readProgress, type VatId } from '../../../kernel/index.js';
import { makeTestKernel, type TestKernel } from '../../support/kernel.js';

const open: TestKernel[] = [];
after(() => Promise.all(open.map(kernel => kernel.shutdown())));

const whole = 'v1' as VatId;

type Tell = (id: bigint) => Promise<string>;
type Story = { readonly activity: string; readonly answers: readonly string[]; readonly k: TestKernel };

/** Alice keeps what she has through all the incarnations; after each delivery `between` may do something to the host. */
async function story(incarnations: number, between: (k: TestKernel) => Promise<void>): Promise<Story> {
  const k = await makeTestKernel({ vats: ['whole', 'slow-answer'], params: { reapInterval: 7 } });
  open.push(k);
  const answers: string[] = [];
  const tell: Tell = async id => {
    const { state, result } = await k.outcome(id);
    answers.push(`${state} ${result.body}`);
    await between(k);
    return answers.at(-1) as string;
  };
  await tell(k.createVat('alice', 'whole', 'whole', { edition: 0 }));
  await tell(k.createVat('alice', 'slow-answer', 'other'));
  await tell(k.invoke('alice', 'whole', 'open', ['first'], 'account'));
  for (let edition = 1; edition <= incarnations; edition += 1) await nextIncarnation(k, tell, edition);
  await tell(k.invoke('alice', 'other', 'answer', ['at last']));
  await tell(k.invoke('alice', 'whole', 'heard'));
  await tell(k.invoke('alice', 'other', 'count'));
  return { activity: activityHash(k.kernel.state.rows), answers, k };
}

async function nextIncarnation(k: TestKernel, tell: Tell, edition: number): Promise<void> {
  await tell(k.invoke('alice', 'whole', 'credit', ['first', 5n]));
  await tell(k.invoke('alice', 'whole', 'ask', [slotRef('other'), `asked by ${edition - 1}`]));
  await tell(k.invoke('alice', 'whole', 'waitForMyself', [`own of ${edition - 1}`]));
  await tell(k.invoke('alice', 'whole', 'tell', [slotRef('other')]));
  const never = k.invoke('alice', 'whole', 'never');
  await tell(k.invoke('alice', 'whole', 'open', [`of ${edition}`], `account${edition}`));
  await tell(k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: whole, bundleId: k.bundleId('whole'), parameters: { body: `#{"edition":${edition}}`, slots: [] }, upgradeMessage: 'newer' }));
  await tell(never);
  assert.equal(await tell(k.invoke('alice', 'whole', 'edition')), `fulfilled #${edition}`);
  assert.equal(await tell(k.invoke('alice', 'account', 'balance')), `fulfilled #"+${5 * edition}"`);
  assert.equal(await tell(k.invoke('alice', `account${edition}`, 'owner')), `fulfilled #"of ${edition}"`);
  await tell(k.queue({ kind: 'drop', sender: 'alice', name: `account${edition}` }));
  await tell(k.invoke('alice', 'whole', 'isKnown', [`of ${edition}`]));
  await tell(k.invoke('alice', 'whole', 'close', [`of ${edition}`]));
}

const nothing = (): Promise<void> => Promise.resolve();

function assertHeard({ answers }: Story, incarnations: number): void {
  const heard = answers.at(-2) ?? '';
  for (let edition = 0; edition < incarnations; edition += 1) {
    assert.ok(heard.includes(`["own of ${edition}","rejected vatUpgraded ${edition}"]`), heard);
    assert.ok(heard.includes(`["asked by ${edition}","fulfilled at last"]`), heard);
  }
  assert.equal(answers.filter(answer => answer.includes('"name":"vatUpgraded"')).length, incarnations);
  assert.equal(answers.at(-1), `fulfilled #${incarnations}`); // what was sent without a result
}

test('accounts, collections and watched promises outlive ten upgrades', { timeout: 170_000 }, async () => {
  assertHeard(await story(10, nothing), 10);
});

test('a host that pages every worker out after each answer has the same history', { timeout: 170_000 }, async () => {
  const plain = await story(2, nothing);
  const paged = await story(2, k => k.kernel.warehouse.discardAll());
  assertHeard(paged, 2);
  assert.deepEqual(paged.answers, plain.answers);
  assert.equal(paged.activity, plain.activity);
});

test('what a guard does not let in is refused, and the object is as it was', async () => {
  const k = await makeTestKernel({ vats: ['whole'] });
  open.push(k);
  await k.outcome(k.createVat('alice', 'whole', 'whole'));
  await k.outcome(k.invoke('alice', 'whole', 'open', ['first'], 'account'));
  assert.match((await k.outcome(k.invoke('alice', 'whole', 'credit', ['first', 'much']))).result.body, /Must be a bigint/);
  assert.match((await k.outcome(k.invoke('alice', 'account', 'credit', [5n]))).result.body, /has no method/);
  assert.equal((await k.outcome(k.invoke('alice', 'account', 'balance'))).result.body, '#"+0"');
});

test('twenty rows written and read in a delivery, again and again, stay what they should be', async () => {
  const k = await makeTestKernel({ vats: ['whole'], params: { reapInterval: 3 } });
  open.push(k);
  await k.outcome(k.createVat('alice', 'whole', 'whole'));
  for (let round = 1; round <= 8; round += 1) {
    assert.equal((await k.outcome(k.invoke('alice', 'whole', 'work', [20]))).result.body, `#"+${20 * round}"`);
    if (round % 3 === 0) await k.kernel.warehouse.discardAll();
  }
  assert.ok(readProgress(k.kernel.state.rows, whole).position >= 10);
});
