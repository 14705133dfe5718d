import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { LevelHostStore } from '../../../app/host-db/level-host-store.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { startTestNode, until, type TestNode } from '../../support/node.js';

type Shown = { readonly from: string; readonly workers: readonly { readonly vat: string; readonly generation: number; readonly state: string; readonly pid: number; readonly stuck: unknown; readonly abandoned: unknown }[] };

async function workers(node: TestNode): Promise<Shown> {
  const { code, stdout, stderr } = await node.cli(['workers']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Shown;
}

/** Names of the processes of this machine that belong to the home. */
function workersOf(homeId: string): string[] {
  return readdirSync('/proc').filter(name => /^\d+$/.test(name)).flatMap(pid => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').filter(arg => arg.includes(`@${homeId}.`)).slice(0, 1);
    } catch {
      return []; // it has ended meanwhile
    }
  });
}

test('vats that were online when a node stopped are online again at its next start, before anybody asks; a killed node leaves none', { skip: process.platform !== 'linux' }, async () => {
  const first = await startTestNode();
  after(() => first.dispose());
  const { home } = first;
  const cli = async (...args: string[]): Promise<void> => {
    const { code, stderr } = await first.cli([...args, '--from', 'dev0', '--yes', '--wait']);
    assert.equal(code, 0, stderr);
  };
  await cli('tx', 'install-bundle', join(packageRoot, 'test', 'vats', 'counter.js'));
  await cli('tx', 'create-vat', 'counter', '--label', 'one', '--save-as', 'one');
  await cli('tx', 'create-vat', 'counter', '--label', 'two', '--save-as', 'two');
  assert.deepEqual(await first.stop(), { code: 0, signal: null });
  const facts = await LevelHostStore.open(home);
  const { home: homeId } = facts;
  await facts.close();
  assert.deepEqual(workersOf(homeId), []);

  const second = await startTestNode({ home });
  after(() => second.dispose());
  await until('both are online', () => (workersOf(homeId).length === 2 ? true : undefined));
  assert.deepEqual(workersOf(homeId).map(name => name.replace(/^v\d+:(.*)@.*\.(\d{10})$/, '$1 $2')).sort((a, b) => (a < b ? -1 : 1)).map(text => text.slice(0, 3)), ['one', 'two']);
  const shown = await workers(second);
  assert.equal(shown.from, 'running node');
  assert.deepEqual(shown.workers.map(({ state, stuck, abandoned }) => [state, stuck, abandoned]), [['running', null, null], ['running', null, null]]);
  for (const { pid, vat, generation } of shown.workers) assert.match(readFileSync(`/proc/${pid}/cmdline`, 'latin1'), new RegExp(`\\0${vat}:\\w+@${homeId}\\.0*${generation}\\0`));
  await second.kill();
  const dead = await workers(second);
  assert.equal(dead.from, 'stopped node');
  assert.deepEqual(dead.workers, shown.workers, 'what the next start will end, if it is still there');
  const { code, stderr } = await second.cli(['workers', 'abandon', 'v1', '1', '--reason', 'none']);
  assert.equal(code, 1, stderr);
  await until('they end with it', () => (workersOf(homeId).length === 0 ? true : undefined));
  const third = await startTestNode({ home });
  after(() => third.dispose());
  await until('both are online again', () => (workersOf(homeId).length === 2 ? true : undefined));
  assert.deepEqual(await third.stop(), { code: 0, signal: null });
  assert.doesNotMatch(third.stderr(), /WRN.*taken back|ERR/);
});
