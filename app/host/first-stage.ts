/** The first thing in FinalizeBlock: the kernel's run is started, or the block is that of an upgrade. */
import type { Context, Logger } from '../../chain/index.js';
import type { KernelHost } from './index.js';
import { UpgradeNeeded, WrongRelease, type UpgradeGate, type Verdict } from './upgrade.js';

export type FirstStageOptions = {
  readonly gate: UpgradeGate;
  readonly host: KernelHost;
  readonly log: Logger;
  /** What FinalizeBlock answers with when another release is needed. */
  readonly onUpgradeNeeded: (needed: UpgradeNeeded) => Promise<never>;
  /** Told when the kernel is migrated, and nothing committed. */
  readonly onMigrated: () => void;
};

/** `ctx` has nothing of the block yet. Rejects with WrongRelease when this release may not execute it. */
export async function firstStage(options: FirstStageOptions, ctx: Context): Promise<void> {
  const { gate, host, log } = options;
  const verdict = judged(options, ctx);
  switch (verdict.kind) {
    case 'needed': {
      const needed = new UpgradeNeeded(verdict.plan, ctx.height);
      log.error({}, needed.message);
      return options.onUpgradeNeeded(needed);
    }
    case 'apply':
      host.migrate(ctx.height, ctx);
      options.onMigrated();
      return gate.apply(ctx, verdict.plan, verdict.upgrade);
    case 'skip':
      host.beforeBlock(ctx);
      return gate.skip(ctx, verdict.plan);
    case 'none':
      return host.beforeBlock(ctx);
  }
}

function judged({ gate, log }: FirstStageOptions, ctx: Context): Verdict {
  try {
    return gate.judge(ctx, ctx.height);
  } catch (error) {
    if (error instanceof WrongRelease) log.error({}, error.message);
    throw error;
  }
}
