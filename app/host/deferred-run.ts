/**
 * The run between two blocks (design 4): R(H+1) is a function of S(H) alone. It starts at the first of: Commit(H) answered,
 * start-up, FinalizeBlock(H+1); its result stays in memory, apart from what is committed, until Commit(H+1).
 */
import type { Logger } from '../../chain/index.js';
import { activityHash, stepNumber, type Kernel, type KernelParams, type KernelRun, type RunInput } from '../../kernel/index.js';
import type { Recorder, Trigger } from '../recorder/recorder.js';
import { applyChanges, digestOf } from './digest.js';

export type DeferredInput = RunInput & { readonly now: bigint; readonly params: KernelParams; /** The block that takes its result in. */ readonly mark: bigint };

export type DeferredResult = KernelRun & {
  /** State of the digest after the run, and its hash. */
  readonly digestState: Uint8Array;
  readonly digest: Uint8Array;
  readonly newBundles: readonly string[];
};

/** Told where a run begins and ends; what it does, the kernel tells. */
export type RunRecorder = Pick<Recorder, 'beginRun' | 'endRun'>;

export class DeferredRun {
  readonly #kernel: Kernel;
  readonly #log: Logger;
  readonly #recorder: RunRecorder | undefined;
  #isGivenUp = false;
  #current: { readonly height: bigint; readonly result: Promise<DeferredResult> } | undefined;

  constructor(kernel: Kernel, log: Logger, recorder?: RunRecorder) {
    this.#kernel = kernel;
    this.#log = log;
    this.#recorder = recorder;
  }

  /** R(height), started now unless it was before. `input` is read from S(height−1), before this returns. Never throws: it rejects. */
  async result(height: bigint, digestBefore: Uint8Array, trigger: Trigger, input: () => DeferredInput): Promise<DeferredResult> {
    if (this.#current?.height === height) return this.#current.result;
    if (this.#current) throw new Error(`the run for block ${this.#current.height} is not committed, but block ${height} asks for its own`);
    const result = this.#run(height, digestBefore, trigger, input);
    this.#current = { height, result };
    // FinalizeBlock awaits it and reports; until then a rejection must not end the process without a word.
    result.catch((error: unknown) => this.#report(height, error));
    return result;
  }

  /** In the place of R(height), what the block itself does to the kernel. Asked again for the same block, it is not done again. */
  instead(height: bigint, digestBefore: Uint8Array, make: () => KernelRun): void {
    if (this.#current?.height === height) return;
    if (this.#current) throw new Error(`the run for block ${this.#current.height} is not committed, but block ${height} has no run`);
    this.#begin(height, 'upgrade');
    const run = make();
    this.#end(run);
    const digestState = applyChanges(digestBefore, this.#kernel.state.rows.runChanges());
    this.#current = { height, result: Promise.resolve({ ...run, digestState, digest: digestOf(digestState), newBundles: [] }) };
  }

  #report(height: bigint, error: unknown): void {
    const fields = { height: String(height), reason: error instanceof Error ? error.message : String(error) };
    if (this.#isGivenUp) this.#log.info(fields, 'the kernel run was cut off; it will be done again');
    else this.#log.error(fields, 'the kernel run failed');
  }

  /** R(height), which began before the block did anything: it must not read from the block's own branch. */
  started(height: bigint): Promise<DeferredResult> {
    if (this.#current?.height !== height) throw new Error(`block ${height} has no run`);
    return this.#current.result;
  }

  #begin(height: bigint, trigger: Trigger): void {
    const { rows } = this.#kernel.state;
    this.#recorder?.beginRun(height, { step: stepNumber(rows), activity: activityHash(rows) }, trigger);
  }

  #end({ cranks, computrons }: KernelRun): void {
    const { rows } = this.#kernel.state;
    this.#recorder?.endRun({ cranks, computrons, step: stepNumber(rows), activity: activityHash(rows) });
  }

  async #run(height: bigint, digestBefore: Uint8Array, trigger: Trigger, readInput: () => DeferredInput): Promise<DeferredResult> {
    const input = readInput();
    this.#begin(height, trigger);
    const run = await this.#kernel.run(input);
    this.#end(run);
    const digestState = applyChanges(digestBefore, this.#kernel.state.rows.runChanges());
    return { ...run, digestState, digest: digestOf(digestState), newBundles: input.newBundles.map(({ bundleId }) => bundleId) };
  }

  /** Its writes are durable. */
  committed(): void {
    this.#current = undefined;
  }

  /** The node stops: how a run under way ends matters to nobody any more. Resolves when it has. */
  giveUp(): Promise<void> {
    this.#isGivenUp = true;
    return this.drop();
  }

  /** Waits for a run under way and forgets it: genesis is given again. */
  async drop(): Promise<void> {
    await this.#current?.result.catch(() => undefined); // reported when it happened
    this.#current = undefined;
  }
}
