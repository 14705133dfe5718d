/** The ways in which requests of one category wait for each other. */

export type Task<T> = () => Promise<T>;

/** Runs tasks one at a time, in the order in which they came; a task that fails does not stop the next. */
export type SerialQueue = { run<T>(task: Task<T>): Promise<T> };

export function makeSerialQueue(): SerialQueue {
  let last: Promise<void> = Promise.resolve();
  return {
    run: task => {
      const result = last.then(task);
      last = settled(result);
      return result;
    },
  };
}

/** Starts tasks in order, at most `width` of them at once. With `inOrder`, results are given out in the order of the calls. */
export type BoundedQueue = {
  run<T>(task: Task<T>): Promise<T>;
  /** Runs a task while no other task of this queue runs: it waits for those that started, and holds back those that did not. */
  runAlone<T>(task: Task<T>): Promise<T>;
};

export function makeBoundedQueue(width: number, order: 'in-order' | 'any-order'): BoundedQueue {
  type Waiting = { readonly alone: boolean; readonly start: () => void };
  const waiting: Waiting[] = [];
  let running = 0;
  let aloneRuns = false;
  let lastGiven: Promise<void> = Promise.resolve();

  const startNext = (): void => {
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (aloneRuns || running >= width || (next.alone && running > 0)) return;
      waiting.shift();
      running += 1;
      aloneRuns = next.alone;
      next.start();
    }
  };
  const finish = (): void => {
    running -= 1;
    aloneRuns = false;
    startNext();
  };
  const enqueue = <T>(task: Task<T>, alone: boolean): Promise<T> => {
    const result = new Promise<void>(start => waiting.push({ alone, start })).then(task);
    result.then(finish, finish);
    startNext();
    return result;
  };
  return {
    run: task => {
      const result = enqueue(task, false);
      if (order === 'any-order') return result;
      const given = lastGiven.then(() => result);
      lastGiven = settled(result, lastGiven);
      return given;
    },
    runAlone: task => enqueue(task, true),
  };
}

/** Settles once all of the given promises have. It carries no value: one that did would keep every answer ever given. */
export async function settled(...promises: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(promises);
}
