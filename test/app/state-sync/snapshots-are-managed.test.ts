/** `windlass snapshots` beside a stopped node: makes the one that a running node would have made, lists, removes. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { tempHome, windlass } from '../cli/support.js';
import { startSource } from './support.js';

type Shown = { readonly height: string; readonly format: number; readonly chunks: number; readonly hash: string; readonly app_hash: string };

test('export, list and delete', { timeout: 60_000 }, async t => {
  const { app, height, appHash, snapshot } = await startSource({ snapshots: { interval: 1, keepRecent: 1 } }, 6);
  t.after(() => { rmSync(app.data, { recursive: true, force: true }); });
  await app.close();
  const home = tempHome(t);
  mkdirSync(join(home, 'data'));
  cpSync(app.data, join(home, 'data'), { recursive: true });
  rmSync(join(home, 'data', 'snapshots'), { recursive: true });
  const run = async (...args: string[]): Promise<unknown> => {
    const { code, out, err } = await windlass(['snapshots', ...args, '--home', home, '--output', 'json']);
    if (code !== 0) throw new Error(`${code}: ${err}`);
    return JSON.parse(out);
  };

  assert.deepEqual(await run('list'), { snapshots: [] });
  const made = (await run('export')) as Shown;
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase();
  assert.deepEqual(made, { height: String(height), format: 1, chunks: snapshot.chunks, hash: hex(snapshot.hash), app_hash: hex(appHash) });
  assert.deepEqual(await run('list'), { snapshots: [made] });
  await assert.rejects(run('delete', '7777'), /1: .*there is no snapshot of height 7777/s);
  await assert.rejects(run('delete', '../x'), /2: .*is no height/s);
  assert.deepEqual(await run('delete', String(height)), { height: String(height), deleted: true });
  assert.deepEqual(await run('list'), { snapshots: [] });
  assert.match((await windlass(['snapshots', 'export', '--home', join(home, 'none')])).err, /no node has run there/);
});
