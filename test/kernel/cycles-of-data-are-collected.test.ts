/** Settled promises that name each other hold themselves; what nothing else holds goes, and what something holds stays. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData, promiseRef, slotRef } from '../../kernel/capdata.js';
import type { VatDelivery, VatSyscall } from '../../kernel/vat/protocol.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from '../support/kernel.js';
import { makeRandom } from '../support/kernel-random.js';
import { scripted, whatOf, type Script } from '../support/kernel-scripted.js';

type Deed = (args: readonly number[], delivery: VatDelivery) => readonly VatSyscall[];

/** Does what a method says, then answers unless that did. */
function doing(deeds: Readonly<Record<string, Deed>>): Script {
  return async (delivery, syscall) => {
    if (delivery[0] !== 'message') return;
    const [, args] = JSON.parse(delivery[2].methargs.body.slice(1)) as [string, number[]];
    const syscalls = deeds[whatOf(delivery)]?.(args, delivery) ?? [];
    for (const one of syscalls) await syscall(one);
    const { result } = delivery[2];
    const isAnswered = syscalls.some(one => one[0] === 'resolve' && one[1].some(([vpid]) => vpid === result));
    if (result && !isAnswered) await syscall(['resolve', [[result, false, encodeCapData(undefined)]]]);
  };
}

/** p+first … in a ring, each of them naming the next. */
const ring = (first: number, size: number): VatSyscall =>
  ['resolve', Array.from({ length: size }, (_, at) => [`p+${first + at}`, false, encodeCapData([promiseRef(`p+${first + ((at + 1) % size)}`)])] as const)];

/** Subscribes to every promise that it is given. */
const hears: Script = async (delivery, syscall) => {
  const told = delivery[0] === 'notify' ? delivery[1].map(([vpid]) => vpid) : [];
  const slots = delivery[0] === 'message' ? delivery[2].methargs.slots : delivery[0] === 'notify' ? delivery[1].flatMap(([, , data]) => data.slots) : [];
  for (const slot of new Set(slots)) if (slot.startsWith('p') && !told.includes(slot)) await syscall(['subscribe', slot]);
};

async function kernelOf(deeds: Readonly<Record<string, Deed>>, options: TestKernelOptions = {}): Promise<TestKernel> {
  const k = await makeTestKernel({ scripts: { vat: scripted(doing(deeds)), quiet: scripted(hears) }, ...options });
  await k.outcome(k.createVat('alice', 'quiet', 'quiet'));
  await k.outcome(k.createVat('alice', 'vat', 'vat', [slotRef('quiet')]));
  return k;
}

const promises = (k: TestKernel): number => [...k.kernel.state.rows.below('p.')].length;
const searchRows = (k: TestKernel): number => ['cc.', 'cn.', 'cw.'].flatMap(prefix => [...k.kernel.state.rows.below(prefix)]).length;

/** Runs until nothing is left to look for; returns in how many runs. */
async function settle(k: TestKernel): Promise<number> {
  for (let runs = 1; runs <= 1000; runs += 1) {
    await k.run();
    if (searchRows(k) === 0 && k.kernel.state.rows.first('q.') === undefined) return runs;
  }
  throw new Error('the search for cycles does not end');
}

for (const size of [1, 2, 1000]) {
  test(`a ring of ${size} that nobody holds is gone`, async () => {
    const k = await kernelOf({ make: () => [ring(10, size)] });
    await k.outcome(k.invoke('alice', 'vat', 'make'));
    await settle(k);
    assert.equal(promises(k), 0);
    assert.deepEqual([...k.kernel.state.rows.below('pd.')], []);
  });
}

test('a long ring goes over many runs, a bounded part in each', async () => {
  const k = await kernelOf({
    make: () => [['send', 'p+5', { methargs: encodeCapData(['take', [promiseRef('p+10')]]), result: null }], ring(10, 1000)],
    end: () => [letGo(5, false)],
  }, { params: { cleanupBudget: 50 } });
  await k.outcome(k.invoke('alice', 'vat', 'make')); // whoever makes it pays for a search, which finds it held
  await settle(k);
  await k.outcome(k.invoke('alice', 'vat', 'end'));
  let most = 0;
  let runs = 0;
  for (; searchRows(k) > 0; runs += 1) {
    const before = promises(k);
    await k.run();
    most = Math.max(most, before - promises(k));
  }
  assert.equal(promises(k), 0);
  assert.ok(runs > 50 && most <= 50, `${runs} runs, at most ${most} in one`);
});

test('a ring that a waiting message names stays until the message is gone', async () => {
  const k = await kernelOf({
    make: () => [
      ['send', 'p+5', { methargs: encodeCapData(['take', [promiseRef('p+10')]]), result: null }],
      ring(10, 3),
    ],
    end: () => [['resolve', [['p+5', true, encodeCapData('over')]]]],
  });
  await k.outcome(k.invoke('alice', 'vat', 'make'));
  await settle(k);
  assert.equal(promises(k), 4);
  await k.outcome(k.invoke('alice', 'vat', 'end'));
  await settle(k);
  assert.equal(promises(k), 0);
});

test('a ring that goes through how a vat ended is gone with the facet', async () => {
  const k = await kernelOf({ end: (_args, delivery) => [
    ['resolve', [['p+10', false, encodeCapData([slotRef(slotOf(delivery, 0))])]]],
    ['send', slotOf(delivery, 0), { methargs: encodeCapData(['done', []]), result: null }],
    ['exit', false, encodeCapData([slotRef(slotOf(delivery, 0))])],
  ] });
  await k.outcome(k.invoke('alice', 'vat', 'end', [slotRef('vat.admin')]));
  await k.run();
  for (const name of ['vat', 'vat.admin']) await k.outcome(k.queue({ kind: 'drop', sender: 'alice', name }));
  for (let runs = 0; runs < 5; runs += 1) await k.run();
  assert.deepEqual([...k.kernel.state.rows.below('os.')].filter(([, text]) => text.includes('"v2"')), []);
  assert.equal(searchRows(k), 0);
});

test('what is reached anew while a search is under way stays, at whatever point of it', async () => {
  for (let delay = 0; delay < 16; delay += 1) {
    const k = await kernelOf({
      end: (_args, delivery) => [['exit', false, encodeCapData([slotRef(slotOf(delivery, 0))])]],
      keep: (_args, delivery) => [
        ...['p+5', 'p+6'].map(target => ['send', target, { methargs: encodeCapData(['take', [promiseRef('p+20')]]), result: null }] as const),
        ['resolve', [['p+20', false, encodeCapData([slotRef(slotOf(delivery, 0))])]]],
        ['dropImports', [slotOf(delivery, 0)]],
      ],
      ease: () => [letGo(6, false)],
      give: () => [letGo(5, true)],
    }, { params: { cleanupBudget: 1 } });
    await k.outcome(k.createVat('alice', 'vat', 'ended'));
    await k.outcome(k.invoke('alice', 'ended', 'end', [slotRef('ended.admin')]));
    for (let runs = 0; runs < 30; runs += 1) await k.run();
    await k.outcome(k.invoke('alice', 'vat', 'keep', [slotRef('ended.admin')]));
    await settle(k);
    k.invoke('alice', 'vat', 'ease');
    await k.outcome(k.queue({ kind: 'drop', sender: 'alice', name: 'ended.admin' }));
    for (let runs = 0; runs < delay; runs += 1) await k.run();
    await k.outcome(k.invoke('alice', 'vat', 'give'));
    await settle(k);
    assert.equal([...k.kernel.state.rows.below('os.')].filter(([, text]) => text.includes('"v3"') && text.includes('"exit"')).length, 1);
  }
});

function slotOf(delivery: VatDelivery, at: number): string {
  const slot = delivery[0] === 'message' ? delivery[2].methargs.slots[at] : undefined;
  assert(slot);
  return slot;
}

test('a vat that makes rings for ever leaves nothing', async () => {
  const k = await kernelOf({ make: ([at = 0]) => [ring(10 + 40 * at, 40)] });
  for (let at = 0; at < 3; at += 1) await k.outcome(k.invoke('alice', 'vat', 'make', [at]));
  await settle(k);
  const rows = countRows(k);
  for (let at = 3; at < 60; at += 1) await k.outcome(k.invoke('alice', 'vat', 'make', [at]));
  await settle(k);
  assert.equal(countRows(k), rows);
});

/** All but the counters of numbers, each of which is written when it is first used. */
function countRows(k: TestKernel): number {
  return [...'abcdefghijklmnopqrstuvwxyz'].flatMap(letter => [...k.kernel.state.rows.below(letter)].filter(([key]) => !key.startsWith('next.'))).length;
}

test('settling into a ring while it is searched is noticed, whatever the pieces of the search', async () => {
  for (let seed = 1; seed <= 60; seed += 1) await playWithRings(`rings ${seed}`);
});

/** What waits for the promise goes on to another vat, or nowhere. */
const letGo = (n: number, isSent: boolean): VatSyscall => ['resolve', [[`p+${n}`, !isSent, encodeCapData(isSent ? slotRef('o-50') : 'let go')]]];

/**
 * A vat that settles promises to each other at random and holds some by messages that wait, searched in small pieces.
 * After each run what is there must reach from what is held; at the end nothing may be held by itself alone.
 */
async function playWithRings(seed: string): Promise<void> {
  const random = makeRandom(seed);
  const size = 30;
  const open = Array.from({ length: size }, (_, at) => 100 + at);
  const plan: VatSyscall[][] = [];
  const keepers: number[] = [];
  for (let at = 0; open.length > 0; at += 1) {
    const step: VatSyscall[] = [];
    const batch = open.splice(random.below(open.length), 1 + random.below(3));
    const resolutions = batch.map(n => [`p+${n}`, random.once(3), encodeCapData(['data', ...Array.from({ length: random.below(3) }, () => open.length > 0 && !random.once(3) ? random.pick(open) as number : random.pick(batch) as number).map(target => promiseRef(`p+${target}`))])] as const);
    if (random.once(2)) {
      keepers.push(1000 + at);
      step.push(['send', `p+${1000 + at}`, { methargs: encodeCapData(['keep', [promiseRef(`p+${random.pick([...batch, ...open]) as number}`)]]), result: null }]);
    }
    step.push(['resolve', resolutions]);
    if (keepers.length > 0 && random.once(2)) step.push(letGo(keepers.splice(random.below(keepers.length), 1)[0] as number, random.once(2)));
    plan.push(step);
  }
  plan.push(keepers.map(n => letGo(n, true)));
  const k = await kernelOf({ go: ([at = 0]) => plan[at] ?? [] }, { params: { cleanupBudget: 1 + random.below(6), computronsPerRun: 20_000n } });
  for (let at = 0; at < plan.length; at += 1) {
    await k.outcome(k.invoke('alice', 'vat', 'go', [at]));
    for (let runs = random.below(4); runs > 0; runs -= 1) await k.run();
  }
  await settle(k);
  assert.equal(promises(k), 0, seed);
}

test('what comes to lead on while a search is under way is left to the next one', async () => {
  const holding = (waits: number, held: number): VatSyscall => ['send', `p+${waits}`, { methargs: encodeCapData(['take', [promiseRef(`p+${held}`)]]), result: null }];
  const names = (held: number, named: number): VatSyscall => ['resolve', [[`p+${held}`, false, encodeCapData([promiseRef(`p+${named}`)])]]];
  // 20 is named by 10, which the search meets first, and by 3000, which it meets last; between them is a long ring.
  const k = await kernelOf({
    make: () => [holding(1, 10), holding(2, 10), holding(9, 20), names(10, 20), holding(3, 100), holding(4, 100), ring(100, 300), holding(5, 3000), holding(6, 3000), names(3000, 20)],
    touch: () => [letGo(1, false), letGo(3, false), letGo(5, false)],
    settle: () => [names(20, 21)],
    end: () => [letGo(2, false), letGo(6, false)],
    rest: () => [letGo(4, false), letGo(9, false), ['resolve', [['p+21', false, encodeCapData('over')]]]],
  }, { params: { cleanupBudget: 10 } });
  const phase = (): string | undefined => k.kernel.state.rows.get('cy')?.split(' ')[1];
  await k.outcome(k.invoke('alice', 'vat', 'make'));
  await settle(k);
  await k.outcome(k.invoke('alice', 'vat', 'touch'));
  assert.equal(phase(), 'count');
  await k.outcome(k.invoke('alice', 'vat', 'settle'));
  assert.equal(phase(), 'count');
  while (phase() === 'count') await k.run();
  await k.outcome(k.invoke('alice', 'vat', 'end'));
  assert.equal(phase(), 'check');
  await k.outcome(k.invoke('alice', 'vat', 'rest'));
  await settle(k);
  assert.equal(promises(k), 0);
});
