import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bannedGlobals, bannedMembers, bannedMethods, bannedModules } from '../../scripts/tidy/bans.js';
import { judge } from './judge.js';

const consensus = 'app/host/keeper.ts';
const elsewhere = 'app/recorder/slog.ts';

/** A statement that breaks one rule, and one that comes close and does not. */
const pairs: readonly (readonly [rule: string, breaks: string, passes: string])[] = [
  ['clock', 'export const t = Date.now();', 'export const t = (clock: { now(): bigint }) => clock.now();'],
  ['clock', 'export const t = new Date();', 'export const t = (ms: number) => new Date(ms).toISOString();'],
  ['clock', 'export const t = new Date;', 'export const t = (d: Date) => d.getTime();'],
  ['clock', 'export const t = Date();', 'export const t = Date.UTC(2026, 0);'],
  ['clock', "export const t = Date['now']();", "export const t = table['now'];"],
  ['clock', 'const { now } = Date;', 'const { UTC } = Date;'],
  ['clock', 'export const t = globalThis.performance.now();', 'export const t = score.performance;'],
  ['clock', 'export const t = performance.now();', 'export type T = { performance: bigint };'],
  ['randomness', 'export const r = Math.random();', 'export const r = Math.max(1, 2);'],
  ['randomness', "import { randomBytes } from 'node:crypto';", "import { createHash } from 'node:crypto';"],
  ['randomness', "import { randomUUID as id } from 'node:crypto';", "import { hash as randomUUID } from 'node:crypto';"],
  ['randomness', 'crypto.getRandomValues(bytes);', 'fill.values(bytes);'],
  ['locale', 'a.localeCompare(b);', 'compare(a, b);'],
  ['locale', 'n.toLocaleString();', 'n.toString();'],
  ['locale', 'new Intl.Collator();', 'export type Options = Intl.CollatorOptions;'],
  ['locale', "text.normalize('NFC');", 'normalize(text);'],
  ['locale', 'export const letters = /^\\p{L}+$/u;', 'export const letters = /^[a-z]+$/;'],
  ['environment', 'export const home = process.env.HOME;', 'export const home = powers.process.env;'],
  ['environment', "import { cpus } from 'node:os';", "import type { Hash } from 'node:crypto';"],
  ['environment', 'export const d = when.getHours();', 'export const d = when.getUTCHours();'],
  ['timer', 'setTimeout(done, 10);', 'timers.setTimeout(done, 10);'],
  ['timer', "import { setTimeout as sleep } from 'node:timers/promises';", 'export const setTimeoutMax = 5n;'],
  ['iteration', 'for (const key in table) use(key);', 'for (const key of Object.keys(table)) use(key);'],
  ['iteration', 'await Promise.race([a, b]);', 'await Promise.all([a, b]);'],
  ['iteration', 'export const w = new WeakRef(vat);', 'export const w = new WeakMap<object, bigint>();'],
  ['float', 'export const r = Math.sqrt(2);', 'export const r = Math.floor(2);'],
  ['float', "export const r = parseFloat('1.5');", "export const r = Number.parseInt('15', 10);"],
  ['float', 'export const r = 0.5;', 'export const r = 50n;'],
  ['float', 'export const r = 1e-3;', 'export const r = 0xe - 1;'],
  ['float', 'n.toFixed(2);', 'n.toString(16);'],
  ['stack', 'export const text = error.stack;', 'export const stack: readonly string[] = [];'],
];

for (const [rule, breaks, passes] of pairs) {
  test(`${rule}: ${breaks}`, () => {
    assert.deepEqual(judge(consensus, breaks), [`1 ${rule}`]);
    assert.deepEqual(judge(elsewhere, breaks), [], 'outside consensus code it is no finding');
  });
  test(`passes: ${passes}`, () => { assert.deepEqual(judge(consensus, passes), []); });
}

test('every ban of the list is found, whatever its name', () => {
  for (const [name, { rule }] of bannedMembers) assert.deepEqual(judge(consensus, `use(${name});`), [`1 ${rule}`], name);
  for (const [name, { rule }] of bannedGlobals) assert.deepEqual(judge(consensus, `use(${name});`), [`1 ${rule}`], name);
  for (const [name, { rule }] of bannedMethods) assert.deepEqual(judge(consensus, `object.${name}();`), [`1 ${rule}`], name);
  for (const [name, { rule }] of bannedModules) assert.deepEqual(judge(consensus, `import '${name}';`), [`1 ${rule}`], name);
});

test('a name that the file declares itself is not the global', () => {
  assert.deepEqual(judge(consensus, 'export function run(process: Worker) { return process.pid; }'), []);
});

test('names in strings and comments are no use of them', () => {
  assert.deepEqual(judge(consensus, "// Date.now() is banned\nexport const text = 'Math.random()';"), []);
});

test('kernel, chain and the host are consensus code; engines and workers are not', () => {
  const clock = 'export const t = Date.now();';
  for (const path of ['kernel/crank.ts', 'chain/gas.ts', 'chain/modules/bank/keeper.ts', 'app/host/msgs.ts', 'app/upgrades/first.ts']) assert.deepEqual(judge(path, clock), ['1 clock'], path);
  for (const path of ['chain/engine/embedded/clock.ts', 'kernel/vat/worker-xsnap.ts', 'chain/abci/server.ts', 'app/cli/main.ts']) assert.deepEqual(judge(path, clock), [], path);
});
