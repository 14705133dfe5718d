/** `windlass upgrade rehearse`: the next release upgrades a copy of a stopped node's data, and the original stays as it is. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test, type TestContext } from 'node:test';
import { appProtoFolder } from '../../../app/client/codecs.js';
import { UpgradeNeeded } from '../../../app/host/upgrade.js';
import { copyData } from '../../../app/rehearsal/copy-data.js';
import { rehearseUpgrade } from '../../../app/rehearsal/rehearse.js';
import { NodeDatabase, rowValue } from '../../../app/store.js';
import { chainProtoFolder } from '../../../chain/index.js';
import { packageRoot } from '../../../chain/codec/roots.js';
import { KernelStorage } from '../../../kernel/index.js';
import { behaveAsSchema } from '../../../scripts/bench/old-schema.js';
import { silentLog } from '../../support/chain-app.js';
import { makeDevHome, runCli, startTestNode } from '../../support/node.js';
import { makePuppets, script } from '../host/puppet.js';
import { invoke, startTestApp } from '../host/support.js';

const clock = { now: () => performance.now(), sleep: (ms: number) => new Promise<void>(resolve => void setTimeout(resolve, ms)) };

/** Of every file below a folder: name, content and time of change. */
function fingerprint(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => {
    const path = join(entry.parentPath, entry.name);
    return `${path} ${createHash('sha256').update(readFileSync(path)).digest('hex')} ${statSync(path).mtimeMs}`;
  }).sort();
}

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-rehearsal-test-'));
  t.after(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 5 }); });
  return folder;
}

/** The data of a chain whose kernel was of schema 2 and leaked four promises. */
async function leakedHome(t: TestContext): Promise<string> {
  const home = folderFor(t);
  const { open } = KernelStorage;
  KernelStorage.open = async backing => {
    const rows = await open.call(KernelStorage, backing);
    behaveAsSchema(2, rows);
    return rows;
  };
  const app = await startTestApp();
  try {
    const [ann] = app.people;
    assert.ok(ann);
    await app.outcome(await app.act(ann, 'MsgCreateVat', { owner: ann.address, bundleId: app.bundleId, label: 'giver', saveAs: 'giver' }));
    const opened = ['p+5', 'p+6', 'p+7', 'p+8'];
    const say = async (syscalls: readonly unknown[]): Promise<void> => {
      const { txResults } = await app.block([await ann.sign([invoke(ann, 'giver', 'do', script(syscalls, ['home.timer']))])]);
      assert.equal(txResults[0]?.code, 0, txResults[0]?.log);
      await app.block();
    };
    await say(opened.map(vpid => ['send', '@0', { methargs: { body: '#["now",["&0"]]', slots: [vpid] }, result: null }]));
    await say([['resolve', opened.map(vpid => [vpid, false, { body: '#1', slots: [] }])]]);
    await app.close();
    cpSync(app.data, join(home, 'data'), { recursive: true });
  } finally {
    KernelStorage.open = open;
    rmSync(app.data, { recursive: true, force: true });
  }
  return home;
}

test('the copy is repaired, the report says what was found and changed, and the original is untouched', async t => {
  const [home, copy] = [await leakedHome(t), folderFor(t)];
  mkdirSync(join(home, 'data', 'blobs', 'ab'));
  for (const name of [join('ab', 'abcd'), 'heap-1.tmp']) writeFileSync(join(home, 'data', 'blobs', name), 'a heap');
  const before = fingerprint(home);
  await copyData(home, copy);
  assert.deepEqual(['abcd', 'heap-1.tmp'].filter(name => fingerprint(copy).some(line => line.includes(name))), ['abcd'], 'what is being written is not needed');
  const app = { workers: makePuppets(), protoFolders: [chainProtoFolder, appProtoFolder], version: '0.0.0-test', minGasPrices: [], pruning: 2, undoBlocks: 2n, maxVatsOnline: 50, log: silentLog };
  const options = { home: copy, plan: { name: 'two', info: '' }, time: 1_800_000_000n, blocksMax: 10, clock };
  await assert.rejects(rehearseUpgrade({ ...options, app }), error => error instanceof UpgradeNeeded);
  const report = await rehearseUpgrade({ ...options, app: { ...app, upgrades: new Map([['two', {}]]) } });
  assert.deepEqual([report.before.schema, report.before.leaked, report.before.faultCount], [2, 4, 8], report.before.faults.join('\n'));
  assert.deepEqual([report.after.schema, report.after.leaked, report.after.faults], [4, 0, []]);
  assert.equal(report.isDrained, true);
  assert.deepEqual(report.blocks.map(({ height }) => height), [0n, 1n].map(at => (report.before.height as bigint) + 1n + at));
  assert.ok((report.blocks[0]?.rows.kernel ?? 0) >= 4 * 2 + 3, 'events, counts and the rows of the step');
  assert.deepEqual(fingerprint(home), before);
});

const home = await makeDevHome('embedded');
after(() => { rmSync(home, { recursive: true, force: true, maxRetries: 5 }); });

/** The built folder copied, with one more handler in it. */
function nextRelease(t: TestContext): string {
  const release = folderFor(t);
  for (const part of ['app', 'chain', 'config', 'kernel']) cpSync(join(packageRoot, 'dist', part), join(release, 'dist', part), { recursive: true });
  for (const name of ['package.json', 'node_modules', 'app', 'chain', 'kernel']) symlinkSync(join(packageRoot, name), join(release, name));
  mkdirSync(join(release, 'dist', 'app', 'upgrades'), { recursive: true });
  writeFileSync(join(release, 'dist', 'app', 'upgrades', 'two.js'), 'export const upgrade = {};\n');
  return release;
}

test('the command rehearses on a stopped home with the release that it is given, and refuses in words what it cannot do', { timeout: 300_000 }, async t => {
  const release = nextRelease(t);
  const planFile = join(folderFor(t), 'plan.json');
  writeFileSync(planFile, '{"name":"two","height":7,"info":"{}"}');
  const rehearse = (plan: string, folder: string, ...more: readonly string[]): ReturnType<typeof runCli> => runCli(['upgrade', 'rehearse', '--plan', plan, '--with', folder, '--home', home, ...more]);
  const node = await startTestNode({ home });
  try {
    const { code, stderr } = await node.cli(['tx', 'install-bundle', join(packageRoot, 'test', 'vats', 'counter.js'), '--name', 'counter', '--from', 'dev0', '--yes']);
    assert.equal(code, 0, stderr);
    const created = await node.cli(['tx', 'create-vat', 'counter', '--label', 'counter', '--save-as', 'counter', '--wait', '--from', 'dev0', '--yes']);
    assert.equal(created.code, 0, created.stderr);
    const busy = await rehearse('two', release);
    assert.deepEqual([busy.code, /a node runs in .*\n {2}Stop it/.test(busy.stderr)], [1, true], busy.stderr);
    await node.stop();
    const database = await NodeDatabase.open(join(home, 'data', 'windlass.db'));
    await database.write([{ key: 'k/meta.schema', value: rowValue('2') }]);
    await database.close();
    const before = fingerprint(home);
    const { stdout, stderr: said, code: ended } = await rehearse(planFile, release, '--output', 'json');
    assert.equal(ended, 0, said + stdout);
    const report = JSON.parse(stdout) as { plan: { name: string }; drained: boolean; blocks: readonly object[]; before: { schema: number }; after: { schema: number; audit: { ok: boolean } } };
    assert.deepEqual([report.plan.name, report.drained, report.before.schema, report.after.schema, report.after.audit.ok], ['two', true, 2, 4, true]);
    assert.ok(report.blocks.length >= 2);
    const text = await rehearse('two', release);
    assert.match(text.stdout, /^upgrade "two" executed on a copy at height [0-9]+\nthe block of the upgrade took [0-9.]+ s and changed [0-9]+ rows of the kernel, .*\nafter [0-9]+ blocks nothing of it is left to do: .*\nbefore: schema 2, 0 settled .*\n(?: {4}.*\n)*after: schema 4, 0 settled promises left in c-lists, 0 faults/);
    const unknown = await rehearse('three', release);
    assert.deepEqual([unknown.code, /this release cannot execute the upgrade "three": it has no app\/upgrades\/three\.js/.test(unknown.stderr)], [1, true], unknown.stderr);
    const nowhere = await rehearse('two', tmpdir());
    assert.deepEqual([nowhere.code, /is no release: it has no dist/.test(nowhere.stderr)], [2, true], nowhere.stderr);
    assert.deepEqual(fingerprint(home), before);
  } finally {
    await node.dispose();
  }
});
