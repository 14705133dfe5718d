/** GC actions and reaps: what the index says is what the rows say, void ones go in bounded cranks, long ones in bounded deliveries. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData, slotRef } from '../../kernel/capdata.js';
import { choresOf } from '../../kernel/chores.js';
import { settleKernelItem } from '../../kernel/crank.js';
import { kernelObjectId, vatId } from '../../kernel/ids.js';
import { enqueue } from '../../kernel/queues.js';
import { planRound, type Plan } from '../../kernel/round.js';
import { keys, vatAtStart } from '../../kernel/store/keys.js';
import { KernelStorage, MemoryBacking } from '../../kernel/store/storage.js';
import { readVat } from '../../kernel/vat/records.js';
import { makeRandom } from '../support/kernel-random.js';
import { makeTestKernel } from '../support/kernel.js';
import { scripted, slotsOf, whatOf } from '../support/kernel-scripted.js';

const vats = [1, 2, 3, 12].map(vatId);

test('the index follows every write, undone ones too', async () => {
  for (let seed = 1; seed <= 100; seed += 1) {
    const random = makeRandom(`chores ${seed}`);
    const rows = await KernelStorage.open(new MemoryBacking());
    const isOpen = (vat: (typeof vats)[0]): boolean => readVat(rows, vat)?.life !== 'paused';
    for (let step = 0; step < 40; step += 1) {
      rows.beginStep();
      for (let writes = random.below(5); writes >= 0; writes -= 1) {
        const vat = random.pick(vats)!;
        const gc = keys.gcAction(vat, 1, kernelObjectId(20 + random.below(3)));
        switch (random.below(5)) {
          case 0: rows.set(gc, ''); break;
          case 1: rows.delete(gc); break;
          case 2: rows.set(keys.reap(1 + random.below(4)), random.once(3) ? `${vat} snapshot` : vat); break;
          case 3: rows.delete(keys.reap(1 + random.below(4))); break;
          default: rows.set(keys.vat(vat), JSON.stringify({ life: random.pick(['running', 'paused']) }));
        }
      }
      const chores = choresOf(rows);
      if (random.once(5)) rows.undoStep();
      const reaps = [...rows.below(keys.allReaps)];
      const where = `seed ${seed}, step ${step}`;
      assert.deepEqual([...chores.gcVats()], [...new Set([...rows.below(keys.allGcActions)].map(([key]) => vatAtStart(key)))].filter(isOpen), where);
      assert.deepEqual([...chores.reaps()], reaps.map(([key, text]) => ({ key, vat: text.split(' ')[0] as (typeof vats)[0] })).filter(({ vat }) => isOpen(vat)), where);
      if (random.once(4)) rows.dropStep();
      else rows.endStep();
      if (random.once(10)) rows.dropRun();
    }
  }
});

const echo = scripted(() => undefined);

test('void actions go sixty-four at a time, in cranks of their own, before anything else', async () => {
  const k = await makeTestKernel({ scripts: { echo }, audited: false });
  await k.outcome(k.createVat('alice', 'echo', 'echo'));
  const { state } = k.kernel;
  const root = state.rows.get(keys.clistVref(vatId(1), 'o+0')) as ReturnType<typeof kernelObjectId>;
  state.rows.beginStep();
  for (let number = 0; number < 150; number += 1) state.rows.set(keys.gcAction(vatId(1), 1, kernelObjectId(1000 + number)), '');
  enqueue(state, { type: 'send', target: root, methargs: encodeCapData(['hello', []]), result: null });
  state.rows.endStep();
  const rounds: string[] = [];
  for (let plan: Plan = planRound(state); ; plan = planRound(state)) {
    assert.ok(plan.kind === 'items');
    rounds.push(plan.items.map(item => (item.kind === 'void-gc' ? `${item.actions.length} void` : item.kind === 'vat' ? item.delivery[0] : item.kind)).join(', '));
    const [first] = plan.items;
    if (first?.kind !== 'void-gc') break;
    settleKernelItem(state, first);
  }
  assert.deepEqual(rounds, ['64 void', '64 void', '22 void, message', 'message']);
});

test('one delivery carries out a thousand actions', async () => {
  const told: string[] = [];
  const imports: string[] = [];
  const maker = scripted(async (delivery, syscall) => {
    if (delivery[0] === 'dropExports' || delivery[0] === 'retireExports') told.push(`${delivery[0]} ${delivery[1].length}`);
    if (delivery[0] !== 'message') return;
    const slots = Array.from({ length: 2500 }, (_, at) => `o+${at + 1}`);
    await syscall(['send', 'o-50', { methargs: { body: '#["take",[]]', slots }, result: null }]);
  });
  const taker = scripted(async (delivery, syscall) => {
    if (delivery[0] !== 'message') return;
    if (whatOf(delivery) === 'take') imports.push(...slotsOf(delivery));
    else await syscall([whatOf(delivery) as 'dropImports' | 'retireImports', imports]);
  });
  const k = await makeTestKernel({ scripts: { maker, taker } });
  await k.outcome(k.createVat('alice', 'taker', 'taker'));
  await k.outcome(k.createVat('alice', 'maker', 'maker', [slotRef('taker')]));
  for (const [target, method] of [['maker', 'make'], ['taker', 'dropImports'], ['taker', 'retireImports']] as const) {
    k.invoke('alice', target, method);
    await k.run();
  }
  assert.deepEqual(told, ['dropExports 1000', 'dropExports 1000', 'dropExports 500', 'retireExports 1000', 'retireExports 1000', 'retireExports 500']);
  assert.deepEqual([...k.kernel.state.rows.below(keys.allGcActions)], []);
});
