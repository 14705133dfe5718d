/** A node with senders of every kind, good and bad: its files have every height, over a kill and a restart, and nothing holds it up (forensics 6.10, 6.12 test 10). */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { appDefaults, renderAppToml } from '../../../app/cli/home/app-toml.js';
import { Feeder } from '../../../app/slog/feeder.js';
import { ladderOf } from '../../../app/slog/read/ladder.js';
import { openSource, readParts } from '../../../app/slog/read/source.js';
import { makeDevHome, startTestNode } from '../../support/node.js';
import { compare } from './support.js';

const boundMs = 300_000;

async function until(holds: () => boolean, what: string): Promise<void> {
  for (const end = performance.now() + boundMs; !holds(); await new Promise(resolve => setTimeout(resolve, 50))) assert.ok(performance.now() < end, `waited in vain: ${what}`);
}

test('files have every height, whatever the other senders do', { timeout: 2 * boundMs }, async t => {
  const home = await makeDevHome('embedded');
  const senders = join(home, 'senders');
  mkdirSync(senders);
  const said = (name: string): string => (existsSync(join(senders, name)) ? readFileSync(join(senders, name), 'utf8') : '');
  const module = (name: string, code: string): string => {
    const say = `import { appendFileSync } from 'node:fs';\nconst say = text => appendFileSync(${JSON.stringify(join(senders, name))}, text + '\\n');\n`;
    writeFileSync(join(senders, `${name}.mjs`), `${say}${code}`);
    return `module:senders/${name}.mjs`;
  };
  execFileSync('mkfifo', [join(senders, 'pipe')]);
  const slogSenders = [
    'file', 'pipe:senders/pipe',
    module('good', 'export const block = (lines, { height, stream }) => say(stream + " " + height);'),
    module('throws', 'export const block = () => { say("called"); throw new Error("no"); };'),
    module('hangs', 'export const block = () => { say("called"); for (;;) {} };'),
    module('exits', 'export const block = () => { say("called"); process.exit(1); };'),
  ];
  writeFileSync(join(home, 'config', 'app.toml'), renderAppToml({ ...appDefaults(), slogSenders }));
  const first = await startTestNode({ home });
  t.after(() => first.dispose());
  await first.waitForHeight(4n, boundMs);
  await until(() => ['throws', 'hangs', 'exits'].every(name => said(name).includes('called')) && /^block \d+$/m.test(said('good')), 'each sender had a block');
  await first.kill();
  const second = await startTestNode({ home });
  t.after(() => second.dispose());
  t.after(() => { rmSync(home, { recursive: true, force: true }); });
  await second.waitForHeight((await second.height()) + 3n, boundMs);
  assert.deepEqual(await second.stop(), { code: 0, signal: null });

  const [source, ring] = [join(home, 'slog'), join(home, 'recorder')];
  const { runs, blocks } = ladderOf(await readParts(await openSource(source, process.stdin)));
  const heights = blocks.filter(({ isComplete }) => isComplete).map(({ height }) => height);
  assert.ok(heights.length >= 7);
  assert.deepEqual(heights, Array.from({ length: heights.length }, (_, index) => BigInt(index + 1)), 'none is missing, none is there twice');
  assert.deepEqual(runs.filter(({ isComplete }) => isComplete).map(({ height }) => height).slice(0, heights.length + 1), [0n, ...heights], 'the genesis is a run of its own');
  const idle = (): Promise<void> => Promise.resolve();
  const feeder = new Feeder({ ring, sender: { taken: undefined, take: idle, gap: idle, idle, close: idle }, earlier: undefined, onCounts: () => undefined, onLost: () => undefined });
  await feeder.poll();
  assert.ok(feeder.confirmed >= BigInt(heights.length) - 2n, 'a sender knows which heights are agreed');
  for (const withIndex of [true, false]) assert.equal((await compare(source, ring, { withIndex, everyLine: true })).outcome, 'same');
});
