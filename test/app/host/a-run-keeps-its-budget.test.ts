import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { StepRecord } from '../../../kernel/index.js';
import { script } from './puppet.js';
import { startTestApp } from './support.js';

/** The least budget there may be: 2,000 of the cheapest items. */
const params = { computrons_per_block: '20000000', computrons_per_delivery: '20000000' };
const itemsMax = 2000;

test('timers that come due at once are spread over as many runs as the budget needs', { timeout: 300_000 }, async () => {
  let steps: StepRecord[] = [];
  const app = await startTestApp({ kernelState: { params }, onStep: step => steps.push(step) });
  try {
    const ann = app.people[0]!;
    await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'p', saveAs: 'p' }));
    const due = 1_700_000_000n + (app.app.height + 20n) * 5n;
    const wakeup = ['send', '@0', { methargs: { body: `#["setWakeup",["+${due}","$0"]]`, slots: ['o+1'] }, result: null }];
    app.puppets.repeat = { times: 6000, syscall: wakeup };
    await app.act(ann, 'MsgInvoke', { sender: ann.address, target: 'p', method: 'go', args: script([], ['home.timer']), saveAs: '', funds: [] });
    await app.block();
    app.puppets.repeat = undefined;
    const perRun: number[] = [];
    let fired = 0;
    for (let block = 0; block < 40 && fired < 6000; block += 1) {
      steps = [];
      await app.block();
      const timers = steps.filter(({ kind }) => kind === 'timer').length;
      fired += timers;
      perRun.push(timers);
    }
    assert.equal(fired, 6000);
    assert.ok(Math.max(...perRun) <= itemsMax, `one run let ${Math.max(...perRun)} timers happen`);
  } finally {
    await app.end();
  }
});
