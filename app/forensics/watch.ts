/**
 * When to ask witnesses. A healthy node asks nobody: only when the next block is overdue (T5), or CometBFT's log hints that a
 * block was found wrong. Then each second, until a block arrives or a verified witness has another AppHash than we (T3).
 */
import type { Logger } from '../../chain/index.js';
import type { Witness } from './witness.js';

export type Tip = { readonly height: bigint; /** Lower-case hex. */ readonly appHash: string };

export type WatchOptions = {
  /** What all sources say of header `height` now. Never rejects: who is silent says nothing. */
  readonly ask: (height: bigint) => Promise<readonly Witness[]>;
  readonly onDiverged: (tip: Tip, witness: Witness) => void;
  /** T3b: headers with another AppHash were proposed, and none has two thirds; told once a height. */
  readonly onSplit: (tip: Tip, proposed: readonly Witness[]) => void;
  readonly log: Logger;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
  /** How long a block may take at least before it is overdue; default 60 s. */
  readonly overdueMs?: number;
  readonly pollMs?: number;
};

const overdueMsDefault = 60_000;
const pollMsDefault = 1000;
/** A block is overdue when it takes so many times as long as others. */
const timesMedian = 10;
const intervalsKept = 20;

export class DivergenceWatch {
  readonly #options: WatchOptions;
  readonly #intervals: number[] = [];
  #tip: Tip | undefined;
  #committedAt: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #polling: Promise<void> | undefined;
  #isOver = false;
  #isOverdue = false;
  /** By block hash: what was proposed at the height after the tip. */
  #proposed = new Map<string, Witness>();
  #splitToldAt: bigint | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
  }

  /** Commit of a height was answered: the clock for the next block runs. */
  committed(tip: Tip): void {
    const now = this.#options.now();
    if (this.#committedAt !== undefined) this.#intervals.push(now - this.#committedAt);
    if (this.#intervals.length > intervalsKept) this.#intervals.shift();
    this.#committedAt = now;
    this.#await(tip);
  }

  /** This process begins with a block that an earlier one committed: what is said of it counts from now on. */
  started(tip: Tip): void {
    this.#await(tip);
  }

  #await(tip: Tip): void {
    this.#tip = tip;
    this.#proposed = new Map();
    this.#arm();
  }

  /** FinalizeBlock of the next height arrived: two thirds agree with the tip, or a handshake replays. */
  blockBegan(): void {
    clearTimeout(this.#timer);
    this.#tip = undefined;
    this.#isOverdue = false;
  }

  /** Something was said that makes it worth while to ask now. */
  hint(): void {
    if (!this.#isOver && this.#tip) this.#poll();
  }

  /** Asks until `boundMs` are over, if nothing ends it before. Resolves when nothing more will be told. */
  async settle(boundMs: number): Promise<void> {
    const end = this.#options.now() + boundMs;
    this.hint();
    while (!this.#isOver && this.#tip && this.#options.now() < end) await wait(Math.min(this.#pollMs, 100), true);
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
  }

  get #pollMs(): number {
    return this.#options.pollMs ?? pollMsDefault;
  }

  #arm(): void {
    clearTimeout(this.#timer);
    const { overdueMs = overdueMsDefault, log } = this.#options;
    const tip = this.#tip;
    this.#timer = setTimeout(() => {
      if (this.#isOver || !tip) return;
      this.#isOverdue = true;
      log.warn({ height: String(tip.height + 1n) }, 'the next block is overdue; asking what others say of the last one');
      this.#poll();
    }, Math.max(overdueMs, timesMedian * medianOf(this.#intervals)));
    this.#timer.unref();
  }

  #poll(): void {
    this.#polling ??= this.#pollWhileNeeded().finally(() => { this.#polling = undefined; });
  }

  async #pollWhileNeeded(): Promise<void> {
    for (let tip = this.#tip; tip && !this.#isOver; tip = this.#tip) {
      try {
        this.#judge(tip, await this.#options.ask(tip.height + 1n));
      } catch (error) {
        this.#options.log.error({ height: String(tip.height), reason: error instanceof Error ? error.message : String(error) }, 'what witnesses say could not be judged; they are asked again');
      }
      if (!this.#isOver) await wait(this.#pollMs, false);
    }
  }

  #judge(tip: Tip, witnesses: readonly Witness[]): void {
    if (this.#isOver || this.#tip !== tip) return; // a block arrived meanwhile
    const others = witnesses.filter(({ appHash }) => appHash !== tip.appHash);
    const verified = others.find(({ isVerified }) => isVerified);
    if (verified) {
      this.close();
      this.#options.onDiverged(tip, others.filter(({ isVerified, power }) => isVerified && power !== undefined)[0] ?? verified);
      return;
    }
    for (const witness of witnesses) if (witness.blockHash !== undefined) this.#proposed.set(witness.blockHash, witness);
    const isSplit = [...this.#proposed.values()].some(({ appHash }) => appHash !== tip.appHash);
    if (!this.#isOverdue || !isSplit || this.#splitToldAt === tip.height) return;
    this.#splitToldAt = tip.height;
    this.#options.onSplit(tip, [...this.#proposed.values()]);
  }
}

/** `isNeeded`: somebody waits for what comes of it, so that the process must not end meanwhile. */
function wait(ms: number, isNeeded: boolean): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, ms);
    if (!isNeeded) timer.unref();
  });
}

/** 0 of none. */
function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
