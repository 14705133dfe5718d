import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { promiseRef } from '../../../kernel/capdata.js';
import type { DeliveryOutcome, VatResolution } from '../../../kernel/vat/protocol.js';
import { computronsPerDeliveryMax, makeXsnapWorkerFactory } from '../../../kernel/vat/worker-xsnap.js';
import { startTestVat } from '../../support/worker-kit.js';

const factory = makeXsnapWorkerFactory();
after(() => factory.shutdown());

const limit = 20_000_000;

/** Two callbacks of about two thirds of the limit each run in one delivery. */
async function notifyTwo(meterTimes: number, computronsPerDelivery = limit): Promise<DeliveryOutcome> {
  const vat = await startTestVat(factory, 'sender', { computronsPerDelivery });
  const data = { body: '#"x"', slots: [] };
  const resolutions: VatResolution[] = [];
  for (const vpid of ['p-900', 'p-901']) {
    await vat.call('burn', [promiseRef(vpid), 1_000_000]);
    resolutions.push([vpid, false, data]);
  }
  const outcome = await vat.worker.deliver(['notify', resolutions], vat.store.answer, { meterTimes });
  await vat.worker.close();
  return outcome;
}

test('one limit does not do for two', async () => {
  assert.deepEqual((await notifyTwo(1)).verdict, { kind: 'meter', which: 'compute' });
});

test('twice the limit does, and what was spent is counted whole', async () => {
  const { verdict, computrons } = await notifyTwo(2);
  assert.deepEqual(verdict, { kind: 'ok' });
  assert.ok(computrons! > limit && computrons! < 2 * limit, `${computrons}`);
  const { computrons: unbounded } = await notifyTwo(1, 10 * limit);
  assert.ok(Math.abs(unbounded! - computrons!) < 1000, 'the limit itself costs next to nothing');
});

test('a multiple beyond what the engine can count is its most', async () => {
  assert.deepEqual((await notifyTwo(16, computronsPerDeliveryMax)).verdict, { kind: 'ok' });
});
