/** Which release may execute a block: what a plan of the chain says of it, and what the block of an upgrade does (design 4, Upgrade block). */
import { planTexts, type Context, type Logger, type ModuleVersion, type Plan, type UpgradeKeeper } from '../../chain/index.js';
import type { Upgrade, Upgrades } from '../upgrade-handlers.js';

/** This release has come to a height from which the chain needs another. Nothing of that block was executed. */
export class UpgradeNeeded extends Error {
  constructor(readonly plan: Plan, /** The block that was to be executed. */ readonly height: bigint) {
    super(planTexts.needed(plan));
    this.name = 'UpgradeNeeded';
  }
}

/** This release is not the one for the chain's state. `advice` says what to do; nothing was changed. */
export class WrongRelease extends Error {
  constructor(message: string, readonly advice: string) {
    super(message);
    this.name = 'WrongRelease';
  }
}

export type Verdict =
  | { readonly kind: 'none' }
  /** The operator wants the plan dropped. */
  | { readonly kind: 'skip'; readonly plan: Plan }
  | { readonly kind: 'needed'; readonly plan: Plan }
  | { readonly kind: 'apply'; readonly plan: Plan; readonly upgrade: Upgrade };

export type UpgradeGateOptions = {
  readonly keeper: UpgradeKeeper;
  readonly upgrades: Upgrades;
  /** Heights at which the operator has a due plan dropped, on every validator. */
  readonly skipHeights: ReadonlySet<bigint>;
  readonly versions: () => readonly ModuleVersion[];
  readonly appVersion: (state: Readable) => bigint;
  readonly log: Logger;
};

type Readable = Parameters<UpgradeKeeper['plan']>[0];

export class UpgradeGate {
  readonly #options: UpgradeGateOptions;

  constructor(options: UpgradeGateOptions) {
    this.#options = options;
  }

  /** What the state before the block at `height` says of that block. Throws WrongRelease when this release may not execute it at all. */
  judge(state: Readable, height: bigint): Verdict {
    const { keeper, upgrades, skipHeights } = this.#options;
    const plan = keeper.plan(state);
    const isDue = plan !== undefined && plan.height <= height;
    if (!isDue || skipHeights.has(height)) {
      this.#requireLastApplied(state);
      if (plan && !isDue && upgrades.has(plan.name)) throw tooEarly(plan);
      return isDue ? { kind: 'skip', plan } : { kind: 'none' };
    }
    const upgrade = upgrades.get(plan.name);
    return upgrade ? { kind: 'apply', plan, upgrade } : { kind: 'needed', plan };
  }

  #requireLastApplied(state: Readable): void {
    const { keeper, upgrades, appVersion } = this.#options;
    const last = keeper.lastApplied(state);
    if (last === undefined || upgrades.has(last.name)) return;
    throw new WrongRelease(planTexts.handlerMissing(appVersion(state), last.name), `The chain was upgraded to "${last.name}" at height ${last.height}: run the release of that upgrade.`);
  }

  /** Whether the run for the block at `height` may start: nobody runs before an upgrade, and a wrong release is told so by the block. */
  allowsRun(state: Readable, height: bigint): boolean {
    try {
      const { kind } = this.judge(state, height);
      return kind === 'none' || kind === 'skip';
    } catch (error) {
      if (error instanceof WrongRelease) return false;
      throw error;
    }
  }

  /** Drops a plan that the operator wants skipped. */
  skip(ctx: Context, plan: Plan): void {
    this.#options.log.info({}, planTexts.skipped(plan));
    this.#options.keeper.cancel(ctx);
  }

  /** The block of the upgrade, before anything else of it. */
  apply(ctx: Context, plan: Plan, { migrate }: Upgrade): void {
    const { keeper, versions, log } = this.#options;
    log.info({}, planTexts.applying(plan));
    migrate?.(ctx);
    keeper.setModuleVersions(ctx, versions());
    keeper.markDone(ctx, plan.name, ctx.height);
  }
}

function tooEarly(plan: Plan): WrongRelease {
  return new WrongRelease(planTexts.tooEarly(plan), `The upgrade is for height ${plan.height}: until then, run the release before it.`);
}
