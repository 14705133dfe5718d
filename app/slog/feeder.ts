/** Feeds one sender from the ring. It never hurries the recorder and is never waited for; what it comes too late for is a gap. */
import { AttemptCollector, type Collected } from './ring/collector.js';
import { bodyOf, type FrameRef } from './ring/frame-refs.js';
import { RingTail } from './ring/tail.js';
import { Overwritten, pieceOf, type Lost, type Sender } from './senders/sender.js';

export type FeederCounts = {
  /** The last sequence that was handed over, or tried. */
  taken: bigint;
  pieces: bigint;
  lost: bigint;
  /** Height of what the sender has in hand; 0 when nothing. */
  inHand: bigint;
  /** 1 once it is settled what the sender gets: all that is recorded from then on. */
  begun: bigint;
};

export type FeederOptions = {
  /** The recorder's folder. */
  readonly ring: string;
  readonly sender: Sender;
  /** What became of an earlier thread of this process: the last sequence, and the height it had in hand when it ended. */
  readonly earlier: { readonly taken: bigint; readonly inHand: bigint } | undefined;
  readonly onCounts: (counts: Readonly<FeederCounts>) => void;
  readonly onLost: (height: bigint, reason: string) => void;
};

export class Feeder {
  readonly #options: FeederOptions;
  readonly #tail: RingTail;
  readonly #collector = new AttemptCollector();
  readonly #counts: FeederCounts = { taken: -1n, pieces: 0n, lost: 0n, inHand: 0n, begun: 0n };
  #lost: Lost | undefined;
  #hasBegun = false;
  /** The sequence that should come next. */
  #next = 0n;
  #height = 0n;
  #confirmed = 0n;

  constructor(options: FeederOptions) {
    this.#options = options;
    this.#tail = new RingTail(options.ring);
    const { sender, earlier } = options;
    if (sender.taken === undefined && earlier && earlier.inHand > 0n) this.#lose({ height: earlier.inHand }, 'the sender ended while it had it');
  }

  /** The highest height that the recorder said is agreed. */
  get confirmed(): bigint {
    return this.#confirmed;
  }

  /** Hands over what is new. Resolves with whether there was anything. Never rejects for what the sender does. */
  async poll(): Promise<boolean> {
    const frames = this.#tail.poll();
    if (!this.#hasBegun && frames.length > 0) this.#begin(frames);
    if (this.#counts.begun === 0n) {
      this.#counts.begun = 1n;
      this.#options.onCounts(this.#counts);
    }
    for (const frame of frames) {
      if (frame.sequence > this.#next) this.#miss(frame);
      this.#next = frame.sequence + 1n;
      this.#see(frame);
      for (const collected of this.#collector.add(frame)) await this.#handOver(collected);
    }
    await this.#quietly(() => this.#options.sender.idle());
    return frames.length > 0;
  }

  async close(): Promise<void> {
    await this.#quietly(() => this.#options.sender.close());
  }

  /**
   * A sender that remembers nothing gets what is recorded from now on: all, when nothing was there at the first look. A ring whose frames are all
   * older than what the sender has was begun anew: its sequence too.
   */
  #begin(frames: readonly FrameRef[]): void {
    this.#hasBegun = true;
    const newest = frames.at(-1)?.sequence ?? -1n;
    const taken = this.#options.sender.taken ?? this.#options.earlier?.taken ?? (this.#counts.begun === 0n ? newest : -1n);
    this.#counts.taken = taken > newest ? -1n : taken;
    const oldest = frames[0]?.sequence ?? 0n;
    this.#next = this.#counts.taken < 0n || this.#counts.taken + 1n >= oldest ? oldest : this.#counts.taken + 1n;
  }

  /** Frames were overwritten before they were seen. */
  #miss({ height }: FrameRef): void {
    this.#lose({ height: height > this.#height ? height : this.#height }, new Overwritten().message);
  }

  #see(frame: FrameRef): void {
    if (frame.stream !== 'local') return;
    const found = bodyOf(frame)?.toString().matchAll(/^\{"type":"(?:confirm","height|local\/start",.*"confirmed)":"(\d+)"/gm) ?? [];
    for (const [, height = '0'] of found) if (BigInt(height) > this.#confirmed) this.#confirmed = BigInt(height);
  }

  async #handOver(collected: Collected): Promise<void> {
    if (collected.sequence <= this.#counts.taken) return;
    const { sender, onCounts } = this.#options;
    this.#counts.taken = collected.sequence;
    this.#counts.inHand = collected.height;
    onCounts(this.#counts);
    try {
      if (!collected.hasStart) throw new Overwritten();
      if (this.#lost) await sender.gap(this.#lost);
      this.#lost = undefined;
      await sender.take(pieceOf(collected));
      this.#counts.pieces += 1n;
    } catch (error) {
      this.#lose(collected, error instanceof Error ? error.message : String(error));
    }
    this.#height = collected.height;
    this.#counts.inHand = 0n;
    onCounts(this.#counts);
  }

  #lose({ height }: Pick<Collected, 'height'>, reason: string): void {
    const { from, pieces } = this.#lost ?? { from: height, pieces: 0 };
    this.#lost = { from, to: height, pieces: pieces + 1, reason };
    this.#counts.lost += 1n;
    this.#options.onLost(height, reason);
  }

  async #quietly(step: () => Promise<void>): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#options.onLost(this.#confirmed, error instanceof Error ? error.message : String(error));
    }
  }
}
