/** A vat that is paged out and in between a delivery and its settling has not missed that delivery afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { encodeCapData } from '../../../kernel/capdata.js';
import type { VatId } from '../../../kernel/index.js';
import { makeTestKernel } from '../../support/kernel.js';
import { scripted, whatOf, type ScriptedVat } from '../../support/kernel-scripted.js';

test('a worker that lacks a delivery of its vat is not given the next', async () => {
  const deeds: { page?: () => Promise<void> } = {};
  const counter = (): ScriptedVat => {
    let count = 0;
    return {
      deliver: async (delivery, syscall) => {
        if (delivery[0] !== 'message') return undefined;
        count += 1;
        await syscall(['resolve', [[delivery[2].result as string, false, encodeCapData(count)]]]);
        return undefined;
      },
    };
  };
  const slow = scripted(async (delivery, syscall) => {
    if (delivery[0] !== 'message') return;
    if (whatOf(delivery) === 'page') await deeds.page?.();
    await syscall(['resolve', [[delivery[2].result as string, false, encodeCapData('done')]]]);
  });
  const k = await makeTestKernel({ scripts: { counter, slow } });
  await k.outcome(k.createVat('alice', 'counter', 'counter'));
  await k.outcome(k.createVat('alice', 'slow', 'slow'));
  deeds.page = async () => {
    for (let turns = 0; turns < 10; turns += 1) await setImmediate(); // the counter has carried out its delivery
    await k.kernel.warehouse.discard('v1' as VatId);
    await k.kernel.preload(['v1' as VatId]);
  };
  const paged = k.invoke('alice', 'slow', 'page');
  const first = k.invoke('alice', 'counter', 'go');
  await k.run();
  const second = k.invoke('alice', 'counter', 'go');
  await k.run();
  assert.deepEqual([paged, first, second].map(id => k.outcomes.get(id)?.result.body), ['#"done"', '#1', '#2']);
  const again = await k.reopen();
  assert.equal((await again.outcome(again.invoke('alice', 'counter', 'go'))).result.body, '#3');
});
