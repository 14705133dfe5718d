import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData, promiseRef, slotRef } from '../../kernel/capdata.js';
import { audit, type KernelStorage } from '../../kernel/index.js';
import { makeTestKernel } from '../support/kernel.js';
import { resultOf, scripted, slotsOf, whatOf, type Script } from '../support/kernel-scripted.js';

const promises = 3_000;
const atOnce = 300;

/** Gives away promises of its own, `atOnce` a message, and settles none. */
const giver = (): Script => {
  let next = 5;
  return async (delivery, syscall) => {
    if (delivery[0] !== 'message' || whatOf(delivery) !== 'give') return;
    const given = Array.from({ length: atOnce }, () => promiseRef(`p+${(next += 1)}`));
    await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(given)]]]);
  };
};

/** Asks for them, forgets whom it asked, waits for each, and notes what it is told of those. */
const holder = (told: Map<string, string>): Script => {
  let asked = 0;
  return async (delivery, syscall) => {
    if (delivery[0] === 'message' && whatOf(delivery) === 'hold') {
      const [target] = slotsOf(delivery);
      for (let call = 0; call < promises / atOnce; call += 1) {
        const result = `p+${(asked += 1) + 5}`;
        await syscall(['send', target as string, { methargs: encodeCapData(['give', []]), result }]);
        await syscall(['subscribe', result]);
      }
      for (const forget of ['dropImports', 'retireImports'] as const) await syscall([forget, [target as string]]);
      await syscall(['resolve', [[resultOf(delivery), false, encodeCapData('asked')]]]);
    }
    if (delivery[0] !== 'notify') return;
    for (const [vpid, isReject, { body, slots }] of delivery[1]) {
      if (isReject) told.set(vpid, body);
      else for (const slot of slots) await syscall(['subscribe', slot]);
    }
  };
};

/** Every row but counters and what changes with any delivery. */
const rowsOf = (rows: KernelStorage): readonly string[] =>
  [...'abcdefghijklmnopqrstuvwxyz'].flatMap(letter => [...rows.below(letter)]).filter(([key]) => !/^(?:next\.|meta\.|vd\.|v\.|ledger\.)/.test(key)).map(([key, value]) => `${key}=${value}`);

test('3,000 promises of an upgraded vat are rejected to the one who waits, and no row of them is left', { timeout: 120_000 }, async () => {
  const told = new Map<string, string>();
  const k = await makeTestKernel({ scripts: { giver: scripted(giver()), holder: scripted(holder(told)) }, params: { computronsPerRun: 10_000_000_000n }, audited: false });
  await k.outcome(k.createVat('alice', 'giver', 'giver'));
  await k.outcome(k.createVat('alice', 'holder', 'holder'));
  await k.run();
  const { rows } = k.kernel.state;
  const before = rowsOf(rows);
  await k.outcome(k.invoke('alice', 'holder', 'hold', [slotRef('giver')]));
  await k.run();
  assert.equal([...rows.below('p.')].length, promises);
  await k.outcome(k.queue({ kind: 'upgrade-vat', sender: 'alice', vat: 'v1', bundleId: 'giver', parameters: { body: '#{}', slots: [] }, upgradeMessage: 'newer' }));
  assert.deepEqual([...rows.below('c.a1.k.p')], [], 'the upgraded vat has none of them as soon as it is upgraded');
  for (let run = 0; run < 20 && told.size < promises; run += 1) await k.run();
  assert.equal(told.size, promises);
  assert.deepEqual(new Set(told.values()), new Set(['#{"incarnationNumber":0,"name":"vatUpgraded","upgradeMessage":"newer"}']));
  await k.run();
  assert.deepEqual(rowsOf(rows), before);
  assert.deepEqual(audit(rows), []);
});
