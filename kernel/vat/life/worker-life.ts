/**
 * The workers of a host, started and ended by sagas that outlive the host. The transitions say what is to be done; this does
 * it, once what they say is written. What a worker's death means to a vat is not decided here.
 */
import assert from 'node:assert/strict';
import type { WorkerFactory, WorkerProcess, WorkerStart } from '../protocol.js';
import { NoRoomForWorker, WorkerLost } from '../protocol.js';
import { awaitChild, endProcess, type EndOptions } from './ending.js';
import { HostJournal, type HostStore } from './host-store.js';
import type { HostLedger, HostLimits, HostUsage } from './ledger.js';
import { isTerminal, type VatLife } from './life.js';
import type { ProcessTable } from './process-table.js';
import { processTable } from './process-table.js';
import { changedRows, readLives, slotPrefix, type HostRow } from './rows.js';
import { statusOf, type WorkerStatus } from './status.js';
import { advance, type LifeEffect, type LifeEvent } from './transitions.js';
import { WorkerLedger } from './worker-ledger.js';
import { workerTag } from './worker-tag.js';

/** What happens that an operator may want to read. */
export type LifeNotice =
  | { readonly kind: 'orphan-ended'; readonly vat: string; readonly gen: number }
  | { readonly kind: 'start-taken-back'; readonly vat: string; readonly gen: number; readonly why: string }
  | { readonly kind: 'undo-stuck'; readonly vat: string; readonly gen: number; readonly why: string }
  | { readonly kind: 'stale-notice'; readonly vat: string; readonly gen: number }
  /** A start found that counters of the ledger were not what its rows say, and set them to that. */
  | { readonly kind: 'ledger-reconciled'; readonly what: string };

export type WorkerLifeOptions = {
  readonly store: HostStore;
  /** What workers may take of this host. Default: no limit. */
  readonly limits?: HostLimits;
  /** Another ledger, and other rules, than the host's own: for tests that take a rule away. */
  readonly ledger?: HostLedger;
  readonly rules?: typeof advance;
  readonly processes?: ProcessTable;
  /** It observes; it must not throw. */
  readonly onNotice?: (notice: LifeNotice) => void;
  /** How long an undo may take before it is shown as stuck. Default 10,000. */
  readonly alarmAfterMs?: number;
  /** Awaited after each durable step, before its effects: where tests crash. */
  readonly onStep?: (step: LifeEvent['kind']) => Promise<void>;
  /** Ends a recovery that waits for a process which does not end. */
  readonly signal?: AbortSignal;
};

type Attempt = {
  readonly inner: WorkerFactory;
  readonly start: WorkerStart;
  readonly tag: string;
  readonly settle: (outcome: 'running' | { readonly failed: string }) => void;
  readonly fail: (error: unknown) => void;
  process?: WorkerProcess;
  worker?: unknown;
  error?: unknown;
};

const lastGenKey = 'last-generation';
const staleKey = 'stale-notices';

export class WorkerLife {
  readonly #options: WorkerLifeOptions;
  readonly #journal: HostJournal;
  readonly #processes: ProcessTable;
  readonly #ledger: HostLedger;
  /** The same, if it is the host's own. */
  readonly #ownLedger: WorkerLedger | undefined;
  readonly #lives = new Map<string, VatLife>();
  readonly #attempts = new Map<number, Attempt>();
  /** Processes of ours that run, by generation. */
  readonly #children = new Map<number, WorkerProcess>();
  /** Effects and notices under way. */
  readonly #underWay = new Set<Promise<void>>();
  readonly #closing = new AbortController();
  /** Ends the waiting for processes of earlier hosts. */
  readonly #giveUp: AbortSignal;
  #lastGen = 0;
  #lastSeq = 0;
  #staleNotices = 0;
  #orphansEnded = 0;
  #isShutDown = false;
  #failure: { readonly cause: unknown } | undefined;

  /**
   * Takes over the store's workers: starts that were cut off are taken back, workers that outlived their host are ended.
   * Resolves when none is left, and rejects when `signal` aborts before.
   */
  static async open(options: WorkerLifeOptions): Promise<WorkerLife> {
    const life = await WorkerLife.#over(options);
    await life.#recover();
    return life;
  }

  /** As `abandon`, of a host that does not run: its next start does not wait for the attempt. */
  static async abandonStopped(store: HostStore, vat: string, gen: number, reason: string): Promise<boolean> {
    const life = await WorkerLife.#over({ store });
    return life.abandon(vat, gen, reason);
  }

  static async #over(options: WorkerLifeOptions): Promise<WorkerLife> {
    const journal = await HostJournal.open(options.store);
    const own = options.ledger ? undefined : await WorkerLedger.open(options.store, options.limits);
    const life = new WorkerLife(options, journal, options.ledger ?? (own as WorkerLedger), own);
    await life.#read();
    return life;
  }

  /** As `staleNotices`, of a host that does not run. */
  static async staleNoticesIn(store: HostStore): Promise<number> {
    return numberIn(store, staleKey);
  }

  private constructor(options: WorkerLifeOptions, journal: HostJournal, ledger: HostLedger, own: WorkerLedger | undefined) {
    this.#options = options;
    this.#journal = journal;
    this.#giveUp = options.signal ? AbortSignal.any([options.signal, this.#closing.signal]) : this.#closing.signal;
    this.#processes = options.processes ?? processTable;
    this.#ledger = ledger;
    this.#ownLedger = own;
  }

  /** How many workers of an earlier, killed host were ended when this one was opened. */
  get orphansEnded(): number {
    return this.#orphansEnded;
  }

  /** How many notices came for a generation that was not current. */
  get staleNotices(): number {
    return this.#staleNotices;
  }

  status(): WorkerStatus[] {
    return statusOf(this.#lives.values(), this.#ownLedger);
  }

  /** What the workers take of this host, and may take. */
  usage(): readonly HostUsage[] {
    return this.#ownLedger?.usage() ?? [];
  }

  /**
   * The same workers, each started by a saga and watched. `start` rejects with WorkerLost when the attempt is taken back; after
   * `shutdown`, always.
   */
  workers<W extends WorkerFactory>(inner: W): { start(start: WorkerStart): ReturnType<W['start']>; shutdown(): Promise<void> } {
    return {
      start: start => this.#start(inner, start) as ReturnType<W['start']>,
      shutdown: async () => {
        this.#isShutDown = true;
        await inner.shutdown();
        await this.close();
      },
    };
  }

  /** Gives an attempt up whose undo is stuck. Resolves to whether there was such a one. */
  async abandon(vat: string, gen: number, reason: string): Promise<boolean> {
    const before = this.#lifeOf(vat);
    await this.#happen(vat, { kind: 'abandon', gen, reason, at: now() });
    return this.#lifeOf(vat) !== before;
  }

  /** A monitor's report, at least once; resolves when it is written. */
  async report(vat: string, gen: number, end: { readonly code: number | null; readonly signal: string | null }): Promise<void> {
    this.#lastSeq += 1;
    await this.#happen(vat, { kind: 'exit', gen, end, seq: this.#lastSeq, at: now() });
  }

  /** As `settled`, but does not wait for processes of earlier hosts that do not end. Call it when no worker is left. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.settled();
  }

  /** Waits until nothing is under way. Rejects when facts of the host could not be written. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    if (this.#failure) throw new Error('facts of the host could not be written', this.#failure);
  }

  async #read(): Promise<void> {
    const { store } = this.#options;
    this.#lastGen = await numberIn(store, lastGenKey);
    this.#staleNotices = await numberIn(store, staleKey);
    for (const [vat, life] of await readLives(store)) this.#lives.set(vat, life);
  }

  async #recover(): Promise<void> {
    const { executor } = this.#journal;
    await this.#auditLedger();
    await Promise.all([...this.#lives.keys()].map(vat => this.#happen(vat, { kind: 'recover', executor, at: now() })));
    await this.#recovered();
    await this.#forgetEmptySlots();
  }

  /** What an operator abandoned is still waited for, but holds nobody up. */
  async #recovered(): Promise<void> {
    const isOpen = (): boolean => [...this.#lives.values()].some(({ slot, sagas }) => !isTerminal(slot) || sagas.some(({ abandoned }) => abandoned === undefined));
    while (this.#failure === undefined && isOpen()) {
      this.#giveUp.throwIfAborted();
      assert(this.#underWay.size > 0, 'a worker of an earlier host is not taken back, and nobody is at it');
      await Promise.race(this.#underWay);
    }
    if (this.#failure) throw new Error('the workers of an earlier host could not be taken back', this.#failure);
  }

  /** A slot that holds nothing says only which generation was its last, and the host's own counter is past that. */
  async #forgetEmptySlots(): Promise<void> {
    const empty = [...this.#lives.values()].filter(({ sagas }) => sagas.length === 0);
    for (const { vat } of empty) this.#lives.delete(vat);
    await this.#journal.append([...empty.map(({ vat }) => ({ key: `${slotPrefix}${vat}`, value: undefined })), ...(this.#ownLedger?.forgetEmpty().rows ?? [])]);
  }

  /** Before anything is released by it. The rows are the truth: they stand for processes. */
  async #auditLedger(): Promise<void> {
    const ledger = this.#ownLedger;
    const faults = ledger?.audit() ?? [];
    if (!ledger || faults.length === 0) return;
    const what = faults.map(({ collection, what: dimension, used, counted }) => `${dimension} of ${collection}: ${used} counted, ${counted} by its rows`).join('; ');
    this.#options.onNotice?.({ kind: 'ledger-reconciled', what });
    await this.#journal.append(ledger.reconcile().rows);
  }

  #lifeOf(vat: string): VatLife {
    return this.#lives.get(vat) ?? { vat, sagas: [] };
  }

  async #start(inner: WorkerFactory, start: WorkerStart): Promise<unknown> {
    if (this.#failure) throw new Error('facts of the host could not be written', this.#failure);
    if (this.#isShutDown) throw new WorkerLost('the workers are shut down');
    const gen = (this.#lastGen += 1);
    const tag = workerTag(start.name, this.#options.store.home, gen);
    const outcome = new Promise<'running' | { readonly failed: string }>((settle, fail) => {
      this.#attempts.set(gen, { inner, start, tag, settle, fail });
    });
    const { executor } = this.#journal;
    // Synced: no generation is given out twice, whatever happens to this machine. What follows need only outlive this process.
    this.#track(this.#happen(start.vatId, { kind: 'begin', gen, executor, tag, at: now(), takesOver: 'heapToCome' in start }, [{ key: lastGenKey, value: String(gen) }]));
    try {
      const ended = await outcome;
      const { worker, error } = this.#attempts.get(gen) as Attempt;
      if (ended === 'running') return worker;
      if (!this.#isShutDown) this.#options.onNotice?.({ kind: 'start-taken-back', vat: start.vatId, gen, why: ended.failed });
      throw error instanceof Error ? error : new WorkerLost(`a worker of ${start.vatId} was not started: ${ended.failed}`);
    } finally {
      this.#attempts.delete(gen);
    }
  }

  /** Takes an event in: memory at once, so that what follows sees it; then the rows; then its effects. */
  async #happen(vat: string, event: LifeEvent, further: readonly HostRow[] = []): Promise<void> {
    const before = this.#lifeOf(vat);
    const { life, effects } = (this.#options.rules ?? advance)(before, event);
    this.#lives.set(vat, life);
    const rows = [...changedRows(before, life), ...further, ...this.#rowsOf(vat, effects)];
    if (rows.length > 0) await this.#journal.append(rows, event.kind === 'begin');
    await this.#options.onStep?.(event.kind);
    for (const effect of effects) this.#perform(vat, effect);
  }

  /** Effects that are rows themselves, in the same write. */
  #rowsOf(vat: string, effects: readonly LifeEffect[]): HostRow[] {
    return effects.flatMap(effect => {
      if (effect.kind === 'release' && effect.of === 'notice') return this.#ledger.release({ vat, gen: effect.gen }).rows;
      if (effect.kind !== 'count-stale') return [];
      this.#staleNotices += 1;
      this.#options.onNotice?.({ kind: 'stale-notice', vat, gen: effect.gen });
      return [{ key: staleKey, value: String(this.#staleNotices) }];
    });
  }

  #perform(vat: string, effect: LifeEffect): void {
    const { gen } = effect;
    switch (effect.kind) {
      case 'charge':
        return this.#track(this.#charge(vat, gen));
      case 'spawn':
        return this.#track(this.#spawn(vat, gen));
      case 'end':
        return this.#track(this.#end(vat, effect));
      case 'release':
        if (effect.of === 'saga') this.#track(this.#happen(vat, { kind: 'released', gen, at: now() }, this.#ledger.release({ vat, gen }).rows));
        return;
      case 'tell':
        this.#attempts.get(gen)?.settle(effect.outcome);
        return;
      case 'greet': // onProcess resolves, and the worker is given its start
      case 'count-stale':
        return;
    }
  }

  async #charge(vat: string, gen: number): Promise<void> {
    const attempt = this.#attempts.get(gen) as Attempt;
    const { account = '', memoryBytes } = attempt.start;
    const { refused, rows } = this.#ledger.charge({ vat, gen }, { account, memoryBytes });
    if (refused !== undefined) attempt.error = new NoRoomForWorker(refused);
    await this.#happen(vat, refused === undefined ? { kind: 'charged', gen } : { kind: 'refused', gen, why: refused }, rows);
  }

  async #spawn(vat: string, gen: number): Promise<void> {
    const attempt = this.#attempts.get(gen) as Attempt;
    try {
      const onProcess = (process: WorkerProcess): Promise<void> => this.#onProcess(vat, gen, attempt, process);
      attempt.worker = await attempt.inner.start({ ...attempt.start, name: attempt.tag, onProcess });
      await this.#happen(vat, { kind: 'ready', gen, at: now() });
    } catch (error) {
      attempt.error = error;
      const why = error instanceof Error ? error.message : String(error);
      await this.#happen(vat, attempt.process ? { kind: 'not-ready', gen, why } : { kind: 'not-spawned', gen, why });
    }
  }

  /** The process does nothing before it is noted: a host that dies in between leaves one that ends by itself, at the end of its input. */
  async #onProcess(vat: string, gen: number, attempt: Attempt, process: WorkerProcess): Promise<void> {
    attempt.process = process;
    this.#children.set(gen, process);
    this.#track(process.ended.then(end => {
      this.#children.delete(gen);
      return this.report(vat, gen, end);
    }));
    await this.#happen(vat, { kind: 'spawned', gen, process: this.#processes.identify(process.pid, attempt.tag) });
  }

  async #end(vat: string, { gen, tag, process, of }: Extract<LifeEffect, { kind: 'end' }>): Promise<void> {
    const options: EndOptions = {
      alarmAfterMs: this.#options.alarmAfterMs ?? 10_000,
      signal: this.#giveUp,
      onAlarm: async why => {
        this.#options.onNotice?.({ kind: 'undo-stuck', vat, gen, why });
        await this.#happen(vat, { kind: 'stuck', gen, why, at: now() });
      },
    };
    const own = this.#children.get(gen);
    if (own) {
      own.kill();
      await awaitChild(own.pid, own.ended, options);
    } else {
      const ended = await endProcess(this.#processes, tag, process, options);
      if (ended === undefined) return; // the next host goes on
      this.#orphansEnded += ended;
      if (ended > 0) this.#options.onNotice?.({ kind: 'orphan-ended', vat, gen });
    }
    if (of === 'saga') await this.#happen(vat, { kind: 'gone', gen });
  }

  /** What fails here fails for the host: no worker is started any more, and whoever waits for one is told. */
  #track(work: Promise<void>): void {
    const tracked = work.catch((error: unknown) => {
      this.#failure ??= { cause: error };
      for (const { fail } of this.#attempts.values()) fail(error);
    }).finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

async function numberIn(store: HostStore, key: string): Promise<number> {
  return Number((await store.rows(key))[0]?.[1] ?? '0');
}

function now(): string {
  return new Date().toISOString();
}
