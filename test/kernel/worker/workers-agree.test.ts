import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { Passable } from '../../../kernel/capdata.js';
import { slotRef } from '../../../kernel/capdata.js';
import type { DeliveryOutcome } from '../../../kernel/vat/protocol.js';
import { makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import type { TestVat } from '../../support/worker-kit.js';
import { startTestVat } from '../../support/worker-kit.js';

const factory = makeXsnapWorkerFactory();
after(() => factory.shutdown());

type Call = readonly [method: string, args: readonly Passable[]];

const conversations: { readonly [vat: string]: readonly Call[] } = {
  durable: [['open', ['a']], ['open', ['b']], ['open', ['a']], ['find', ['b']], ['close', ['a']], ['find', ['a']]],
  promiser: [['call', [slotRef('o-60'), 'ping', 1]], ['give', ['x']], ['resolve', ['x', 7n]], ['seen', []]],
  misbehaver: [['throwError', ['x']], ['giveNested', [30]], ['allocate', []]],
};

for (const [name, calls] of Object.entries(conversations)) {
  test(`two workers of ${name} given the same deliveries say the same, at the same cost`, async () => {
    const [first, second] = await Promise.all([startTestVat(factory, name), startTestVat(factory, name)]);
    const [said, saidAgain] = await Promise.all([converse(first, calls), converse(second, calls)]);
    assert.deepEqual(saidAgain, said);
    assert.deepEqual(second.store.seen, first.store.seen);
    assert.deepEqual([...second.store.rows], [...first.store.rows]);
    await Promise.all([first.worker.close(), second.worker.close()]);
  });
}

test('the limit of a worker changes no cost below it', async () => {
  const outcomes = await Promise.all(
    ['v1', 'v1'].map(async (vatId, index) => {
      const vat = await startTestVat(factory, 'echo', { vatId, computronsPerDelivery: 50_000_000 * (index + 1) });
      const outcome = await vat.call('echo', ['x']);
      await vat.worker.close();
      return outcome;
    }),
  );
  assert.deepEqual(outcomes[0], outcomes[1]);
});

async function converse(vat: TestVat, calls: readonly Call[]): Promise<readonly DeliveryOutcome[]> {
  const outcomes: DeliveryOutcome[] = [];
  for (const [method, args] of calls) outcomes.push(await vat.call(method, args));
  if (outcomes.at(-1)?.verdict.kind === 'ok') outcomes.push(await vat.deliver(['bringOutYourDead']));
  return outcomes;
}
