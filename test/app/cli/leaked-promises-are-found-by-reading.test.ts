/** `windlass kernel scan-promises` on a stopped store and beside a node: what it finds, what it reads, and that it writes nothing. */
import assert from 'node:assert/strict';
import { availableParallelism, loadavg } from 'node:os';
import { after, before, test } from 'node:test';
import { CountingRows, findLeakedPromises, KernelStorage, migrateKernel } from '../../../kernel/index.js';
import { makeKernelState } from '../../../kernel/kernel.js';
import { makeKernelHome, type KernelHome } from '../../support/kernel-home.js';
import { leakOfEachKind, leakOfSize, type LeakedStore } from '../../support/leaked-store.js';
import { runCli } from '../../support/node.js';

type Scan = {
  readonly height: string; readonly from: string;
  readonly pairs: readonly { readonly vat: string; readonly promise: string; readonly state: string; readonly terminated: boolean }[];
  readonly byVat: Readonly<Record<string, number>>; readonly reads: number; readonly seconds: number; readonly repair: { readonly reads: number; readonly writes: number };
};

async function scan({ home }: KernelHome): Promise<Scan> {
  const { stdout, stderr, code } = await runCli(['kernel', 'scan-promises', '--home', home, '--json']);
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout) as Scan;
}

const shape = { vats: 94, leaked: 3_166, live: 800 };
const homes: KernelHome[] = [];
let large: LeakedStore;
let largeHome: KernelHome;
let found: Scan;

async function homeOf(store: LeakedStore): Promise<KernelHome> {
  const home = await makeKernelHome(store.backing);
  homes.push(home);
  return home;
}

before(async () => {
  large = await leakOfSize(shape);
  largeHome = await homeOf(large);
});
after(() => { for (const home of homes) home.dispose(); });

test('3,166 entries over 94 vats beside 800 live promises are found with at most 12,000 reads in less than 0.4 s, and no row is written', async () => {
  const rows = await largeHome.rows();
  found = await scan(largeHome);
  assert.deepEqual([found.from, found.height, found.pairs.length], ['stopped node', '7', shape.leaked]);
  assert.equal(Object.keys(found.byVat).length, shape.vats);
  assert.equal(Object.values(found.byVat).reduce((sum, count) => sum + count), shape.leaked);
  assert.ok(found.reads <= 12_000, `${found.reads} reads`);
  const bound = 0.4 * Math.max(1, loadavg()[0] as number / availableParallelism()); // of a machine that does nothing else
  let best = found.seconds;
  for (let tries = 0; tries < 5 && best >= bound; tries += 1) best = Math.min(best, (await scan(largeHome)).seconds);
  assert.ok(best < bound, `${best} s`);
  assert.deepEqual(await largeHome.rows(), rows);
});

test('beside a node that runs the same is found', async () => {
  const { seconds: _seconds, from, ...stopped } = found;
  const { seconds: _servedSeconds, from: servedFrom, ...served } = await largeHome.whileServed(() => scan(largeHome));
  assert.deepEqual([from, servedFrom], ['stopped node', 'running node']);
  assert.deepEqual(served, stopped);
});

test('the migration finds the same pairs, and reads and writes what was estimated', async () => {
  const { pairs, repair } = found;
  const rows = await KernelStorage.open(large.backing);
  const counted = new CountingRows(rows);
  assert.deepEqual(findLeakedPromises(counted).map(({ vat, promise }) => `${vat} ${promise}`), pairs.map(({ vat, promise }) => `${vat} ${promise}`));
  assert.ok(counted.reads <= 12_000, `${counted.reads} reads`);
  migrateKernel(makeKernelState(rows));
  assert.equal(rows.runChanges().filter(({ key }) => !key.startsWith('ledger.')).length, repair.writes, 'the ledger of schema 4 is no part of the repair');
  assert.ok(Math.abs(repair.reads - (counted.reads + pairs.length)) < shape.vats + 10, `${repair.reads} reads are estimated, ${counted.reads} are the search's`);
  const after = new CountingRows(rows);
  assert.deepEqual(findLeakedPromises(after), []);
});

test('reads grow with the entries: a tenth of them needs a tenth, over however many vats they are', async () => {
  const reads = async ({ backing }: LeakedStore): Promise<number> => {
    const rows = new CountingRows(await KernelStorage.open(backing));
    findLeakedPromises(rows);
    return rows.reads;
  };
  const all = await reads(large);
  const tenth = await reads(await leakOfSize({ ...shape, leaked: 317, live: 80 }));
  const inFewVats = await reads(await leakOfSize({ vats: 10, leaked: 317, live: 80 }));
  const perVat = 2; // its row, to find it and to see whether it lives
  assert.ok(tenth - 94 * perVat < (all - 94 * perVat) * 0.105, `${tenth} reads for a tenth, ${all} for all`);
  assert.ok(tenth - inFewVats <= 85 * perVat, `${inFewVats} reads for as many entries in ten vats`);
});

test('every kind is told apart, and the text is for people', async () => {
  const home = await homeOf(await leakOfEachKind(2));
  const { pairs, byVat } = await scan(home);
  assert.deepEqual(byVat, { v2: 8, v3: 6, v4: 8, v5: 5, v7: 1 });
  assert.deepEqual(new Set(pairs.map(({ vat, state, terminated }) => `${vat} ${state}${terminated ? ' terminated' : ''}`)), new Set(['v2 rejected', 'v3 fulfilled', 'v3 rejected', 'v4 rejected terminated', 'v5 rejected', 'v7 rejected']));
  const { stdout } = await runCli(['kernel', 'scan-promises', '--home', home.home]);
  assert.match(stdout, /^height 7, from a stopped node\n\nVAT +PROMISE +STATE\nv2 +kp54 +rejected\n/);
  assert.match(stdout, /28 settled promises are left in c-lists; 8 of them in those of terminated vats, whose cleanup removes them too\n[0-9]+ rows read in [0-9.]+ s\nan upgrade of the schema would repair it with [0-9]+ reads and 59 writes, and 28 items/);
});

test('where nothing leaks nothing is found', async () => {
  const rows = await KernelStorage.open((await leakOfEachKind(3)).backing);
  assert.deepEqual(findLeakedPromises(rows), []);
});
