import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { CapData } from '../../../kernel/capdata.js';
import { nestingDepth, nestingMax, slotRef } from '../../../kernel/capdata.js';
import type { VatSyscall } from '../../../kernel/vat/protocol.js';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { insistShallow } from '../../../kernel/worker/nesting.js';
import { makeRandom } from '../../support/worker-random.js';
import { settled, startTestVat } from '../../support/worker-kit.js';

const factory = makeXsnapWorkerFactory();
after(() => factory.shutdown());

function bodies(syscalls: readonly { readonly s: VatSyscall }[]): readonly CapData[] {
  return syscalls.flatMap(({ s }) => {
    if (s[0] === 'send') return [s[2].methargs];
    if (s[0] === 'resolve') return s[1].map(([, , data]) => data);
    return s[0] === 'exit' ? [s[2]] : [];
  });
}

// methargs wrap the arguments twice.
for (const [method, args, deepest] of [['sendDeep', [slotRef('o-60')], nestingMax - 2], ['giveDeep', [], nestingMax], ['throwDeep', [], nestingMax], ['exitDeep', [], nestingMax]] as const) {
  test(`${method}: ${deepest} levels leave, ${deepest + 1} do not`, async () => {
    const legal = await startTestVat(factory, 'sender');
    const atBound = bodies((await legal.call(method, [...args, deepest])).syscalls);
    assert.equal(Math.max(...atBound.map(({ body }) => nestingDepth(body))), nestingMax);
    await legal.worker.close();

    const vat = await startTestVat(factory, 'sender');
    const outcome = await vat.call(method, [...args, deepest + 1]);
    assert.deepEqual(outcome.verdict, { kind: 'ok' });
    for (const { body } of bodies(outcome.syscalls)) assert.ok(nestingDepth(body) <= nestingMax, body);
    const end = settled(outcome, outcome.result);
    assert.match(JSON.stringify(end), /nested deeper than 32/);
    assert.equal(outcome.syscalls.some(({ s }) => s[0] === 'exit' || s[0] === 'send'), false);
    assert.deepEqual((await vat.call('giveDeep', [1])).verdict, { kind: 'ok' }, 'the vat goes on');
    await vat.worker.close();
  });
}

test('the vat counts as the kernel does', () => {
  const random = makeRandom(77);
  const pieces = ['[', ']', '{', '}', '"a"', '"[{"', '"\\""', '"\\\\"', '"\\\\\\"["', '1', ',', '"é😀["'];
  for (let round = 0; round < 3000; round += 1) {
    let body = `#"${'x'.repeat(64)}"`; // what is shorter has no room for 33 levels and their ends
    const opens = random.below(40);
    for (let i = 0; i < opens; i += 1) body += '[{'[random.below(2)];
    const length = random.below(120);
    for (let i = 0; i < length; i += 1) body += pieces[random.below(pieces.length)];
    const refuses = throwsRange(() => { insistShallow({ body }); });
    assert.equal(refuses, nestingDepth(body) > nestingMax, body);
  }
});

function throwsRange(work: () => void): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof RangeError) return true;
    throw error;
  }
}
