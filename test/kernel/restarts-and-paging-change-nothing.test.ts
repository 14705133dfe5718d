import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { slotRef } from '../../kernel/capdata.js';
import { activityHash } from '../../kernel/index.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from '../support/kernel.js';

const open: TestKernel[] = [];
after(() => Promise.all(open.map(kernel => kernel.shutdown())));

/** One story, told by a kernel that is restarted where `restart` says so. */
async function story(options: TestKernelOptions, restart: (k: TestKernel) => Promise<TestKernel>): Promise<{ readonly activity: string; readonly answers: readonly string[] }> {
  let k = await makeTestKernel({ vats: ['kernel/actor', 'counter', 'durable'], ...options });
  const answers: string[] = [];
  const tell = async (id: bigint): Promise<void> => {
    const { state, result } = await k.outcome(id);
    answers.push(`${state} ${result.body} ${result.slots.join(' ')}`);
  };
  await tell(k.createVat('alice', 'counter', 'counter', { start: 10 }));
  await tell(k.createVat('alice', 'durable', 'mint'));
  await tell(k.createVat('alice', 'kernel/actor', 'actor', { counter: slotRef('counter'), mint: slotRef('mint') }));
  k = await restart(k);
  await tell(k.invoke('alice', 'actor', 'call', ['mint', 'open', 'first'], 'purse'));
  await tell(k.invoke('alice', 'purse', 'deposit', [5n]));
  k = await restart(k);
  const side = [k.invoke('alice', 'actor', 'call', ['counter', 'increment']), k.invoke('alice', 'purse', 'deposit', [6n]), k.invoke('alice', 'counter', 'increment')];
  for (const id of side) await tell(id);
  k = await restart(k);
  await tell(k.invoke('alice', 'actor', 'pipeline', ['actor', 'say']));
  await tell(k.invoke('alice', 'purse', 'balance'));
  open.push(k);
  return { activity: activityHash(k.kernel.state.rows), answers };
}

const noRestart = (k: TestKernel): Promise<TestKernel> => Promise.resolve(k);

test('a kernel that is restarted, and one that pages with a single worker, have the history of one that is neither', { timeout: 120_000 }, async () => {
  const plain = await story({}, noRestart);
  assert.ok(plain.answers.includes('fulfilled #"+11" '), plain.answers.join('\n'));
  assert.deepEqual(await story({}, k => k.reopen()), plain);
  assert.deepEqual(await story({ maxVatsOnline: 1 }, noRestart), plain);
});
