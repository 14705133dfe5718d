import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { recordedSyscallsMax } from '../../../kernel/vat/protocol.js';
import { assertSound, call, holds, makeHoarder, runUntilDone, syscallsMax } from '../../support/hoarder.js';
import type { TestKernel } from '../../support/kernel.js';

const open: TestKernel[] = [];
after(() => Promise.all(open.map(kernel => kernel.shutdown())));

/** Drops what the method filled in so many parts, in more runs than one delivery could have made up for. */
async function dropMuch(k: TestKernel, name: string, fill: (part: bigint) => Promise<string>, parts: bigint): Promise<void> {
  const before = await holds(k);
  for (let part = 0n; part < parts; part += 1n) await fill(part);
  await call(k, 'drop', [name]);
  const runs = await runUntilDone(k);
  assert.deepEqual(await holds(k), before);
  assert.ok(runs * syscallsMax > recordedSyscallsMax, `${runs} runs`);
  await assertSound(k);
}

test('a durable map of 60,000 entries that is dropped does not end its vat', { timeout: 900_000 }, async () => {
  const k = await makeHoarder();
  open.push(k);
  await dropMuch(k, 'durable map', part => call(k, 'fill', ['durable map', part * 20_000n, 20_000n]), 3n);
});

test('a chain of 30,000 durable objects that is dropped does not end its vat', { timeout: 900_000 }, async () => {
  const k = await makeHoarder();
  open.push(k);
  await call(k, 'chain', ['durable chain', 10n]);
  await call(k, 'drop', ['durable chain']);
  await dropMuch(k, 'durable chain', () => call(k, 'chain', ['durable chain', 5_000n]), 6n);
});
