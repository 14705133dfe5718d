/** The steps of the run that is under way, told by the kernel one by one, until a block takes them into its ladder. */
import type { StepRecord } from '../../kernel/index.js';

export class StepCollector {
  #steps: StepRecord[] = [];

  /** For the kernel's `onStep`. A run that begins anew counts again from the same number. */
  readonly add = (step: StepRecord): void => {
    const again = this.#steps.findIndex(({ number }) => number >= step.number);
    if (again >= 0) this.#steps.length = again;
    this.#steps.push(step);
  };

  /** Of the run that is complete. */
  get steps(): readonly StepRecord[] {
    return this.#steps;
  }

  /** Their block is committed. */
  clear(): void {
    this.#steps = [];
  }
}
