import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { makeApp } from '../../../app/app.js';
import type { CommitStep } from '../../../app/commit.js';
import { makeDispatch } from '../../../chain/abci/dispatch.js';
import { startTestNode } from '../../support/node.js';
import { addressNamed, chainClient, createVat, devAccounts, fulfilled, invokeMsg, sendMsg } from './chain-client.js';
import { appOptions, storedByEmbedded } from './replay.js';

/** Whether a crash at the step leaves the block committed. The steps of heap snapshots have a test of their own. */
const steps: Readonly<Record<Exclude<CommitStep, `${string}-heaps`>, boolean>> = { 'before-blobs': false, 'before-batch': false, 'after-batch': true };

/** The first block, those of the bundle and of the vat, and those after them, which carry what the kernel did. */
const heightsMax = 6;

/** A home whose blocks hold a bundle, a new vat, calls and sends; the application that made them is not used again. */
async function makeBlocks(): Promise<{ home: string; remove(): Promise<void> }> {
  const node = await startTestNode({ engine: 'embedded', blockTime: '150ms' });
  const client = chainClient(node.rpcUrl);
  const [dev0] = await devAccounts();
  assert.ok(dev0);
  await createVat(client, dev0, 'counter', 'counter');
  for (let index = 0; index < 2; index += 1) {
    await fulfilled(client, await client.commit(dev0, invokeMsg(dev0.address, 'counter', 'increment')));
    await client.commit(dev0, sendMsg(dev0.address, addressNamed('somebody'), 3n));
  }
  await node.stop();
  return { home: node.home, remove: () => node.dispose() };
}

test('a crash at any step of a commit leaves the block before it or the block, whole', { timeout: 170_000 }, async t => {
  const { home, remove } = await makeBlocks();
  t.after(remove);
  const data = mkdtempSync(join(tmpdir(), 'windlass-commit-'));
  t.after(() => rmSync(data, { recursive: true, force: true }));
  const { blocks } = await storedByEmbedded(home);
  const busy = blocks.filter(({ request }) => request.height === 1n || request.txs.length > 0 || (blocks[Number(request.height) - 2]?.request.txs.length ?? 0) > 0);
  assert.ok(busy.length >= heightsMax, 'blocks with a bundle, a new vat and calls');
  for (const { request: { height } } of busy.slice(0, heightsMax)) {
    for (const [step, isDurable] of Object.entries(steps)) {
      await dieAt(data, home, step, height);
      const app = await makeApp(appOptions(data));
      try {
        const expected = isDurable ? height : height - 1n;
        assert.equal(app.height, expected, `${step} at ${height}`);
        const info = await makeDispatch(app.application).info({ version: '', blockVersion: 0n, p2pVersion: 0n, abciVersion: '' });
        assert.equal(info.lastBlockHeight, expected);
        assert.equal(Buffer.from(info.lastBlockAppHash).toString('hex'), blocks[Number(expected) - 1]?.appHash ?? '');
      } finally {
        await app.close();
      }
    }
  }
});

/** A process goes on from where the data folder is, checks each AppHash, and must die by its own hand. */
async function dieAt(data: string, home: string, step: string, height: bigint): Promise<void> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./crashing-application.js', import.meta.url)), data, home, step, String(height)], { stdio: ['ignore', 'inherit', 'pipe'] });
  let words = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => { words += text; });
  const end = await new Promise(resolve => child.once('close', (code, signal) => resolve({ code, signal })));
  assert.deepEqual(end, { code: null, signal: 'SIGKILL' }, words);
}
