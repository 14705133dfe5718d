import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { makeTestKernel } from '../../support/kernel.js';

/** Of a run that any validator can do; the engine's own work for one computron must not grow without bound. */
const boundMs = 120_000;

for (const [method, args, why] of [
  ['loopInTurns', [], 'a chain of promises, each waiting for the next'],
  ['manyKeys', [50_000_000], 'an object with ever more properties'],
] as const) {
  test(`${why}, spends its computrons in bounded time`, { timeout: boundMs + 60_000 }, async () => {
    const kernel = await makeTestKernel({ vats: ['misbehaver'] });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'late'>(resolve => { timer = setTimeout(() => resolve('late'), boundMs); });
    await kernel.outcome(kernel.createVat('mallory', 'misbehaver', 'vat'));
    const running = kernel.outcome(kernel.invoke('mallory', 'vat', method, [...args]));
    const ended = await Promise.race([running, late]);
    clearTimeout(timer);
    if (ended !== 'late') await kernel.shutdown();
    assert.notEqual(ended, 'late', `one delivery took more than ${boundMs} ms, and the block that waits for it too`);
  });
}
// A worker that does not end would keep this process: its failure has been told by then.
after(() => { setImmediate(() => process.exit()); });
