/** Notifies that wait for one vat are told in one delivery: which of them, in which order, and what that costs. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData, promiseRef, slotRef, type Passable } from '../../kernel/capdata.js';
import { crankBase } from '../../kernel/crank.js';
import type { DeliveryVerdict, VatDelivery, VatResolution } from '../../kernel/vat/protocol.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from '../support/kernel.js';
import { scripted, whatOf, type ScriptedEnd, type Syscall } from '../support/kernel-scripted.js';

type Told = { readonly delivery: VatDelivery; readonly meterTimes: number };

/**
 * `asker` sends so many messages to `decider` and waits for each: its promises are p+11, p+12 …, which the decider knows as
 * p-60, p-61 …. A message to `decider` that names a list of numbers fulfills those, in that order, to what `values` says.
 */
type World = { readonly k: TestKernel; readonly told: Told[]; release(...numbers: number[]): Promise<void> };

type Values = Readonly<Record<number, Passable | ((name: (other: number) => Passable) => Passable)>>;

async function makeWorld(count: number, values: Values = {}, endOfNotify?: ScriptedEnd, options: TestKernelOptions = {}): Promise<World> {
  const told: Told[] = [];
  const asker = scripted(async (delivery, syscall, meterTimes = 1) => {
    if (delivery[0] === 'message' && whatOf(delivery) === 'ask') await ask(count, syscall);
    if (delivery[0] === 'notify') return endOfNotify;
    if (delivery[0] === 'message' && whatOf(delivery) === 'hello') told.push({ delivery, meterTimes });
    return undefined;
  });
  const listening = () => {
    const vat = asker();
    return {
      deliver: (delivery: VatDelivery, syscall: Syscall, meterTimes = 1) => {
        if (delivery[0] === 'notify') told.push({ delivery, meterTimes });
        return vat.deliver(delivery, syscall, meterTimes);
      },
    };
  };
  const k = await makeTestKernel({ scripts: { asker: listening, decider: makeDecider(values) }, ...options });
  for (const name of ['decider', 'other']) await k.outcome(k.createVat('alice', 'decider', name));
  await k.outcome(k.createVat('alice', 'asker', 'asker', [slotRef('decider'), slotRef('other')]));
  k.invoke('alice', 'asker', 'ask');
  await k.run();
  const release = async (...numbers: number[]): Promise<void> => {
    k.invoke('alice', 'decider', 'release', numbers);
    await k.run();
  };
  return { k, told, release };
}

async function ask(count: number, syscall: Syscall): Promise<void> {
  for (let number = 1; number <= count; number += 1) {
    await syscall(['send', number > 100 ? 'o-51' : 'o-50', { methargs: encodeCapData(['hold', []]), result: `p+${number + 10}` }]);
    await syscall(['subscribe', `p+${number + 10}`]);
  }
}

function makeDecider(values: Values): ReturnType<typeof scripted> {
  return () => {
    const held: string[] = [];
    return {
      deliver: async (delivery, syscall) => {
        if (delivery[0] !== 'message') return undefined;
        const { methargs, result } = delivery[2];
        const [method, args] = JSON.parse(methargs.body.slice(1)) as [string, number[]];
        if (method === 'hold') held.push(result as string);
        if (method !== 'release') return undefined;
        const name = (number: number): string => held[number - 1] as string;
        await syscall(['resolve', args.map((number): VatResolution => [name(number), false, dataOf(values[number] ?? number, other => promiseRef(name(other)))])]);
        return undefined;
      },
    };
  };
}

function dataOf(value: Values[number], name: (other: number) => Passable): VatResolution[2] {
  return encodeCapData(typeof value === 'function' ? value(name) : value);
}

/** The promises of each delivery, by their numbers. */
const numbersOf = (told: readonly Told[]): number[][] => told.map(({ delivery }) => (delivery[0] === 'notify' ? delivery[1].map(([vpid]) => Number(vpid.slice(2)) - 10) : []));
const timesOf = (told: readonly Told[]): number[] => told.map(({ meterTimes }) => meterTimes);

test('the golden delivery: in the order of the queue, each promise once, with what it leads to', async () => {
  const { k, told, release } = await makeWorld(4, { 2: name => [name(3), 'two'], 3: name => [name(2), name(4)] });
  await release(1, 2, 3);
  assert.deepEqual(told, [{
    delivery: ['notify', [
      ['p+11', false, { body: '#1', slots: [] }],
      ['p+12', false, { body: '#["&0","two"]', slots: ['p+13'] }],
      ['p+13', false, { body: '#["&0","&1"]', slots: ['p+12', 'p+14'] }],
    ]],
    meterTimes: 2,
  }]);
  assert.equal([...k.kernel.state.rows.below('q.')].length, 0);
});

test('at most sixteen join', async () => {
  const { told, release } = await makeWorld(35);
  const all = Array.from({ length: 35 }, (_, index) => index + 1);
  await release(...all);
  assert.deepEqual(numbersOf(told), [all.slice(0, 16), all.slice(16, 32), all.slice(32)]);
  assert.deepEqual(timesOf(told), [16, 16, 3]);
});

test('together they have at most 256 KiB of data, and what has more goes alone', async () => {
  const of = (units: number): string => 'x'.repeat(units - '#""'.length);
  const { told, release } = await makeWorld(8, { 1: of(100_000), 2: of(262_144 - 100_000), 3: of(1000), 4: of(300_000), 5: of(262_000), 6: of(144), 7: of(3) });
  await release(1, 2, 3, 4, 5, 6, 7, 8);
  assert.deepEqual(numbersOf(told), [[1, 2], [3], [4], [5, 6], [7, 8]]);
});

test('what joins brings all that it leads to, or does not join', async () => {
  const long = 'x'.repeat(200_000);
  const { told, release } = await makeWorld(3, { 1: long, 2: name => [name(3)], 3: long });
  await release(1, 2, 3);
  assert.deepEqual(numbersOf(told), [[1], [2, 3]]);
  assert.deepEqual(timesOf(told), [1, 1]);
});

test('a message between two notifies keeps its place', async () => {
  const { k, told } = await makeWorld(3, {}, undefined, { params: { roundWidth: 1 } });
  k.invoke('alice', 'decider', 'release', [1, 2]);
  k.invoke('alice', 'asker', 'hello');
  k.invoke('alice', 'decider', 'release', [3]);
  await k.run();
  assert.deepEqual(told.map(({ delivery }) => (delivery[0] === 'notify' ? delivery[1].length : whatOf(delivery))), [2, 'hello', 1]);
});

test('an item that changes vats is not passed', async () => {
  const { k, told } = await makeWorld(102);
  k.invoke('alice', 'decider', 'release', [1]);
  k.invoke('alice', 'decider.admin', 'setOptions', [{ computronsPerDelivery: 50_000_000n }]);
  k.invoke('alice', 'other', 'release', [1]);
  await k.run();
  assert.deepEqual(numbersOf(told), [[1], [101]]);
});

test('without an item between them, notifies of two deciders join', async () => {
  const { k, told } = await makeWorld(102);
  k.invoke('alice', 'decider', 'release', [1]);
  k.invoke('alice', 'other', 'release', [1]);
  await k.run();
  assert.deepEqual(numbersOf(told), [[1, 101]]);
});

test('an item that has become void parts nobody, and goes without a delivery', async () => {
  const { k, told, release } = await makeWorld(19, { 1: name => [name(18)] });
  await release(...Array.from({ length: 19 }, (_, index) => index + 1));
  assert.deepEqual(numbersOf(told), [[1, 18, ...Array.from({ length: 15 }, (_, index) => index + 2)], [17, 19]]);
  assert.deepEqual(timesOf(told), [16, 2]);
  assert.equal([...k.kernel.state.rows.below('q.')].length, 0);
});

test('every item costs what an item costs at least, and a delivery without a count its whole limit', async () => {
  const { k } = await makeWorld(5);
  k.invoke('alice', 'decider', 'release', [1, 2, 3, 4, 5]);
  const { computrons } = await k.run();
  assert.equal(computrons, 7n * crankBase, 'an intake, a release, five notifies');
});

for (const verdict of [{ kind: 'meter', which: 'compute' }, { kind: 'error', message: 'it gives up' }] satisfies DeliveryVerdict[]) {
  test(`a vat that fails (${verdict.kind}) while it is told loses all that joined, and no reference stays`, async () => {
    const limit = 30_000_000;
    const { k, told } = await makeWorld(20, { 5: name => [name(6)] }, { verdict }, { params: { computronsPerDelivery: limit } });
    k.invoke('alice', 'decider', 'release', Array.from({ length: 20 }, (_, index) => index + 1));
    const { computrons } = await k.run();
    assert.deepEqual(timesOf(told), [15]);
    if (verdict.kind === 'meter') assert.ok(computrons >= BigInt(15 * limit) && computrons < BigInt(16 * limit), `${computrons}`);
    for (let runs = 0; runs < 3; runs += 1) await k.run(); // cleanup
    const { rows } = k.kernel.state;
    assert.equal([...rows.below('q.')].length, 0);
    assert.equal([...rows.below('pd.')].length, 0, 'no settled promise remains');
  });
}

test('a replay passes the number on', async () => {
  const { k, told, release } = await makeWorld(3);
  await release(1, 2, 3);
  const again = await k.reopen();
  await again.outcome(again.invoke('alice', 'asker.admin', 'getUsage'));
  again.invoke('alice', 'asker', 'hello');
  await again.run();
  assert.deepEqual(timesOf(told), [3, 3, 1]);
  assert.deepEqual(told[1], told[0]);
});

test('a real vat hears of all that joined, and is brought back', async () => {
  let k = await makeTestKernel({ vats: ['promiser'] });
  try {
    await k.outcome(k.createVat('alice', 'promiser', 'far'));
    await k.outcome(k.createVat('alice', 'promiser', 'near'));
    const calls = Array.from({ length: 20 }, () => k.invoke('alice', 'near', 'call', [slotRef('far'), 'give', 'x']));
    await k.run();
    await k.outcome(k.invoke('alice', 'far', 'resolve', ['x', 'done']));
    for (const id of calls) assert.equal((await k.outcome(id)).result.body, '#"done"');
    k = await k.reopen();
    assert.equal((await k.outcome(k.invoke('alice', 'near', 'call', [slotRef('far'), 'give', 'x']))).result.body, '#"done"');
  } finally {
    await k.shutdown();
  }
});
