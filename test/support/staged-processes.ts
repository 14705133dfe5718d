/** The table of processes of a machine that a test has made up; they outlive the hosts that started them. */
import type { ProcessId } from '../../kernel/vat/life/life.js';
import type { ProcessTable } from '../../kernel/vat/life/process-table.js';
import type { StagedProcess, StagedWorkers } from './staged-host.js';

const startTimeOf = (pid: number): string => `t${pid}`;

export class StagedProcessTable implements ProcessTable {
  readonly #workers: StagedWorkers;
  /** How often a kill has no effect before one has. */
  deafTo = 0;
  /** Called before a process is ended. */
  onKill: (process: StagedProcess) => void = () => undefined;

  constructor(workers: StagedWorkers) {
    this.#workers = workers;
  }

  identify(pid: number, tag: string): ProcessId {
    return { pid, startTime: startTimeOf(pid), tag };
  }

  isRunning(process: ProcessId): boolean {
    return this.#find(process) !== undefined;
  }

  kill(process: ProcessId): void {
    const found = this.#find(process);
    if (!found) return;
    this.onKill(found);
    if (this.deafTo > 0) this.deafTo -= 1;
    else found.die();
  }

  withTag(tag: string): readonly ProcessId[] {
    return this.#workers.processes.filter(({ isAlive, start }) => isAlive && start.name === tag).map(({ pid }) => this.identify(pid, tag));
  }

  #find({ pid, startTime, tag }: ProcessId): StagedProcess | undefined {
    return this.#workers.processes.find(process => process.pid === pid && process.isAlive && startTimeOf(pid) === startTime && process.start.name === tag);
  }
}
