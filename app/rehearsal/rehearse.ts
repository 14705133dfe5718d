/**
 * An upgrade on a copy of a node's data, by the release that will execute it: the block of the upgrade, as if its plan stood for
 * the next block, and those after it until what the upgrade left is done. Nobody votes, and no txs come in.
 */
import { join } from 'node:path';
import type { Plan } from '../../chain/index.js';
import { keys } from '../../kernel/index.js';
import { makeApp, type App, type AppOptions } from '../app.js';
import type { ReadClock } from '../control/kernel-store.js';
import { UpgradeNeeded } from '../host/upgrade.js';
import { chainPrefix, databaseKeyOfKernelRow, kernelPrefix } from '../store.js';
import { decodeUndo, undoKey } from '../undo.js';
import { findingsOf, type Findings } from './findings.js';

export type RehearsedBlock = {
  readonly height: bigint;
  readonly seconds: number;
  /** Rows of its batch: of the app state and its trees, of the kernel, and local ones. */
  readonly rows: { readonly app: number; readonly kernel: number; readonly local: number };
};

export type Rehearsal = {
  readonly plan: Plan;
  /** The first is the block of the upgrade. */
  readonly blocks: readonly RehearsedBlock[];
  /** Leftover work is done and the upgrade's events are delivered; false when the blocks did not suffice. */
  readonly isDrained: boolean;
  readonly before: Findings;
  readonly after: Findings;
};

export type RehearsalOptions = {
  /** The copy; it is changed. */
  readonly home: string;
  /** Its height does not matter. */
  readonly plan: Omit<Plan, 'height'>;
  readonly app: Omit<AppOptions, 'data' | 'rehearsedPlan'>;
  /** Of the first block; must be after the last block. */
  readonly time: bigint;
  readonly blocksMax: number;
  readonly clock: ReadClock;
};

/** Rejects with UpgradeNeeded when this release has no handler of that name, and with WrongRelease when it does not fit the data otherwise. */
export async function rehearseUpgrade({ home, plan: { name, info }, app: options, time, blocksMax, clock }: RehearsalOptions): Promise<Rehearsal> {
  const before = await findingsOf(home, clock);
  if (before.height === undefined) throw new Error('the node has made no block yet');
  const plan = { name, info, height: before.height + 1n };
  if (!options.upgrades?.has(name)) throw new UpgradeNeeded(plan, plan.height);
  const blocks: RehearsedBlock[] = [];
  let isDrained = false;
  const app = await makeApp({ ...options, data: join(home, 'data'), rehearsedPlan: plan });
  try {
    while (!isDrained && blocks.length < blocksMax) {
      blocks.push(await makeBlock(app, time + BigInt(blocks.length), clock));
      isDrained = await withSnapshot(app, ({ get }) => get(databaseKeyOfKernelRow(keys.drain)) === undefined);
    }
  } finally {
    await app.close();
  }
  return { plan, blocks, isDrained, before, after: await findingsOf(home, clock) };
}

/** Time includes the run between two blocks. */
async function makeBlock(app: App, seconds: bigint, clock: ReadClock): Promise<RehearsedBlock> {
  const height = app.height + 1n;
  const start = clock.now();
  await app.application.finalizeBlock({
    txs: [], decidedLastCommit: undefined, misbehavior: [], hash: new Uint8Array(32), height,
    time: { seconds, nanos: 0 }, nextValidatorsHash: new Uint8Array(32), proposerAddress: new Uint8Array(20),
  });
  await app.application.commit();
  const took = (clock.now() - start) / 1000;
  const undo = await withSnapshot(app, ({ get }) => get(undoKey(height)));
  const written = undo ? decodeUndo(undo).map(({ key }) => key) : [];
  const [ofApp, ofKernel] = [chainPrefix, kernelPrefix].map(prefix => written.filter(key => key.startsWith(prefix)).length) as [number, number];
  return { height, seconds: Number(took.toFixed(3)), rows: { app: ofApp, kernel: ofKernel, local: written.length - ofApp - ofKernel } };
}

async function withSnapshot<T>(app: App, read: (snapshot: ReturnType<App['readSnapshot']>) => T): Promise<T> {
  const snapshot = app.readSnapshot();
  try {
    return read(snapshot);
  } finally {
    await snapshot.close();
  }
}
