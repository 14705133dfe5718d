/** `windlass kernel …` beside a running node, and in the home of a stopped one: the same tables, and nothing changed. */
import assert from 'node:assert/strict';
import { existsSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { controlSocketPath } from '../../../app/control/socket-path.js';
import { NodeDatabase, rowValue } from '../../../app/store.js';
import { fromOrdinal } from '../../../kernel/store/keys.js';
import { hashSpan } from '../../../kernel/store/transcript.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { makeDevHome, runCli, startTestNode, type TestNode } from '../../support/node.js';

const home = await makeDevHome('embedded');
let node: TestNode;

type Answer = Readonly<Record<string, unknown>> & { readonly height: string; readonly from: string };

async function kernel(...args: readonly string[]): Promise<Answer> {
  const { stdout, stderr, code } = await runCli(['kernel', ...args, '--home', home, '--output', 'json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Answer;
}

before(async () => {
  node = await startTestNode({ home });
  for (const args of [
    ['install-bundle', join(packageRoot, 'test', 'vats', 'counter.js'), '--name', 'counter'],
    ['create-vat', 'counter', '--label', 'counter', '--save-as', 'counter', '--wait'],
    ['invoke', 'counter', 'increment', '--wait'],
  ]) {
    const { code, stderr } = await node.cli(['tx', ...args, '--from', 'dev0', '--yes']);
    assert.equal(code, 0, stderr);
  }
});
after(async () => {
  await node.dispose();
  rmSync(home, { recursive: true, force: true, maxRetries: 5 });
});

/** An answer without what a node without work changes: its height. */
async function look(...args: readonly string[]): Promise<Readonly<Record<string, unknown>>> {
  const { height: _height, from: _from, ...rest } = await kernel(...args);
  return rest;
}

/** Of these, the answer of the running node is compared with that of the stopped one. */
const compared = [['vat', 'v1'], ['stats'], ['dump']] as const;
const whileRunning: unknown[] = [];

test('beside a running node every verb answers from one height, over a socket for its user alone', async () => {
  const socket = controlSocketPath(home);
  assert.equal(statSync(socket).mode & 0o777, 0o600);
  const { from, height, vats } = await kernel('vats');
  assert.equal(from, 'running node');
  assert.match(height, /^[1-9][0-9]*$/);
  assert.deepEqual((vats as readonly { vat: string; label: string; life: string }[]).map(({ vat, label, life }) => [vat, label, life]), [['v1', 'counter', 'running']]);
  for (const args of compared) whileRunning.push(await look(...args));
  assert.equal((whileRunning[1] as { vats: number }).vats, 1);
  const dump = whileRunning[2] as { objects: readonly (readonly [string])[]; promises: readonly unknown[] };
  const objects = (await look('objects'))['objects'] as readonly { kref: string }[];
  assert.deepEqual(objects.map(({ kref }) => kref), dump.objects.map(([kref]) => kref));
  assert.deepEqual((await look('promises'))['promises'], dump.promises);
  const ofVat = (await look('dump', '--vat', 'v1')) as { vatTables: readonly { vatID: string; state: { transcript: readonly unknown[] } }[] };
  assert.ok((ofVat.vatTables[0]?.state.transcript.length ?? 0) >= 3, 'its start and two deliveries');
  const { rows } = (await look('dump', '--prefix', 'vs.a1.')) as { rows: readonly { key: string }[] };
  assert.ok(rows.length > 0 && rows.every(({ key }) => key.startsWith('vs.a1.')), 'the store of the vat is shown as it is');
  const replayed = await kernel('replay', 'v1');
  assert.deepEqual([replayed['vat'], replayed['same']], ['v1', true]);
  assert.ok((replayed['deliveries'] as number) >= 2);
  await node.waitForHeight(BigInt(height) + 2n);
});

test('the text is for people', async () => {
  const { stdout } = await runCli(['kernel', 'vats', '--home', home]);
  assert.match(stdout, /^height [0-9]+, from a running node\n\nVAT +LABEL +LIFE .*\nv1 +counter +running /);
  const audit = await runCli(['kernel', 'audit', '--home', home]);
  assert.match(audit.stdout, /ok {5}countsMatchHolders\n/);
  assert.match(audit.stdout, /all [0-9]+ invariants hold\n$/);
});

test('what cannot be shown is refused in words', async () => {
  const missing = await runCli(['kernel', 'vat', 'v99', '--home', home]);
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /the kernel has no vat v99 at height/);
  const wrong = await runCli(['kernel', 'vat', 'counter', '--home', home]);
  assert.equal(wrong.code, 2);
  const empty = await runCli(['kernel', 'stats', '--home', join(home, 'none')]);
  assert.equal(empty.code, 1);
  assert.match(empty.stderr, /no node has run there/);
});

test('in the home of a stopped node the same is found, and a store that was tampered with', async () => {
  await node.stop();
  assert.equal(existsSync(controlSocketPath(home)), false);
  const stats = await kernel('stats');
  assert.equal(stats.from, 'stopped node');
  for (const [at, args] of compared.entries()) assert.deepEqual(await look(...args), whileRunning[at]);
  await tamper('k/n.windlass1nobody.x', 'ko999 ');
  const audit = await runCli(['kernel', 'audit', '--home', home, '--output', 'json']);
  assert.equal(audit.code, 1);
  const { invariants } = JSON.parse(audit.stdout) as { invariants: readonly { invariant: string; faults: readonly string[] }[] };
  assert.deepEqual(invariants.filter(({ faults }) => faults.length > 0).map(({ invariant }) => invariant), ['countsMatchHolders']);
});

test('a transcript that does not happen again is reported with both sides', async () => {
  const { rows } = (await look('dump', '--prefix', '@t.a1.')) as { rows: readonly { key: string; value: string }[] };
  const last = rows.at(-1) as { key: string; value: string };
  const changed = last.value.replace(/"computrons":(\d+)/, '"computrons":1$1');
  await tamper(`b/${last.key}`, changed);
  const { stderr } = await runCli(['kernel', 'replay', 'v1', '--home', home]);
  assert.match(stderr, /does not have its recorded hash/);
  const { rows: [progress] } = (await look('dump', '--prefix', 'vd.a1')) as unknown as { rows: readonly [{ value: string }] };
  const spanHash = hashSpan([...rows.slice(0, -1).map(({ value }) => value), changed]);
  await tamper('k/vd.a1', JSON.stringify({ ...(JSON.parse(progress.value) as object), spanHash }));
  const { code, stdout } = await runCli(['kernel', 'replay', 'v1', '--home', home]);
  assert.equal(code, 70);
  assert.match(stdout, /v1 does not replay: delivery \d+\n +recorded: .*"computrons":1\d+.*\n +replayed: .*"computrons":\d+/);
  assert.equal(/delivery (\d+)/.exec(stdout)?.[1], String(fromOrdinal(last.key.split('.')[2] as string)), 'as in the key of the entry');
});

/** As a fault of the disk or a hand would. */
async function tamper(key: string, text: string): Promise<void> {
  const database = await NodeDatabase.open(join(home, 'data', 'windlass.db'));
  await database.write([{ key, value: rowValue(text) }]);
  await database.close();
}
