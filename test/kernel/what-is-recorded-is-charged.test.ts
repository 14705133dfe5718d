/** A vat can record megabytes for a handful of computrons; the kernel keeps, hashes and writes every byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { encodeCapData } from '../../kernel/capdata.js';
import type { VatId } from '../../kernel/index.js';
import type { WorkerFactory } from '../../kernel/vat/protocol.js';
import { readProgress } from '../../kernel/vat/records.js';
import { makeTestKernel } from '../support/kernel.js';
import { makeScriptedWorkers, resultOf, scripted } from '../support/kernel-scripted.js';

const vat = scripted(async (delivery, syscall) => {
  if (delivery[0] === 'message') await syscall(['resolve', [[resultOf(delivery), false, encodeCapData(undefined)]]]);
});

/** Workers whose deliveries are said to have recorded so much. */
function recording(recordedBytes: number): WorkerFactory {
  const workers = makeScriptedWorkers(vat);
  return {
    start: async start => {
      const worker = await workers.start(start);
      return { close: () => worker.close(), writeHeap: sink => worker.writeHeap(sink), deliver: async (delivery, answer) => ({ ...(await worker.deliver(delivery, answer)), recordedBytes }) };
    },
    shutdown: () => workers.shutdown(),
  };
}

test('a run that records megabytes ends with its budget', async () => {
  const k = await makeTestKernel({ scripts: { vat }, workers: recording(10_000_000), params: { roundWidth: 1, computronsPerRun: 300_000_000n } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  const calls = Array.from({ length: 10 }, () => k.invoke('alice', 'vat', 'go'));
  await k.run();
  assert.equal(calls.filter(id => k.outcomes.has(id)).length, 3); // and the bringOutYourDead of a heap snapshot, which a span that spends so much ends in
});

test('a vat pays for what it records', async () => {
  const k = await makeTestKernel({ scripts: { vat }, workers: recording(1000) });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  await k.outcome(k.invoke('alice', 'vat', 'go'));
  assert.equal(readProgress(k.kernel.state.rows, 'v1' as VatId).used, String(1000 + 8000 + 1000 + 8000 + 100));
});

test('a promise in what another settles to is paid for', async () => {
  const links = (slots: readonly string[]) => scripted(async (delivery, syscall) => {
    if (delivery[0] === 'message') await syscall(['resolve', [[resultOf(delivery), false, { body: '#["&0","&1"]', slots }]]]);
  });
  const spent = async (slots: readonly string[]): Promise<bigint> => {
    const k = await makeTestKernel({ scripts: { vat: links(slots) } });
    await k.outcome(k.createVat('alice', 'vat', 'vat'));
    await k.outcome(k.invoke('alice', 'vat', 'go'));
    return BigInt(readProgress(k.kernel.state.rows, 'v1' as VatId).used);
  };
  assert.equal((await spent(['p+10', 'p+11'])) - (await spent(['o+0', 'o+0'])), 60_000n);
});

test('a run whose messages are long ends with its budget', async () => {
  const k = await makeTestKernel({ scripts: { vat }, params: { roundWidth: 1, computronsPerRun: 300_000_000n } });
  await k.outcome(k.createVat('alice', 'vat', 'vat'));
  const calls = Array.from({ length: 6 }, () => k.invoke('alice', 'vat', 'go', ['x'.repeat(900_000)]));
  await k.run();
  assert.equal(calls.filter(id => k.outcomes.has(id)).length, 4);
});
