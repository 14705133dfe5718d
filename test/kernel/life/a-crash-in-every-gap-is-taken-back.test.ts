/**
 * F1: a host that ends in every gap of every step of a start, an undo, an end and a hand-over, and the next host in every gap of
 * its recovery. All of them, not a sample: each write is cut off before it and after it, and what is done between two writes
 * stays done, for processes outlive their host.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MemoryHostStore, WorkerLedger, WorkerLife, type HostLimits, type HostRow } from '../../../kernel/index.js';
import type { WorkerStart } from '../../../kernel/vat/protocol.js';
import { StagedWorkers } from '../../support/staged-host.js';
import { StagedProcessTable } from '../../support/staged-processes.js';

type Cut = { readonly write: number; readonly when: 'before' | 'after' };

/** The host ends at a write: nothing of it goes on. */
class CutStore extends MemoryHostStore {
  writes = 0;
  #cut: Cut | undefined;
  readonly ended: Promise<'cut off'>;
  #end!: (how: 'cut off') => void;
  #isDead = false;

  constructor(rows: Iterable<readonly [string, string]>, cut: Cut | undefined) {
    super({ rows });
    this.#cut = cut;
    this.ended = new Promise(end => { this.#end = end; });
  }

  /** It was not reached, and is not to be. */
  uncut(): void {
    this.#cut = undefined;
  }

  override async write(rows: readonly HostRow[]): Promise<void> {
    this.writes += 1;
    const isCut = this.#cut?.write === this.writes;
    if (!this.#isDead && (!isCut || this.#cut?.when === 'after')) await super.write(rows);
    if (!isCut && !this.#isDead) return;
    this.#isDead = true;
    this.#end('cut off');
    await new Promise<never>(() => undefined);
  }
}

/** Workers that answer at once, but for those that are named by their place. */
class PromptWorkers extends StagedWorkers {
  readonly #silent: ReadonlySet<number>;

  constructor(silent: readonly number[] = []) {
    super();
    this.#silent = new Set(silent);
  }

  override start(start: WorkerStart): ReturnType<StagedWorkers['start']> {
    const index = this.processes.length;
    const started = super.start({
      ...start,
      onProcess: async noted => {
        const process = this.processes[index];
        assert.ok(process);
        process.kill = () => { process.end(); };
        await start.onProcess?.(noted);
        if (this.#silent.has(index)) process.timeOut();
        else process.answer();
      },
    });
    return started;
  }
}

type Story = { readonly name: string; readonly silent?: readonly number[]; readonly limits?: HostLimits; readonly tell: (life: WorkerLife, workers: PromptWorkers) => Promise<void> };

const common = { name: 'v7:staged', vatId: 'v7', computronsPerDelivery: 1 };
const start = (life: WorkerLife, workers: PromptWorkers): Promise<unknown> => life.workers(workers).start({ ...common, bundle: new Uint8Array() });
const succeed = (life: WorkerLife, workers: PromptWorkers): Promise<unknown> => life.workers(workers).start({ ...common, heapToCome: Promise.resolve({ bytes: new Uint8Array() }) });

const stories: readonly Story[] = [
  { name: 'a start, and the end of its worker', tell: async (life, workers) => {
    await start(life, workers);
    workers.processes[0]?.end();
    await life.settled();
  } },
  { name: 'a start that is taken back', silent: [0], tell: async (life, workers) => {
    await assert.rejects(start(life, workers));
    await life.settled();
  } },
  { name: 'a start that is refused, and the end of the one it wanted to replace', limits: { host: { workers: 1n } }, tell: async (life, workers) => {
    await start(life, workers);
    await assert.rejects(succeed(life, workers));
    workers.processes[0]?.end();
    await life.settled();
  } },
  { name: 'a hand-over, and the end of its worker', tell: async (life, workers) => {
    await start(life, workers);
    await succeed(life, workers);
    workers.processes[1]?.end();
    await life.settled();
  } },
  { name: 'a hand-over that fails', silent: [1], tell: async (life, workers) => {
    await start(life, workers);
    await assert.rejects(succeed(life, workers));
    workers.processes[0]?.end();
    await life.settled();
  } },
];

/** I7: whoever lives is charged, by what is written. I1: counters are what the rows say. */
async function checkWritten(store: MemoryHostStore, workers: PromptWorkers, where: string): Promise<void> {
  const ledger = await WorkerLedger.open(store);
  assert.deepEqual(ledger.audit(), [], where);
  const rows = ledger.charged().map(({ gen }) => gen);
  for (const { start: { name }, isAlive } of workers.processes) if (isAlive) assert.ok(rows.includes(Number(name.slice(-10))), `${where}: ${name} lives without a row`);
}

const cuts = (write: number): readonly Cut[] => [{ write, when: 'before' }, { write, when: 'after' }];

/** Recovers from `rows`; without a life if it was cut off. */
async function recover(rows: ReadonlyMap<string, string>, workers: PromptWorkers, cut: Cut | undefined): Promise<{ readonly store: CutStore; readonly life: WorkerLife | undefined }> {
  const store = new CutStore(rows, cut);
  const opened = WorkerLife.open({ store, processes: new StagedProcessTable(workers) });
  opened.catch(() => undefined); // told by the race
  const life = await Promise.race([opened, store.ended]);
  return { store, life: life === 'cut off' ? undefined : life };
}

async function checkRecovered(life: WorkerLife, store: CutStore, workers: PromptWorkers, where: string): Promise<void> {
  assert.equal(workers.processes.filter(({ isAlive }) => isAlive).length, 0, `${where}: an orphan`);
  assert.deepEqual([...store.all.keys()].filter(key => /^(?:saga|slot|ledger\/[rlhk])/.test(key)), [], `${where}: something is left`);
  assert.ok(life.usage().every(({ used }) => used === 0n), where);
  const used = workers.processes.map(({ start: { name } }) => Number(name.slice(-10)));
  const fresh = new PromptWorkers();
  await start(life, fresh);
  assert.ok(Number(fresh.processes[0]?.start.name.slice(-10)) > Math.max(0, ...used), `${where}: a generation is given out twice`);
  fresh.processes[0]?.end();
  await life.settled();
  assert.ok(life.usage().every(({ used: left }) => left === 0n), where);
}

/** Tells the story once, cut off; then recovers in every way. Answers whether it was cut off, and how many gaps were covered. */
async function cutOff({ tell, silent, limits }: Story, cut: Cut, where: string): Promise<{ readonly wasCut: boolean; readonly gaps: number }> {
  const begin = async (): Promise<{ store: CutStore; workers: PromptWorkers; wasCut: boolean }> => {
    const [store, workers] = [new CutStore([], cut), new PromptWorkers(silent)];
    const opened = WorkerLife.open({ store, processes: new StagedProcessTable(workers), ...(limits ? { limits } : {}) });
    const told = opened.then(life => tell(life, workers));
    told.catch(() => undefined); // told by the race
    return { store, workers, wasCut: (await Promise.race([told, store.ended])) === 'cut off' };
  };
  let gaps = 1;
  for (let write = 1, isWhole = false; !isWhole; write += 1) {
    for (const again of cuts(write)) {
      const { store, workers, wasCut } = await begin();
      if (!wasCut) return { wasCut: false, gaps: 0 };
      await checkWritten(store, workers, where);
      const first = await recover(store.all, workers, again);
      isWhole ||= first.life !== undefined;
      await checkWritten(first.store, workers, `${where}, then at write ${write}`);
      const last = first.life ? first : await recover(first.store.all, workers, undefined);
      assert.ok(last.life);
      last.store.uncut();
      await checkRecovered(last.life, last.store, workers, `${where}, then ${again.when} write ${write} of the recovery`);
      gaps += 1;
    }
  }
  return { wasCut: true, gaps };
}

for (const story of stories) {
  test(`F1: ${story.name}, cut off in every gap, and the recovery in every gap of that, leaves nothing and counts nothing twice`, { timeout: 120_000 }, async t => {
    let gaps = 0;
    for (let write = 1, isWhole = false; !isWhole; write += 1) {
      for (const cut of cuts(write)) {
        const done = await cutOff(story, cut, `cut off ${cut.when} write ${write}`);
        isWhole ||= !done.wasCut;
        gaps += done.gaps;
      }
    }
    t.diagnostic(`${gaps} gaps`);
    assert.ok(gaps > 50, `${gaps} gaps`);
  });
}
