import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { after, test } from 'node:test';
import { computronsPerDeliveryMax, makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { settled, startTestVat } from '../../support/worker-kit.js';

const factory = makeXsnapWorkerFactory();
after(() => factory.shutdown());

const isFixed = spawnSync('setarch', ['-R', '/bin/sh', '-c', ':']).status === 0;

/** A pattern is parsed by recursion in the engine, uncounted by the meter. Where it is too deep, the vat gets an error: it can see the depth. */
async function parses(depth: number): Promise<boolean> {
  const vat = await startTestVat(factory, 'sender', { computronsPerDelivery: computronsPerDeliveryMax });
  const outcome = await vat.call('pattern', [depth]);
  await vat.worker.close();
  assert.deepEqual(outcome.verdict, { kind: 'ok' });
  return settled(outcome, outcome.result)?.isReject === false;
}

test('from start to start, to the level', { skip: isFixed ? false : 'addresses cannot be fixed on this system' }, async () => {
  let [alive, dead] = [1_000, 200_000];
  assert.ok(!(await parses(dead)));
  while (dead - alive > 1) {
    const middle = Math.floor((alive + dead) / 2);
    if (await parses(middle)) alive = middle;
    else dead = middle;
  }
  for (let again = 0; again < 5; again += 1) {
    assert.ok(await parses(alive), `${alive} levels`);
    assert.ok(!(await parses(dead)), `${dead} levels`);
  }
});
