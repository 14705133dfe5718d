import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { BundleStatus } from '../../../app/client/index.js';
import { bundleVat } from '../../support/kernel.js';
import { msg, startTestApp, type Person, type TestApp } from './support.js';

async function withApp(work: (app: TestApp, ann: Person, ben: Person) => Promise<void>, kernelState = {}): Promise<void> {
  const app = await startTestApp({ kernelState });
  try {
    await work(app, app.people[0]!, app.people[1]!);
  } finally {
    await app.end();
  }
}

const chunksOf = (zip: Uint8Array, count: number): Uint8Array[] => {
  const size = Math.ceil(zip.length / count);
  return Array.from({ length: count }, (_, index) => zip.subarray(index * size, (index + 1) * size));
};
const chunk = (person: Person, bundleId: string, index: number, count: number, data: Uint8Array) =>
  msg('MsgInstallBundle', { submitter: person.address, bundleId, chunkIndex: index, chunkCount: count, data });
const status = (app: TestApp, bundleId: string, submitter: string) => app.ask<BundleStatus>('Bundle', { bundleId, submitter });

test('chunks may come in any order and from several submitters; each pays for its own only', () =>
  withApp(async (app, ann, ben) => {
    const { bundleId, zip } = await bundleVat('echo');
    const parts = chunksOf(zip, 5);
    const gas: bigint[] = [];
    for (const index of [3, 0, 4, 1]) gas.push((await app.send(ann, [chunk(ann, bundleId, index, 5, parts[index] as Uint8Array)])).gasUsed);
    const most = gas.reduce((a, b) => (a > b ? a : b));
    const least = gas.reduce((a, b) => (a < b ? a : b));
    assert.ok(most - least < 20_000n, `a later chunk costs what an earlier one does: ${gas.join(' ')}`);
    assert.deepEqual((await status(app, bundleId, ann.address)).missingChunks, [2]);
    assert.equal((await app.send(ben, [chunk(ben, bundleId, 0, 2, zip.subarray(0, 1000))])).code, 0);
    const conflict = await app.send(ann, [chunk(ann, bundleId, 0, 5, parts[1] as Uint8Array)]);
    assert.deepEqual([conflict.codespace, conflict.code], ['kernel', 10]);
    const other = await app.send(ann, [chunk(ann, bundleId, 2, 6, parts[2] as Uint8Array)]);
    assert.deepEqual([other.codespace, other.code], ['kernel', 10]);
    assert.equal((await app.send(ann, [chunk(ann, bundleId, 2, 5, parts[2] as Uint8Array)])).code, 0);
    assert.equal((await status(app, bundleId, ann.address)).installed, true);
    assert.deepEqual(new Uint8Array(readFileSync(join(app.data, 'blobs', bundleId))), new Uint8Array(zip));
  }));

test('a bundle of a tx that failed leaves no file', () =>
  withApp(async (app, ann) => {
    const { bundleId, zip } = await bundleVat('echo');
    const result = await app.send(ann, [chunk(ann, bundleId, 0, 1, zip), msg('MsgInvoke', { sender: ann.address, target: 'nothing', method: 'go', saveAs: '', funds: [] })]);
    assert.deepEqual([result.codespace, result.code], ['kernel', 2]);
    assert.equal(existsSync(join(app.data, 'blobs', bundleId)), false);
    assert.deepEqual(readdirSync(join(app.data, 'blobs')), [app.bundleId]);
    assert.equal((await app.send(ann, [chunk(ann, bundleId, 0, 1, zip)])).code, 0);
    assert.equal(existsSync(join(app.data, 'blobs', bundleId)), true);
  }));

test('uploads that do not become whole expire, a bounded number in a block', () =>
  withApp(async (app, ann) => {
    const ids = Array.from({ length: 90 }, (_, index) => `b1-${index.toString(16).padStart(128, '0')}`);
    const result = await app.send(ann, ids.map(id => chunk(ann, id, 0, 2, new Uint8Array(10).fill(1))));
    assert.equal(result.code, 0, result.log);
    const opened = app.app.height;
    const left = async () => (await Promise.all(ids.map(id => status(app, id, ann.address)))).filter(({ missingChunks }) => missingChunks.length > 0).length;
    while (app.app.height < opened + 999n) await app.block();
    assert.equal(await left(), 90);
    await app.block();
    assert.equal(await left(), 23, '67 uploads of 3 rows are as many as one block deletes');
    await app.block();
    assert.equal(await left(), 0);
  }));

test('a bundle is not larger than the parameter says', () =>
  withApp(
    async (app, ann) => {
      const { bundleId, zip } = await bundleVat('echo');
      const result = await app.send(ann, [chunk(ann, bundleId, 0, 1, zip)]);
      assert.deepEqual([result.codespace, result.code], ['kernel', 11]);
      const parts = chunksOf(zip.subarray(0, 1500), 2);
      assert.equal((await app.send(ann, [chunk(ann, bundleId, 0, 2, parts[0] as Uint8Array)])).code, 0);
      const second = await app.send(ann, [chunk(ann, bundleId, 1, 2, parts[1] as Uint8Array)]);
      assert.deepEqual([second.codespace, second.code], ['kernel', 11]);
    },
    { params: { max_bundle_bytes: '1000' } },
  ));
