/** A kernel whose vats do what a conversation says, and what it did, in lines. Every step is audited. */
import { audit, defaultParams, Kernel, KernelStorage, MemoryBacking, MemorySnapshots, type KernelParams, type VatId } from '../../../kernel/index.js';
import { encodeCapData, slotRef, type CapData } from '../../../kernel/capdata.js';
import { enqueue } from '../../../kernel/queues.js';
import { routeSend } from '../../../kernel/route.js';
import { takeNumber } from '../../../kernel/state.js';
import { beginStep, closeStep } from '../../../kernel/step.js';
import { keys } from '../../../kernel/store/keys.js';
import type { VatDelivery } from '../../../kernel/vat/protocol.js';
import { readProgress, writeProgress } from '../../../kernel/vat/records.js';
import { rootOf } from '../../../kernel/vat/lifecycle.js';
import { makeScriptedWorkers, type ScriptedEnd, type ScriptedVat, type Syscall } from '../../support/kernel-scripted.js';
import type { Command } from './conversation.js';
import { deliveryText, kindOf, parseSyscall } from './language.js';
import { changesBetween, makeNames, snapshotOf, type Snapshot } from './rows.js';

/** Nothing happens by itself: one delivery a round, and nobody is asked to bring out its dead. */
const quietParams: KernelParams = { ...defaultParams, roundWidth: 1, reapInterval: 1000 };

export class Stage {
  readonly #kernel: Kernel;
  readonly #backing: MemoryBacking;
  #params = quietParams;
  /** By vat, then by what it is delivered: the parts that are waiting. */
  readonly #parts = new Map<string, (readonly string[])[]>();
  readonly #nameOf: (vat: string) => string;
  #before: Snapshot = new Map();
  /** What the vats did since, by vat; told when it settles. */
  readonly #heard = new Map<string, string[]>();
  /** What each delivery made the vats do, by vat and position. */
  readonly #done = new Map<string, readonly string[]>();
  #progress: Snapshot = new Map();
  readonly #stored = new Map<string, string>();
  #lines: string[] = [];

  static async open(names: readonly string[]): Promise<Stage> {
    const backing = new MemoryBacking();
    const stage = new Stage(backing, await KernelStorage.open(backing));
    await stage.#begin(names);
    return stage;
  }

  private constructor(backing: MemoryBacking, storage: KernelStorage) {
    this.#backing = backing;
    this.#kernel = new Kernel({
      storage,
      workers: makeScriptedWorkers(({ vatId }) => this.#makeVat(vatId as VatId)),
      engine: 'scripted',
      snapshots: new MemorySnapshots(),
      bundles: { get: id => Promise.resolve(Buffer.from(id)) },
      onStep: ({ kind }) => { this.#note(kind); },
    });
    this.#nameOf = makeNames(storage);
  }

  /** Each vat learns of all the others, in their order: the second vat is o-50 of the first. */
  async #begin(names: readonly string[]): Promise<void> {
    this.#kernel.initialize({ vats: Object.fromEntries(names.map(name => [name, { bundleId: 'b' }])) }, [{ bundleId: 'b', size: 1 }]);
    await this.#run();
    for (const name of names) this.#inject(() => { this.#send(name, 'meet', names.filter(other => other !== name)); });
    await this.#run();
    this.#lines = [];
  }

  /** Does what the commands say, runs until nothing is left to do, and tells what happened. */
  async perform(commands: readonly Command[]): Promise<readonly string[]> {
    for (const { line, part } of commands) this.#perform(line.split(' ') as [string, ...string[]], part);
    await this.#run();
    const unused = [...this.#parts].filter(([, parts]) => parts.length > 0).map(([key]) => `never delivered: ${key}`);
    this.#parts.clear();
    return [...this.#lines.splice(0), ...unused];
  }

  #perform([name, verb, ...words]: [string, ...string[]], part: readonly string[]): void {
    if (name === 'kernel' && verb !== undefined) {
      this.#params = { ...this.#params, [verb]: Number(words[0]) };
      return;
    }
    switch (verb) {
      case undefined: // the vat is poked, and does this
        this.#expect(name, 'poke', part);
        return this.#inject(() => { this.#send(name, 'poke', []); });
      case 'on': return this.#expect(name, words[0] as string, part);
      case 'brings-out-its-dead':
        this.#expect(name, 'bringOutYourDead', part);
        return this.#inject(() => { this.#reap(name); });
      case 'is-terminated':
        return this.#inject(() => { enqueue(this.#kernel.state, { type: 'terminate-vat', vat: this.#vatOf(name), reason: encodeCapData('enough'), result: null }); });
      case 'is-upgraded':
        return this.#inject(() => {
          enqueue(this.#kernel.state, { type: 'upgrade-vat', vat: this.#vatOf(name), bundleId: 'b', parameters: encodeCapData('newer'), upgradeMessage: 'newer', result: null });
        });
      default: throw new Error(`no command is written "${name} ${verb}"`);
    }
  }

  /** Vat stores are on disk: they are followed by what runs change. */
  #look(): Snapshot {
    const { rows } = this.#kernel.state;
    for (const { key, after } of rows.runChanges()) {
      if (!key.startsWith('vs.')) continue;
      if (after === undefined) this.#stored.delete(key);
      else this.#stored.set(key, after);
    }
    return new Map([...snapshotOf(rows), ...this.#stored]);
  }

  #expect(name: string, what: string, part: readonly string[]): void {
    const key = `${name} on ${what}`;
    this.#parts.set(key, [...(this.#parts.get(key) ?? []), part]);
  }

  #send(name: string, method: string, others: readonly string[]): void {
    const { state } = this.#kernel;
    const methargs: CapData = encodeCapData([method, others.map(other => slotRef(rootOf(state, this.#vatOf(other))))]);
    routeSend(state, rootOf(state, this.#vatOf(name)), { methargs, result: null });
  }

  #reap(name: string): void {
    const { state } = this.#kernel;
    const vat = this.#vatOf(name);
    const reap = takeNumber(state, 'reap');
    state.rows.set(keys.reap(reap), vat);
    writeProgress(state, vat, { ...readProgress(state.rows, vat), reap });
  }

  #vatOf(name: string): VatId {
    const vat = this.#kernel.state.rows.get(keys.vatByName(name));
    if (vat === undefined) throw new Error(`no vat is called ${name}`);
    return vat as VatId;
  }

  #inject(what: () => void): void {
    beginStep(this.#kernel.state);
    what();
    closeStep(this.#kernel.state, 'inject');
    this.#progress = progressOf(this.#kernel.state.rows);
    this.#before = this.#look(); // what a command does is not told
  }

  async #run(): Promise<void> {
    const { state } = this.#kernel;
    for (let left = 100; left > 0; left -= 1) {
      const { steps } = await this.#kernel.run({ highPriority: [], actions: [], newBundles: [], now: 1000n, params: this.#params });
      this.#backing.commit(state.rows.runChanges());
      state.rows.committed();
      this.#before = this.#look();
      if (steps.length === 0) return;
    }
    throw new Error('the conversation does not come to an end');
  }

  /** Whoever is brought back does again what it did, and nothing is told of it. */
  #makeVat(vat: VatId): ScriptedVat {
    const { spanStart, position } = readProgress(this.#kernel.state.rows, vat);
    let at = spanStart + 1;
    return {
      deliver: async (delivery, syscall) => {
        const replayed = at < position ? this.#done.get(`${vat} ${at}`) : undefined;
        at += 1;
        if (replayed === undefined) return this.#deliver(vat, delivery, syscall);
        for (const line of replayed) await syscall(parseSyscall(line));
        return undefined;
      },
      save: () => '',
    };
  }

  async #deliver(vat: VatId, delivery: VatDelivery, syscall: Syscall): Promise<ScriptedEnd> {
    const heard = this.#heard.get(vat) ?? [];
    this.#heard.set(vat, heard);
    heard.push(`${this.#nameOf(vat)} <- ${deliveryText(delivery)}`);
    const part = this.#parts.get(`${this.#nameOf(vat)} on ${kindOf(delivery)}`)?.shift() ?? [];
    const lines = [...newPromisesIn(delivery).map(vpid => `subscribe ${vpid}`), ...part.flatMap(withSubscription)];
    this.#done.set(`${vat} ${readProgress(this.#kernel.state.rows, vat).position}`, lines);
    for (const line of lines) {
      const end = endOf(line);
      const answer = end ? undefined : await syscall(parseSyscall(line));
      heard.push(`  ${line}${answer === null || answer === undefined ? '' : ` : ${String(answer)}`}`);
      if (end) return end;
    }
    return undefined;
  }

  /** What the vat did whose crank this is, if it is a vat's: it was charged. */
  #settledPart(): readonly string[] | undefined {
    const { rows } = this.#kernel.state;
    const before = this.#progress;
    this.#progress = progressOf(rows);
    const vat = [...this.#heard.keys()].find(id => this.#progress.get(keys.vatProgress(id as VatId)) !== before.get(keys.vatProgress(id as VatId)));
    const heard = vat === undefined ? undefined : this.#heard.get(vat);
    if (vat !== undefined) this.#heard.delete(vat);
    return heard;
  }

  #note(kind: string): void {
    const after = this.#look();
    this.#lines.push(...(this.#settledPart() ?? [kind === 'crank' ? 'the kernel itself' : kind]));
    this.#lines.push(...changesBetween(this.#before, after, this.#nameOf).map(line => `    ${line}`));
    for (const violation of audit(this.#kernel.state.rows)) this.#lines.push(`AUDIT: ${violation}`);
    this.#before = after;
  }
}

/** What has changed for a vat with each of its deliveries. */
function progressOf(rows: KernelStorage): Snapshot {
  return new Map(rows.below('vd.'));
}

/** A delivery may also end otherwise than well. */
function endOf(line: string): ScriptedEnd {
  const [verb, which] = line.split(' ') as [string, string];
  switch (verb) {
    case 'error': return { verdict: { kind: 'error', message: line.slice('error '.length) } };
    case 'meter': return { verdict: { kind: 'meter', which: which as 'compute' } };
    case 'record-bound': return { verdict: { kind: 'record-bound', which: which as 'bytes' } };
    case 'illegal': return { verdict: { kind: 'illegal-syscall', reason: line.slice('illegal '.length) } };
    default: return undefined;
  }
}

/** Promises of others that it hears of: a vat waits for each, as liveslots does. What is told by the same notify is settled. */
function newPromisesIn(delivery: VatDelivery): readonly string[] {
  const settled = delivery[0] === 'notify' ? delivery[1].map(([vpid]) => vpid) : [];
  const data = delivery[0] === 'message' ? [delivery[2].methargs] : delivery[0] === 'notify' ? delivery[1].map(([, , told]) => told) : [];
  const promises = data.flatMap(({ slots }) => slots).filter(slot => slot.startsWith('p-') && !settled.includes(slot));
  return [...new Set(promises)];
}

/** Whoever wants a result waits for it. */
function withSubscription(line: string): readonly string[] {
  const result = /^send .* -> (p\+\d+)$/.exec(line)?.[1];
  return result === undefined ? [line] : [line, `subscribe ${result}`];
}
