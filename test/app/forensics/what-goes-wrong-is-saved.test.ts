/** Triggers besides the chain's other hash: failures, differences, damage, and an operator who asks. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Forensics } from '../../../app/forensics/forensics.js';
import { StepCollector } from '../../../app/forensics/steps.js';
import type { Summary } from '../../../app/forensics/summary.js';
import { silentLog } from '../../support/chain-app.js';
import { startTestNode, until } from '../../support/node.js';
import { failingBlock } from './faults.js';
import { makeWorld, type World } from './worlds.js';

test('an exception in FinalizeBlock is saved with the block, and goes on to the engine', async t => {
  const world = await makeWorld(t);
  for (let made = 0; made < 3; made += 1) await world.block();
  const fault = failingBlock();
  fault.on();
  await assert.rejects(world.block(), /a broken invariant of this test/);
  fault.off();
  const [summary, ...others] = world.forensics.bundles.open();
  assert.deepEqual([summary?.cause, summary?.height, others.length], ['panic', '4', 0]);
  assert.match(summary?.reason ?? '', /a broken invariant of this test/);
  assert.ok(existsSync(join(world.forensics.bundles.pathOf(summary?.id ?? ''), 'block.request.bin')));
});

test('the last block is saved whole while the next one is under way', async t => {
  const world = await makeWorld(t);
  for (let made = 0; made < 3; made += 1) await world.block();
  await world.application.finalizeBlock(world.test.request());
  const { id, height } = world.forensics.save('manual', 'in between');
  assert.equal(height, '3');
  for (const name of ['block.request.bin', 'ladder.bin', 'pins/undo.bin']) assert.ok(existsSync(join(world.forensics.bundles.pathOf(id), name)), name);
});

test('what fails while the node stops is no incident', async t => {
  const world = await makeWorld(t);
  await world.block();
  const fault = failingBlock();
  fault.on();
  world.forensics.close();
  await assert.rejects(world.block());
  fault.off();
  assert.deepEqual(world.forensics.bundles.list(), []);
});

test('two executions of a height that differ are saved; not those of a block that was undone because it was wrong', async t => {
  const world = await makeWorld(t);
  await world.block();
  const difference = (height: bigint) => ({ height, stream: 'run', before: { attempt: 1, lane: 'aa' }, after: { attempt: 2, lane: 'bb' } } as const);
  world.forensics.sawDifference(difference(1n));
  assert.deepEqual(world.forensics.bundles.open().map(({ cause, reason }) => [cause, reason]), [['local-nondeterminism', 'stream run: attempt 2 is not what attempt 1 was']]);

  for (let times = 0; times < 9; times += 1) world.forensics.sawDifference(difference(1n));
  assert.equal(world.forensics.bundles.open()[0]?.seen, 3, 'a process saves no more than three');

  const saved = world.forensics.save('manual', 'stands for an incident of block 2');
  const wrong = { ...saved, id: '2-0123456789abcdef', cause: 'apphash', height: '2', ours: { ...saved.ours, appHash: 'aa' }, theirs: { appHash: 'bb', source: 'a test', isVerified: true } } as const;
  world.forensics.bundles.write(wrong as never, [], () => undefined);
  const again = another(world);
  assert.equal((await again.atStart()).diverged, undefined);
  again.sawDifference(difference(2n));
  assert.equal(world.forensics.bundles.open().filter(({ cause }) => cause === 'local-nondeterminism').length, 1);
});

/** As after a restart. */
function another({ home, test: { app } }: World): Forensics {
  return new Forensics({ home, app, steps: new StepCollector(), release: '0.0.0-test', log: silentLog, ownRpc: () => undefined, peers: [], onDivergence: 'exit' });
}

test('a state that is that of an incident is a divergence at each start, noted or not; another state is none', async t => {
  const world = await makeWorld(t);
  for (let made = 0; made < 3; made += 1) await world.block();
  const { id } = world.forensics.save('manual', 'stands for a divergence');
  const { bundles } = world.forensics;
  bundles.update(id, { cause: 'apphash', theirs: { appHash: 'bb', source: 'a test', isVerified: true } });
  const first = await another(world).atStart();
  assert.equal(first.diverged?.summary.id, id);
  assert.match(first.diverged.screen, /THIS NODE HAS DIVERGED/);
  bundles.update(id, { acknowledged: 'now' });
  assert.equal((await another(world).atStart()).diverged?.summary.id, id);

  await world.block();
  const later = await another(world).atStart();
  assert.deepEqual([later.diverged, later.open], [undefined, []]);
  bundles.update(id, { acknowledged: undefined });
  assert.equal((await another(world).atStart()).open.length, 1, 'it is shown until somebody takes note');
});

test('a damaged file is noted and kept, also beside what was saved of the height before; a large one is not kept', async t => {
  const world = await makeWorld(t);
  await world.block();
  world.forensics.save('manual', 'of the same height');
  const damaged = join(world.home, 'set-aside');
  writeFileSync(damaged, 'not a heap');
  world.forensics.noteDamage({ hash: '7f', problem: 'heap 7f is damaged', damaged });
  const { bundles } = world.forensics;
  const [{ id, bytes }] = bundles.list() as [Summary];
  rmSync(damaged);
  assert.equal(readFileSync(join(bundles.pathOf(id), 'damaged-7f'), 'utf8'), 'not a heap');
  assert.ok(bytes > 'not a heap'.length);

  await world.block();
  writeFileSync(damaged, '');
  truncateSync(damaged, 257 * 1024 * 1024);
  world.forensics.noteDamage({ hash: '80', problem: 'heap 80 is damaged', damaged });
  const [, later] = bundles.list();
  assert.deepEqual([later?.cause, later?.reason, existsSync(join(bundles.pathOf(later?.id ?? ''), 'damaged-80'))], ['storage', 'heap 80 is damaged', false]);
  world.forensics.noteDamage({ hash: '81', problem: 'heap 81 is missing', damaged: undefined });
  assert.equal(bundles.list()[1]?.seen, 1, 'saved once for a height');
});

test('an operator saves the last block of a running node, by command and by signal, and of a stopped one', { timeout: 240_000 }, async t => {
  const node = await startTestNode();
  t.after(() => node.dispose());
  await node.waitForHeight(4n);
  const dumped = await node.cli(['forensics', 'dump', '--reason', 'to compare with']);
  assert.equal(dumped.code, 0, dumped.stderr);
  const { id, height } = JSON.parse(dumped.stdout) as { id: string; height: string };
  const folder = join(node.home, 'forensics', id);
  for (const name of ['REPORT.txt', 'summary.json', 'ladder.bin', 'block.request.bin', 'block.d.jsonl.gz', 'block.full.jsonl.gz', 'before.full.jsonl.gz', 'local.jsonl', 'pins/undo.bin']) assert.ok(existsSync(join(folder, name)), name);
  const laneD = gunzipSync(readFileSync(join(folder, 'block.d.jsonl.gz'))).toString();
  assert.match(laneD, /^\{"type":"run-begin"/);
  assert.match(laneD, /"type":"block-end"/);
  assert.ok(!laneD.includes('"~"') && !laneD.includes('"type":"commit"'), 'only lane D');

  const count = async (): Promise<number> => (JSON.parse((await node.cli(['forensics', 'ls'])).stdout) as { incidents: unknown[] }).incidents.length;
  await node.waitForHeight(BigInt(height) + 2n); // the same block would be the same bundle
  process.kill(node.pid, 'SIGUSR2');
  await until('another bundle', async () => ((await count()) === 2 ? true : undefined));
  assert.equal((await node.stop()).code, 0);
  assert.equal((await node.cli(['forensics', 'dump'])).code, 0);
  const shown = await node.cli(['forensics', 'show', id.slice(0, -4), '--output', 'text']);
  assert.match(shown.stdout, /SAVED ON DEMAND/);
  assert.deepEqual([(await node.cli(['forensics', 'show', '7-7'])).code, (await node.cli(['forensics', 'show', 'no'])).code, (await node.cli(['forensics', 'compare', id])).code], [1, 2, 1]);
});
