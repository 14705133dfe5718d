/** The steps of the run that is under way, told by the kernel one by one, until a block takes them into its ladder. */
import type { StepRecord } from '../../kernel/index.js';

export class StepCollector {
  #steps: StepRecord[] = [];

  /** For the kernel's `onStep`. Numbers rise; a run that begins anew counts again from the same one. */
  readonly add = (step: StepRecord): void => {
    while ((this.#steps.at(-1)?.number ?? -1) >= step.number) this.#steps.pop();
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
