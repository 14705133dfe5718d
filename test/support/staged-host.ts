/** Workers whose processes do nothing by themselves: a test says when one answers, when it dies, and when its monitor hears of it. */
import assert from 'node:assert/strict';
import { WorkerLost, type WorkerFactory, type WorkerProcess, type WorkerStart, type VatWorker } from '../../kernel/vat/protocol.js';
import { MemoryHostStore, type HostRow } from '../../kernel/index.js';
import { until } from './worker-kit.js';

type End = { readonly code: number | null; readonly signal: string | null };

class Gate<T> {
  readonly passed: Promise<T>;
  #open!: (value: T) => void;
  #fail!: (error: Error) => void;

  constructor() {
    this.passed = new Promise((open, fail) => {
      this.#open = open;
      this.#fail = fail;
    });
    this.passed.catch(() => undefined); // told to whoever waits
  }

  open(value: T): void {
    this.#open(value);
  }

  fail(error: Error): void {
    this.#fail(error);
  }
}

export class StagedProcess implements WorkerProcess {
  readonly pid: number;
  readonly start: WorkerStart;
  isAlive = true;
  isKilled = false;
  readonly hello = new Gate<undefined>();
  readonly #heard = new Gate<End>();
  readonly #gone = new Gate<End>();
  #isWatched = false;

  constructor(pid: number, start: WorkerStart) {
    this.pid = pid;
    this.start = start;
  }

  /** The monitor asks first; whoever asks later waits for the death itself. */
  get ended(): Promise<End> {
    if (this.#isWatched) return this.#gone.passed;
    this.#isWatched = true;
    return this.#heard.passed;
  }

  kill(): void {
    this.isKilled = true;
  }

  answer(): void {
    this.hello.open(undefined);
  }

  /** The worker's answer did not come in time. */
  timeOut(): void {
    this.hello.fail(new WorkerLost('no answer before the deadline'));
  }

  /** It is dead; nobody knows. */
  die(): void {
    this.isAlive = false;
  }

  /** Whoever ended it learns that it is gone. */
  tellGone(): void {
    assert.equal(this.isAlive, false, 'a process that lives is not gone');
    this.#gone.open({ code: null, signal: 'SIGKILL' });
  }

  /** Its monitor learns of it. */
  tellMonitor(): void {
    assert.equal(this.isAlive, false, 'a process that lives has not ended');
    this.#heard.open({ code: null, signal: 'SIGKILL' });
  }

  /** All at once, as it usually is. */
  end(): void {
    this.die();
    this.tellMonitor();
    this.tellGone();
    this.hello.fail(new WorkerLost('it ended'));
  }
}

export class StagedWorkers implements WorkerFactory {
  readonly processes: StagedProcess[] = [];

  async start(start: WorkerStart): Promise<VatWorker> {
    const process = new StagedProcess(1000 + this.processes.length, start);
    this.processes.push(process);
    await start.onProcess?.(process);
    await process.hello.passed;
    return {
      deliver: () => assert.fail('nothing is delivered here'),
      writeHeap: () => assert.fail('no heap is written here'),
      close: () => {
        process.kill();
        return process.ended.then(() => undefined);
      },
    };
  }

  /** The process of a vat that was started last, once it is there: the `count`-th of that vat. */
  async processOf(vat: string, count = 1): Promise<StagedProcess> {
    const found = (): StagedProcess | undefined => this.processes.filter(({ start }) => start.vatId === vat)[count - 1];
    await until(() => found() !== undefined, `process ${count} of ${vat}`);
    return found() as StagedProcess;
  }

  alive(vat: string): number {
    return this.processes.filter(({ start, isAlive }) => start.vatId === vat && isAlive).length;
  }

  shutdown(): Promise<void> {
    for (const process of this.processes) {
      process.end();
    }
    return Promise.resolve();
  }
}

/** A store whose writes can be held back, each with everything after it. */
export class HeldStore extends MemoryHostStore {
  #isHeldBack: (rows: readonly HostRow[]) => boolean = () => false;
  #gate: Gate<undefined> | undefined;
  #isWaiting = false;

  /** Holds back the next write for which `which` holds, until `letGo`. */
  hold(which: (rows: readonly HostRow[]) => boolean): void {
    this.#isHeldBack = which;
    this.#gate = new Gate();
    this.#isWaiting = false;
  }

  get isHolding(): boolean {
    return this.#isWaiting;
  }

  letGo(): void {
    this.#isHeldBack = () => false;
    this.#gate?.open(undefined);
  }

  override async write(rows: readonly HostRow[]): Promise<void> {
    if (this.#gate && this.#isHeldBack(rows)) {
      this.#isWaiting = true;
      await this.#gate.passed;
    }
    await super.write(rows);
  }
}
