/** A divergence is told whatever was noted before; a node that is healthy is not stopped by what fails while things are noted. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Forensics, type ForensicsOptions } from '../../../app/forensics/forensics.js';
import { StepCollector } from '../../../app/forensics/steps.js';
import { DivergenceWatch } from '../../../app/forensics/watch.js';
import type { CometError } from '../../../chain/engine/comet/index.js';
import { silentLog } from '../../support/chain-app.js';
import { makeWorld, type World } from './worlds.js';

const theirs = 'BB'.repeat(32);
const failure = (ours: string): CometError => ({ message: 'CONSENSUS FAILURE!!!', module: 'consensus', err: `+2/3 committed an invalid block: wrong Block.Header.AppHash.  Expected ${ours.toUpperCase()}, got ${theirs}` });

/** As after a restart. */
function another({ home, test: { app } }: World, more: Partial<ForensicsOptions> = {}): Forensics {
  return new Forensics({ home, app, steps: new StepCollector(), release: '0.0.0-test', log: silentLog, ownRpc: () => undefined, peers: [], onDivergence: 'exit', ...more });
}

/** A log of which the errors are kept. */
function errorsKept(): { readonly log: typeof silentLog; readonly errors: string[] } {
  const errors: string[] = [];
  return { log: { ...silentLog, error: (_fields: object, message: string) => void errors.push(message) }, errors };
}

test('a block that was saved for less before is a divergence all the same, at the next start too', { timeout: 60_000 }, async t => {
  const world = await makeWorld(t);
  await world.block();
  const ours = await world.block();
  const { id } = world.forensics.save('manual', 'peers report another hash');
  world.forensics.sawCometLine(failure(ours));
  const { summary } = await world.forensics.diverged;
  assert.deepEqual([summary.id, summary.cause, summary.theirs?.appHash, summary.reason, summary.seen], [id, 'apphash', theirs.toLowerCase(), undefined, 2]);
  assert.match(readFileSync(join(world.forensics.bundles.pathOf(id), 'REPORT.txt'), 'utf8'), /THIS NODE HAS DIVERGED/);
  assert.equal((await another(world).atStart()).diverged?.summary.id, id);
  world.forensics.save('manual', 'once more');
  assert.equal(world.forensics.bundles.get(id)?.cause, 'apphash', 'what weighs less changes nothing');
});

test('a node that was restarted before it could know is told, before its first block', { timeout: 60_000 }, async t => {
  const world = await makeWorld(t);
  const ours = await world.block();
  const again = another(world);
  assert.equal((await again.atStart()).diverged, undefined);
  again.sawCometLine(failure(ours));
  assert.equal(await again.examine('CONSENSUS FAILURE'), true);
  assert.equal((await again.diverged).summary.cause, 'apphash');
});

test('a summary that cannot be read is left out, and said; blocks are committed', async t => {
  const world = await makeWorld(t);
  await world.block();
  const saved = world.forensics.save('manual', 'stands for an incident of block 2');
  const wrong = { ...saved, id: '2-0123456789abcdef', cause: 'apphash', height: '2', theirs: { appHash: 'bb', source: 'a test', isVerified: true } } as const;
  world.forensics.bundles.write(wrong, [], () => undefined);
  const { log, errors } = errorsKept();
  const again = another(world, { log });
  await again.atStart();
  const application = again.wrap(world.test.app.application);
  const path = join(world.forensics.bundles.pathOf(wrong.id), 'summary.json');
  for (const text of ['{', 'null', '{}']) {
    writeFileSync(path, text);
    await another(world, { log }).atStart();
  }
  assert.equal(errors.length, 3, errors.join());
  await application.finalizeBlock({ ...world.test.request(), hash: Buffer.alloc(32, 2) });
  await application.commit();
  assert.equal(world.test.app.height, 2n);
  assert.ok(errors.length > 3);
  assert.equal(world.forensics.bundles.write(wrong, [], () => undefined).seen, 1, 'it is not in the way');
});

test('a bundle that cannot be updated fails no Commit', async t => {
  const world = await makeWorld(t);
  await world.block();
  const saved = world.forensics.save('manual', 'stands for an incident of block 2');
  const wrong = { ...saved, id: '2-0123456789abcdef', cause: 'apphash', height: '2', theirs: { appHash: 'bb', source: 'a test', isVerified: true } } as const;
  world.forensics.bundles.write(wrong, [], () => undefined);
  const { log, errors } = errorsKept();
  const again = another(world, { log });
  await again.atStart();
  const application = again.wrap(world.test.app.application);
  again.bundles.update = () => { throw new Error('ENOSPC'); };
  await application.finalizeBlock({ ...world.test.request(), hash: Buffer.alloc(32, 2) });
  await application.commit();
  assert.equal(world.test.app.height, 2n);
  assert.deepEqual(errors, ['what became of an incident could not be noted']);
});

test('witnesses that cannot be asked or noted are asked again', { timeout: 60_000 }, async () => {
  const proposed = { height: 2n, appHash: 'bb', blockHash: 'CC', proposer: undefined, power: 1n, totalPower: 4n, source: 'a test' };
  const { log, errors } = errorsKept();
  let asked = 0;
  const ask = async () => {
    asked += 1;
    if (asked === 1) throw new Error('the disk is gone');
    return [{ ...proposed, isVerified: asked > 2 }];
  };
  const keepsAlive = setInterval(() => undefined, 1000);
  await new Promise<void>(resolve => {
    const watch = new DivergenceWatch({ ask, log, now: () => performance.now(), overdueMs: 1, pollMs: 1, onDiverged: () => resolve(), onSplit: () => { throw new Error('ENOSPC'); } });
    watch.committed({ height: 1n, appHash: 'aa' });
  });
  clearInterval(keepsAlive);
  assert.equal(errors.length, 2);
});

test('from the alarm on nothing is voted for, proposed or executed, even if CometBFT cannot be ended', { timeout: 60_000 }, async t => {
  const world = await makeWorld(t);
  const ours = await world.block();
  const { log, errors } = errorsKept();
  const holding = another(world, { log, onDivergence: 'hold', afterAlarm: 'refusal' });
  holding.onAlarm(() => Promise.reject(new Error('it does not end')));
  await holding.atStart();
  const application = holding.wrap(world.test.app.application);
  holding.sawCometLine(failure(ours));
  await holding.diverged;
  assert.ok(errors.includes('what could sign could not be ended'));
  assert.deepEqual(await application.processProposal({} as never), { status: 2 });
  await assert.rejects(application.finalizeBlock(world.test.request()), /has diverged/);
  await assert.rejects(application.prepareProposal({} as never), /has diverged/);
  await assert.rejects(application.commit(), /has diverged/);
  assert.equal(world.test.app.height, 1n);
  assert.equal((await application.query({ path: '/forensics/status', data: new Uint8Array(0), height: 0n, prove: false })).code, 0);
});
