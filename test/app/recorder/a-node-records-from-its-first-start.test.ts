import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { lastComplete, linesOf, readAttempts, readFrames, type Frame, type Line } from '../../../app/recorder/index.js';
import { makeDevHome, startTestNode } from '../../support/node.js';

test('a node records without being told to, is read while it runs, and goes on after a kill; told not to, it does not', { timeout: 170_000 }, async t => {
  const home = await makeDevHome('embedded');
  t.after(() => { rmSync(home, { recursive: true, force: true, maxRetries: 5 }); });
  const folder = join(home, 'recorder');
  const frames = (): Frame[] => [...readFrames(folder)].map(frame => ({ ...frame, body: Buffer.from(frame.body) }));
  const lines = (): Line[] => frames().flatMap(frame => [...linesOf(frame)]).map(read => (read.type === undefined ? assert.fail(read.text) : read.line));

  const first = await startTestNode({ home });
  t.after(() => first.dispose());
  await first.waitForHeight(3n);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  const { header } = (await first.rpc('block', { height: '3' }))['block'] as { header: { app_hash: string } };
  const end = lines().find(line => line.type === 'block-end' && line.height === 2n);
  assert.equal(end?.type === 'block-end' && end.appHash, header.app_hash.toLowerCase(), 'what header 3 says of block 2 was recorded of it');
  await first.kill();
  const before = frames().at(-1) as Frame;
  assert.ok(lastComplete(readAttempts(folder), 2n, 'run'));

  const second = await startTestNode({ home });
  t.after(() => second.dispose());
  await second.stop();
  const all = frames();
  assert.ok(all.every(({ sequence }, index) => index === 0 || sequence === (all[index - 1] as Frame).sequence + 1n), 'no frame is missing');
  assert.ok((all.at(-1) as Frame).sequence > before.sequence);
  assert.deepEqual(lines().flatMap(({ type }) => (type === 'local/start' || type === 'local/stop' ? [type] : [])), ['local/start', 'local/start', 'local/stop']);

  rmSync(folder, { recursive: true });
  const toml = join(home, 'config', 'app.toml');
  writeFileSync(toml, readFileSync(toml, 'utf8').replace(/(\[recorder\][\s\S]*?enabled = )true/, '$1false'));
  const third = await startTestNode({ home });
  t.after(() => third.dispose());
  await third.stop();
  assert.equal(existsSync(folder), false);
});
