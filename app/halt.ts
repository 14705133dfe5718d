/**
 * What a node does at a height from which the chain needs another release (design 4, Upgrade block): nothing of that block is
 * executed, CometBFT is ended first and waited for, then the workers, and the file that a supervisor watches is written last,
 * when everything is closed: whoever reads it may copy the data folder or start the next release at once.
 *
 * Where an operator runs CometBFT (`--with-comet=false`) only the workers are ended before the file is written: its
 * FinalizeBlock stays unanswered, the database stays open, and queries of the height before are answered until the node is
 * told to stop. There the file says that the next release is wanted, not that the home is free: `pre-upgrade` answers 31 until it is.
 */
import type { UpgradeNeeded } from './host/upgrade.js';
import { writeUpgradeInfo } from './upgrade-info.js';

/** Told as each is done; tests crash here. */
export type HaltStep = 'needed' | 'comet-ended' | 'closed' | 'info-written';

export type Halt = {
  /** For FinalizeBlock: what it answers with, when this release cannot execute the block. */
  readonly take: (needed: UpgradeNeeded) => Promise<never>;
  /** Settles when it is so. */
  readonly needed: Promise<UpgradeNeeded>;
  /** Aborts then, with the UpgradeNeeded as its reason. */
  readonly signal: AbortSignal;
};

/**
 * `answer`: with 'silence' the engine gets no answer, so that CometBFT does not stop by itself, with its queries; with
 * 'refusal' it gets the error, as an engine in this process wants it.
 */
export function makeHalt(answer: 'silence' | 'refusal'): Halt {
  const controller = new AbortController();
  let settle: (needed: UpgradeNeeded) => void = () => undefined;
  const needed = new Promise<UpgradeNeeded>(resolve => { settle = resolve; });
  return {
    needed,
    signal: controller.signal,
    take: async error => {
      settle(error);
      controller.abort(error);
      if (answer === 'refusal') throw error;
      return new Promise<never>(() => undefined);
    },
  };
}

/** The last step. The home is closed, and the next release may have it; with an operator's CometBFT, when the node has been stopped. */
export function announceUpgrade(home: string, { plan, height }: UpgradeNeeded, onStep?: (step: HaltStep) => void): void {
  onStep?.('closed');
  writeUpgradeInfo(home, { name: plan.name, height, info: plan.info });
  onStep?.('info-written');
}
