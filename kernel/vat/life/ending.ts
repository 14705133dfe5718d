/** Ending processes for certain: tried until they are known to be gone, with an alarm when that takes long. */
import type { ProcessId } from './life.js';
import type { ProcessTable } from './process-table.js';

/** Between two looks; the first come sooner, for a process usually ends at once. */
const pollMs = 20;

export type EndOptions = {
  readonly alarmAfterMs: number;
  /** Called once, when the alarm is due. It goes on trying. */
  readonly onAlarm: (why: string) => Promise<void>;
  readonly signal: AbortSignal;
};

/**
 * Ends the process that was noted; without a note, whatever has the tag: a start may have been cut off between the process and
 * its note. Resolves to how many it ended once none is left, "gone" is success; or to undefined when `signal` aborts before.
 */
export async function endProcess(table: ProcessTable, tag: string, noted: ProcessId | undefined, options: EndOptions): Promise<number | undefined> {
  const left = (): readonly ProcessId[] => (noted ? [noted].filter(process => table.isRunning(process)) : table.withTag(tag));
  const ended = new Set<string>();
  const alarm = new Alarm(options);
  let wait = 1;
  for (let running = left(); running.length > 0; running = left()) {
    if (options.signal.aborted) return undefined;
    for (const process of running) {
      ended.add(`${process.pid} ${process.startTime}`);
      table.kill(process);
    }
    await new Promise(resolve => setTimeout(resolve, wait));
    wait = Math.min(2 * wait, pollMs);
    await alarm.check(() => `process ${running.map(({ pid }) => pid).join(', ')} does not end`);
  }
  return ended.size;
}

/** Waits for a child of ours, with the same alarm. */
export async function awaitChild(pid: number, ended: Promise<unknown>, options: EndOptions): Promise<void> {
  const timer = setTimeout(() => void options.onAlarm(`process ${pid} does not end`), options.alarmAfterMs);
  try {
    await ended;
  } finally {
    clearTimeout(timer);
  }
}

class Alarm {
  readonly #since = performance.now();
  #isDue = true;

  constructor(readonly options: EndOptions) {}

  async check(why: () => string): Promise<void> {
    if (!this.#isDue || performance.now() - this.#since < this.options.alarmAfterMs) return;
    this.#isDue = false;
    await this.options.onAlarm(why());
  }
}
