import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { actionState, type Action } from '../../../app/client/index.js';
import { addressText, moduleAddress } from '../../../chain/index.js';
import { resolveTo, script } from './puppet.js';
import { invoke, msg, startTestApp, type Person, type TestApp } from './support.js';

const kernelAddress = addressText(moduleAddress('kernel'));
let app: TestApp;
let ann: Person;
let ben: Person;

before(async () => {
  app = await startTestApp({ sendDisabled: ['uoff'], kernelState: { params: { cleanup_budget: 1000, reap_interval: 1 } } });
  [ann, ben] = [app.people[0]!, app.people[1]!];
  for (const [person, name] of [[ann, 'p'], [ann, 'q'], [ann, 'purseless']] as const) {
    await app.outcome(await app.act(person, 'MsgCreateVat', { owner: person.address, bundleId: app.bundleId, label: name, saveAs: name }));
  }
  await app.outcome(await call('home.bank', 'makePurse', '#["uwind"]', [], { saveAs: 'purse' }));
  await app.outcome(await call('home.bank', 'makePurse', '#["ufoo"]', [], { saveAs: 'foo-purse' }));
});
after(() => app.end());

const uwind = (amount: bigint | string) => [{ denom: 'uwind', amount: String(amount) }];
const call = (target: string, method: string, body: string, slots: readonly string[] = [], more: object = {}) =>
  app.act(ann, 'MsgInvoke', { sender: ann.address, target, method, args: { body, slots }, saveAs: '', funds: [], ...more });
const settled = async (target: string, method: string, body: string, slots: readonly string[] = [], more: object = {}): Promise<Action> =>
  app.outcome(await call(target, method, body, slots, more));
const held = () => app.balance(kernelAddress);
const fee = 5000n;

/** What `work` costs ann besides fees, and what it adds to the kernel's account. */
async function moved(work: () => Promise<unknown>): Promise<{ ann: bigint; kernel: bigint }> {
  const [balance, kernel, sequence] = [await app.balance(ann.address), await held(), ann.sequence];
  await work();
  for (let block = 0; block < 4; block += 1) await app.block();
  return { ann: (await app.balance(ann.address)) - balance + fee * BigInt(ann.sequence - sequence), kernel: (await held()) - kernel };
}

const nothing = { ann: 0n, kernel: 0n };

test('funds of an action that the block refuses stay where they are', async () => {
  const change = await moved(() => app.send(ann, [invoke(ann, 'nobody', 'go', undefined, { funds: uwind(100n) })]));
  assert.deepEqual(change, nothing);
});

test('funds of an action that is refused at intake come back', async () => {
  const change = await moved(async () => {
    const { txResults } = await app.block([
      await ann.sign([msg('MsgGrantCapability', { sender: ann.address, name: 'q', recipient: ann.address, saveAs: 'gone' })]),
      await ann.sign([msg('MsgDropCapability', { sender: ann.address, name: 'q' })]),
      await ann.sign([invoke(ann, 'q', 'go', undefined, { funds: uwind(100n), saveAs: 'never' })]),
    ]);
    assert.deepEqual(txResults.map(({ code }) => code), [0, 0, 0]);
  });
  assert.deepEqual(change, nothing);
  const again = await settled('home.timer', 'now', '#[]', [], { saveAs: 'never' });
  assert.equal(again.state, actionState.fulfilled, 'its name was released');
});

test('compute is paid for at its price, and what is over or comes to nothing goes back', async () => {
  const collected = async (): Promise<bigint> => (await app.balance(addressText(moduleAddress('fee_collector')))) + (await app.balance(addressText(moduleAddress('distribution'))));
  const options = { memoryLimitBytes: 0n, computronsPerDelivery: 0n, computeBalance: 200_000n };
  await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'bounded', saveAs: 'bounded', options }));
  const { vats } = await app.ask<{ vats: { vatId: string; label: string; computronsUsed: bigint; state: number }[] }>('Vats', { owner: ann.address });
  const { vatId } = vats.find(({ label }) => label === 'bounded') as { vatId: string };
  const stateNow = async (): Promise<number> => (await app.ask<{ vat: { state: number } }>('Vat', { vatId })).vat.state;
  for (let calls = 0; calls < 6; calls += 1) await call('bounded', 'go', '#[]');
  for (let block = 0; block < 3; block += 1) await app.block();
  assert.equal(await stateNow(), 2, 'it is paused');
  const resume = (addCompute: bigint, amount: bigint) => msg('MsgResumeVat', { owner: ann.address, vatId, addCompute, maxPrice: uwind(amount)[0] });
  const [earned, sequence] = [await collected(), ann.sequence];
  assert.deepEqual(await moved(() => app.send(ann, [resume(1_500_000n, 100n)])), { ann: -2n, kernel: 0n });
  assert.equal(await collected() - earned - fee * BigInt(ann.sequence - sequence), 2n);
  assert.equal(await stateNow(), 1, 'it runs');
  const late = await moved(async () => {
    const end = await ann.sign([msg('MsgTerminateVat', { owner: ann.address, vatId, reason: 'enough' })]);
    const { txResults } = await app.block([end, await ann.sign([resume(1_500_000n, 100n)])]);
    assert.deepEqual(txResults.map(({ code }) => code), [0, 0]);
  });
  assert.deepEqual(late, { ann: -2n, kernel: 0n }, 'a resume is done at intake, before an end that is queued');
});

test('a payment that nobody keeps comes back: from a vat, a service, or after a rejected call', async () => {
  assert.deepEqual(await moved(() => settled('home.timer', 'now', '#[]', [], { funds: uwind(7n) })), nothing, 'a service that takes no payment');
  assert.deepEqual(await moved(() => settled('purse', 'withdraw', '#["+1000"]', [], { funds: uwind(7n) })), nothing, 'a call that is rejected');
  assert.deepEqual(await moved(() => settled('purse', 'nonsense', '#[]', [], { funds: uwind(7n) })), nothing, 'a method that is not there');
  const dropped = script([['dropImports', ['@0']], ['retireImports', ['@0']]]);
  assert.deepEqual(await moved(() => settled('p', 'go', dropped.body, [], { funds: uwind(7n) })), nothing, 'a vat that drops it');
  const illegal = script([['send', 'o-99999', { methargs: { body: '#["x",[]]', slots: [] }, result: null }]]);
  assert.deepEqual(await moved(() => settled('purseless', 'go', illegal.body, [], { funds: uwind(7n) })), nothing, 'a crank that is aborted');
  assert.deepEqual(await moved(() => settled('purseless', 'go', '#[]', [], { funds: uwind(7n) })), nothing, 'a vat that has ended');
});

test('a payment is deposited once, into a purse of its denom, whoever holds it', async () => {
  const both = await moved(async () => {
    const payment = await settled('p', 'go', script([resolveTo('#"$0"', ['@0']), ['dropImports', ['@0']], ['retireImports', ['@0']]]).body, [], { funds: uwind(50n), saveAs: 'held' });
    assert.equal(payment.state, actionState.fulfilled);
  });
  assert.deepEqual(both, { ann: -50n, kernel: 50n }, 'the vat returned the payment, and it was filed');
  assert.deepEqual(await moved(() => app.act(ann, 'MsgDropCapability', { sender: ann.address, name: 'held' })), { ann: 50n, kernel: -50n });
  const kept = await moved(() => settled('purse', 'deposit', '#[]', [], { funds: uwind(50n) }));
  assert.deepEqual(kept, { ann: -50n, kernel: 50n });
  assert.equal((await settled('purse', 'withdraw', '#["+20"]', [], { saveAs: 'coin' })).state, actionState.fulfilled);
  assert.equal((await settled('foo-purse', 'deposit', '#["$0"]', ['coin'])).state, actionState.rejected);
  const twice = await app.block([
    await ann.sign([invoke(ann, 'purse', 'deposit', { body: '#["$0"]', slots: ['coin'] })]),
    await ann.sign([invoke(ann, 'purse', 'deposit', { body: '#["$0"]', slots: ['coin'] })]),
  ]);
  assert.deepEqual(twice.txResults.map(({ code }) => code), [0, 0]);
  for (let block = 0; block < 3; block += 1) await app.block();
  assert.deepEqual((await settled('purse', 'balance', '#[]')).result?.body, '#"+50"');
  assert.equal((await settled('purse', 'deposit', '#["$0"]', ['purse'])).state, actionState.rejected);
  assert.equal((await settled('purse', 'deposit', '#["$0"]', ['p'])).state, actionState.rejected);
});

test('no number makes coins', async () => {
  for (const number of ['"+0"', '"-1"', '"+51"', '"+340282366920938463463374607431768211456"', '1', '"1"', 'null', '"#NaN"', '[]', '"#undefined"']) {
    assert.equal((await settled('purse', 'withdraw', `#[${number}]`)).state, actionState.rejected, number);
    assert.equal((await settled('purse', 'sendTo', `#["${ben.address}",${number}]`)).state, actionState.rejected, number);
  }
  assert.deepEqual((await settled('purse', 'balance', '#[]')).result?.body, '#"+50"');
});

test('coins are sent to accounts only, never to modules, and one may pay oneself', async () => {
  for (const to of [kernelAddress, addressText(moduleAddress('fee_collector')), 'windlass1', ann.address.toUpperCase(), ` ${ann.address}`]) {
    assert.equal((await settled('purse', 'sendTo', `#[${JSON.stringify(to)},"+1"]`)).state, actionState.rejected, to);
  }
  assert.deepEqual(await moved(() => settled('purse', 'sendTo', `#["${ann.address}","+5"]`)), { ann: 5n, kernel: -5n });
  const stranger = addressText(new Uint8Array(32).fill(9));
  await settled('purse', 'sendTo', `#["${stranger}","+5"]`);
  assert.equal(await app.balance(stranger), 5n);
});

test('a purse that is dropped gives back what it holds', async () => {
  await settled('home.bank', 'makePurse', '#["uwind"]', [], { saveAs: 'second' });
  await settled('second', 'deposit', '#[]', [], { funds: uwind(30n) });
  assert.deepEqual(await moved(() => app.act(ann, 'MsgDropCapability', { sender: ann.address, name: 'second' })), { ann: 30n, kernel: -30n });
});

test('payments and purses that a vat holds come back when it ends', async () => {
  await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'r', saveAs: 'r' }));
  await settled('home.bank', 'makePurse', '#["uwind"]', [], { saveAs: 'third' });
  await settled('third', 'deposit', '#[]', [], { funds: uwind(30n) });
  await settled('r', 'go', '#["[]","$0"]', ['third'], { funds: uwind(11n) });
  await app.act(ann, 'MsgDropCapability', { sender: ann.address, name: 'third' });
  const change = await moved(() => settled('r.admin', 'terminate', '#["enough"]'));
  assert.deepEqual(change, { ann: 41n, kernel: -41n });
});

test('nobody sends to the kernel by message', async () => {
  const coins = uwind(5n);
  const send = { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: ann.address, toAddress: kernelAddress, amount: coins } };
  const many = { typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend', value: { inputs: [{ address: ann.address, coins }], outputs: [{ address: kernelAddress, coins }] } };
  for (const message of [send, many]) {
    const { codespace, code } = await app.send(ann, [message]);
    assert.deepEqual([codespace, code], ['sdk', 4]);
  }
});

test('bad funds are refused', async () => {
  const list: readonly (readonly { denom: string; amount: string }[])[] = [
    uwind('0'), uwind('-1'), uwind('01'), uwind('1.5'), uwind(`1${'0'.repeat(77)}`), [...uwind('1'), ...uwind('1')], [...uwind('1'), { denom: 'ufoo', amount: '1' }], [{ denom: 'u', amount: '1' }],
  ];
  for (const funds of list) {
    const { codespace, code } = await app.send(ann, [invoke(ann, 'p', 'go', undefined, { funds })]);
    ann.sequence -= 1;
    assert.deepEqual([codespace, code], ['sdk', 10], JSON.stringify(funds));
  }
  const tooMuch = await app.send(ann, [invoke(ann, 'p', 'go', undefined, { funds: uwind('9'.repeat(77)) })]);
  assert.deepEqual([tooMuch.codespace, tooMuch.code], ['sdk', 5]);
  const off = await app.send(ann, [invoke(ann, 'p', 'go', undefined, { funds: [{ denom: 'uoff', amount: '1' }] })]);
  assert.deepEqual([off.codespace, off.code], ['bank', 5]);
});
