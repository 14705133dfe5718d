/** When the next block is due: after the block time, or earlier when txs wait. */

export type PaceOptions = {
  readonly blockTimeMs: number;
  /** Least time between blocks while txs wait. */
  readonly minBlockTimeMs: number;
  readonly txsWait: () => boolean;
  /** Milliseconds that never go back, for pacing only. */
  readonly monotonic: () => number;
};

export type Loop = {
  /** Txs have come in: looks again whether a block is due. */
  wake(): void;
  /** Ends the loop after the round under way; resolves when it has ended. */
  stop(): Promise<void>;
  /** Rejects with what a round rejected with; resolves after stop. */
  readonly ended: Promise<void>;
};

/** Calls `round` again and again, never two at once, the first time at once. Rounds are timed from their starts. */
export function startLoop(round: () => Promise<void>, { blockTimeMs, minBlockTimeMs, txsWait, monotonic }: PaceOptions): Loop {
  let stopping = false;
  let interrupt = (): void => {};
  const sleep = (ms: number): Promise<void> => new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    interrupt = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  const run = async (): Promise<void> => {
    while (!stopping) {
      const started = monotonic();
      await round();
      for (;;) {
        const due = started + (txsWait() ? Math.min(minBlockTimeMs, blockTimeMs) : blockTimeMs);
        const rest = due - monotonic();
        if (stopping) return;
        // A round that took longer than a block time still lets sockets be served before the next one.
        await sleep(Math.max(rest, 0));
        if (rest <= 0) break;
      }
    }
  };
  const ended = run();
  return {
    wake: () => interrupt(),
    ended,
    async stop() {
      stopping = true;
      interrupt();
      await ended;
    },
  };
}
