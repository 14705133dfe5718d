/** What can be measured, by name, and what of it was asked for. */
import { appRows } from './app-rows.js';
import { blockRows } from './block-rows.js';
import { hostRows } from './host-rows.js';
import { kernelRows } from './kernel-rows.js';
import { ledgerRows } from './ledger-rows.js';
import { nodeRows } from './node-rows.js';
import { recorderRows } from './recorder-rows.js';
import { repairRows } from './repair-row.js';
import type { Row } from './row.js';
import { slogRows } from './slog-rows.js';
import { signatureRows } from './signature-rows.js';
import { upgradeRows } from './upgrade-row.js';
import { scaleRows } from './scale-rows.js';
import { sizes, type BenchSize } from './size.js';

export type Measure = (size: BenchSize) => AsyncIterable<Row>;

/** In the order in which they run. */
export const groups: ReadonlyMap<string, Measure> = new Map<string, Measure>([
  ['signatures', signatureRows],
  ['kernel', kernelRows],
  ['ledger', ledgerRows],
  ['upgrade', upgradeRows],
  ['repair', repairRows],
  ['scale', scaleRows],
  ['block', blockRows],
  ['recorder', recorderRows],
  ['slog', slogRows],
  ['host', hostRows],
  ['app', appRows],
  ['node-embedded', nodeRows('embedded')],
  ['node-cometbft', nodeRows('cometbft')],
]);

export type BenchOptions = { readonly size: BenchSize; readonly chosen: readonly (readonly [string, Measure])[] } | { readonly problem: string };

/** Groups by name, all of them when none is named; `--size tiny` only shows that each row comes out. */
export function readBenchOptions(args: readonly string[]): BenchOptions {
  const flag = args.indexOf('--size');
  const sizeName = flag < 0 ? 'full' : args[flag + 1];
  if (sizeName !== 'full' && sizeName !== 'tiny') return { problem: `--size ${sizeName ?? ''}: expected full or tiny` };
  const named = flag < 0 ? args : args.filter((_, index) => index !== flag && index !== flag + 1);
  const unknown = named.find(name => !groups.has(name));
  if (unknown !== undefined) return { problem: `there is no group ${unknown}` };
  return { size: sizes[sizeName], chosen: [...groups].filter(([name]) => named.length === 0 || named.includes(name)) };
}
