/** A bundle that a run refused to pay for: its file stays while a block can be undone that needs it, and then it goes. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { rollBackRows } from '../../../app/rollback-rows.js';
import { bundleVat } from '../../support/kernel.js';
import { msg, startTestApp, type Person } from '../host/support.js';
import { Blocks } from './support.js';

const undoBlocks = 3n;
const name = `b1-${'0'.repeat(128)}`;

async function open(t: TestContext): Promise<Blocks> {
  const blocks = await Blocks.open({ undoBlocks });
  t.after(() => blocks.end());
  return blocks;
}

const isThere = (data: string, bundle = name): boolean => existsSync(join(data, 'blobs', bundle));

async function emptyBlocks(blocks: Blocks, count: bigint): Promise<void> {
  for (let left = count; left > 0n; left -= 1n) await blocks.block();
}

test('on a chain: of two accounts that fill the last place in one block one is refused, and its file goes when no rollback can need it', { timeout: 120_000 }, async t => {
  const [echo, counter, swap] = [await bundleVat('echo'), await bundleVat('counter'), await bundleVat('swap')];
  const limit = counter.zip.length + Math.max(echo.zip.length, swap.zip.length) + 1;
  const app = await startTestApp({ undoBlocks, kernelState: { params: { capacity: [{ dimension: 'bundle_bytes', limit: String(limit) }] } } });
  t.after(() => app.end());
  const install = (person: Person, { bundleId, zip }: typeof echo) => person.sign([msg('MsgInstallBundle', { submitter: person.address, bundleId, chunkIndex: 0, chunkCount: 1, data: zip })], '900000000');
  const [ann, ben] = app.people as [Person, Person];
  await app.app.application.processProposal({} as never); // consensus is live: each block confirms the one before
  const { txResults } = await app.block([await install(ann, echo), await install(ben, swap)]);
  assert.deepEqual(txResults.map(({ code }) => code), [0, 0], txResults.map(({ log }) => log).join());
  const { events } = await app.block();
  assert.equal(events.filter(({ type }) => type === 'windlass_bundle_refused').length, 1);
  const refusedAt = app.app.height;
  const isInstalled = async ({ bundleId }: typeof echo) => (await app.ask<{ installed: boolean }>('Bundle', { bundleId, submitter: '' })).installed;
  const [kept, gone] = (await isInstalled(echo)) ? [echo, swap] : [swap, echo];
  assert.equal(await isInstalled(gone), false);
  while (app.app.height < refusedAt + undoBlocks) {
    await app.block();
    assert.ok(isThere(app.data, gone.bundleId), `block ${refusedAt} can be undone at ${app.app.height}`);
  }
  for (let left = 0; left < 3; left += 1) await app.block();
  assert.deepEqual([isThere(app.data, gone.bundleId), isThere(app.data, kept.bundleId), isThere(app.data, counter.bundleId)], [false, true, true]);
});

test('whichever way the block of the refusal or of the removal is cut off, the file goes in the end, and not before', async t => {
  for (const step of ['before-blobs', 'before-heaps', 'before-batch', 'after-batch', 'after-heaps'] as const) {
    const blocks = await open(t);
    await blocks.block({ installed: [name] });
    await blocks.crash(step, { refused: [name] });
    if (!step.startsWith('after')) await blocks.block({ refused: [name] });
    const refusedAt = blocks.height;
    while (blocks.height < refusedAt + undoBlocks) {
      assert.ok(isThere(blocks.data), `${step}: needed at ${blocks.height}`);
      await blocks.block();
    }
    for (let left = 0; left < 3; left += 1) {
      await blocks.crash(step, {});
      await blocks.block();
    }
    assert.equal(isThere(blocks.data), false, step);
    assert.deepEqual(await blocks.rows('b/unused/'), [], step);
  }
});

test('installed again before it went, or in the very block in which it would go, it stays', async t => {
  for (const wait of [1n, undoBlocks, undoBlocks + 1n, undoBlocks + 2n]) {
    const blocks = await open(t);
    await blocks.block({ installed: [name] });
    await blocks.block({ refused: [name] });
    await emptyBlocks(blocks, wait);
    await blocks.block({ installed: [name] });
    await emptyBlocks(blocks, 2n * undoBlocks + 2n);
    assert.ok(isThere(blocks.data), `installed again after ${wait} blocks`);
    await blocks.block({ refused: [name] });
    await emptyBlocks(blocks, undoBlocks - 1n);
    assert.ok(isThere(blocks.data), 'refused a second time, it is kept as long');
    await emptyBlocks(blocks, 3n);
    assert.equal(isThere(blocks.data), false);
  }
});

test('what goes back to before the refusal finds the file, and going on without it keeps it', async t => {
  const blocks = await open(t);
  await blocks.block({ installed: [name] });
  await blocks.block({ refused: [name] });
  await emptyBlocks(blocks, undoBlocks - 1n);
  await rollBackRows(blocks.database, 1n);
  assert.ok(isThere(blocks.data));
  await emptyBlocks(blocks, 2n * undoBlocks + 2n);
  assert.ok(isThere(blocks.data), 'nobody refused it this time');
});

test('a file that an export reads under its own name is removed after it', async t => {
  const blocks = await open(t);
  await blocks.block({ installed: [name] });
  await blocks.block({ refused: [name] });
  blocks.held.add(name);
  await emptyBlocks(blocks, 2n * undoBlocks + 2n);
  assert.ok(isThere(blocks.data));
  blocks.held.clear();
  await blocks.block();
  assert.equal(isThere(blocks.data), false);
});
