/**
 * A vat that does anything a vat may do, and now and then what none may, as its seed says. It keeps its books as
 * liveslots does: what it imports and exports, which promises it decides and which it waits for.
 */
import { decodeCapData, encodeCapData, promiseRef, refsOf, SlotRef, slotRef, type CapData, type Passable } from '../../kernel/capdata.js';
import type { VatDelivery, VatResolution, VatSyscall } from '../../kernel/vat/protocol.js';
import { makeRandom, type Random } from '../support/kernel-random.js';
import type { ScriptedEnd, ScriptedVat, ScriptStart, Syscall } from '../support/kernel-scripted.js';
import { callOf } from './calls.js';
import { makeHostileVat, wasHostile } from './hostile-vat.js';
import { StoreModel } from './store-model.js';

/** What outlives the incarnation, in its store. */
type Durable = { nextExport: number; nextPromise: number; imports: [string, boolean][]; exports: [string, boolean][]; incarnation: number };

export function makeRandomVat(seed: string, { name, bundle }: ScriptStart): ScriptedVat {
  const id = Buffer.from(bundle).toString();
  return id === 'b1-hostile' ? makeHostileVat(`${seed} ${name}`) : new RandomVat(`${seed} ${name}`, id);
}

class RandomVat implements ScriptedVat {
  readonly #seed: string;
  readonly #bundle: string;
  #random: Random;
  readonly #store = new StoreModel();
  #durable: Durable = { nextExport: 1, nextPromise: 5, imports: [], exports: [['o+0', true]], incarnation: 0 };
  /** vref → whether it can be used. */
  #imports = new Map<string, boolean>();
  /** vref → whether others can reach it. */
  #exports = new Map<string, boolean>();
  /** What was said of an import. */
  readonly #ifaces = new Map<string, string>();
  readonly #decided = new Set<string>();
  readonly #awaited = new Set<string>();
  /** Names of promises that the kernel gave it and took back. */
  readonly #told = new Set<string>();
  /** An earlier incarnation kept no books: then it may have anything. */
  #isHeir = false;
  #syscall: Syscall = () => Promise.reject(new Error('no delivery'));

  constructor(seed: string, bundle: string) {
    this.#seed = seed;
    this.#bundle = bundle;
    this.#random = makeRandom(seed);
  }

  async deliver(delivery: VatDelivery, syscall: Syscall, meterTimes = 1): Promise<ScriptedEnd> {
    if (meterTimes !== 1 && (delivery[0] !== 'notify' || meterTimes > delivery[1].length)) throw new Error(`${delivery[0]} with ${meterTimes} limits`);
    this.#syscall = syscall;
    const fault = await this.#handle(delivery);
    const computrons = 1 + this.#random.below(40_000);
    if (fault) return { ...fault, computrons };
    this.#durable.imports = [...this.#imports];
    this.#durable.exports = [...this.#exports].filter(([vref]) => vref === 'o+0' || vref.startsWith('o+d'));
    await this.#store.set(syscall, 'durable', JSON.stringify(this.#durable));
    return { computrons };
  }

  async #handle(delivery: VatDelivery): Promise<ScriptedEnd> {
    switch (delivery[0]) {
      case 'startVat': return this.#start(delivery[1]);
      case 'message': {
        if (!this.#exports.has(delivery[1]) && !this.#isHeir) throw new Error(`delivered to ${delivery[1]}, which is not an export`);
        await this.#meet(delivery[2].methargs, new Set());
        if (delivery[2].result) this.#decided.add(delivery[2].result);
        return this.#act(5);
      }
      case 'notify': return this.#notified(delivery[1]);
      case 'dropExports': this.#each(delivery[1], this.#exports, vref => this.#exports.set(vref, false)); return undefined;
      case 'retireExports': this.#each(delivery[1], this.#exports, vref => this.#exports.delete(vref)); return undefined;
      case 'retireImports': this.#each(delivery[1], this.#imports, vref => this.#imports.delete(vref)); return undefined;
      case 'bringOutYourDead': return this.#bringOutDead();
    }
  }

  #each(vrefs: readonly string[], known: ReadonlyMap<string, boolean>, what: (vref: string) => void): void {
    for (const vref of vrefs) {
      if (known.has(vref)) what(vref);
      else if (!this.#isHeir) throw new Error(`told of ${vref}, which it does not have`);
    }
  }

  async #start(parameters: CapData): Promise<ScriptedEnd> {
    const text = await this.#syscall(['vatstoreGet', 'durable']);
    this.#isHeir = (await this.#syscall(['vatstoreGet', wasHostile])) !== null;
    if (this.#isHeir) await this.#store.load(this.#syscall);
    if (typeof text === 'string') {
      this.#durable = JSON.parse(text) as Durable;
      this.#durable.incarnation += 1;
      this.#random = makeRandom(`${this.#seed} ${this.#durable.incarnation}`);
      await this.#store.load(this.#syscall);
    }
    this.#imports = new Map(this.#durable.imports);
    this.#exports = new Map(this.#durable.exports);
    await this.#meet(parameters, new Set());
    if (this.#bundle.includes('fails')) return { verdict: { kind: 'error', message: '-this contract does not start' } };
    return this.#act(2);
  }

  /** Notes the slots of data it is given. It subscribes to every promise it does not know. */
  async #meet(data: CapData, settled: ReadonlySet<string>): Promise<void> {
    for (const ref of refsOf(decodeCapData(data))) if (ref instanceof SlotRef && ref.iface !== undefined) this.#ifaces.set(ref.slot, ref.iface);
    for (const slot of data.slots) {
      if (slot.startsWith('o-')) this.#imports.set(slot, true);
      else if (slot.startsWith('o+')) this.#exports.set(slot, true);
      else if (!settled.has(slot) && !this.#awaited.has(slot) && !this.#decided.has(slot)) {
        this.#awaited.add(slot);
        await this.#syscall(['subscribe', slot]);
      }
    }
  }

  async #notified(batch: readonly VatResolution[]): Promise<ScriptedEnd> {
    const settled = new Set(batch.map(([vpid]) => vpid));
    if (settled.size < batch.length) throw new Error('it is told twice of one promise');
    for (const vpid of settled) {
      this.#awaited.delete(vpid);
      this.#decided.delete(vpid);
      if (vpid.startsWith('p-')) this.#told.add(vpid);
    }
    for (const [, , data] of batch) await this.#meet(data, settled);
    return this.#act(2);
  }

  async #bringOutDead(): Promise<ScriptedEnd> {
    const dropped = this.#random.some([...this.#imports.keys()]).filter(vref => this.#imports.get(vref)).sort();
    for (const vref of dropped) this.#imports.set(vref, false);
    if (dropped.length > 0) await this.#syscall(['dropImports', dropped]);
    const retired = this.#random.some([...this.#imports.keys()]).filter(vref => !this.#imports.get(vref)).sort();
    for (const vref of retired) this.#imports.delete(vref);
    if (retired.length > 0) await this.#syscall(['retireImports', retired]);
    const ended = this.#random.some([...this.#exports.keys()]).filter(vref => !this.#exports.get(vref) && vref !== 'o+0').sort();
    for (const vref of ended) this.#exports.delete(vref);
    if (ended.length > 0) await this.#syscall(['retireExports', ended]);
    return undefined;
  }

  async #act(most: number): Promise<ScriptedEnd> {
    for (let left = this.#random.below(most + 1); left > 0; left -= 1) {
      switch (this.#random.below(5)) {
        case 0: case 1: await this.#send(); break;
        case 2: await this.#resolveSome(); break;
        case 3: await this.#store.doSomething(this.#random, this.#syscall); break;
        default: await this.#abandon();
      }
    }
    while (this.#decided.size > 4) await this.#resolveSome();
    return this.#random.once(80) ? this.#misbehave() : undefined;
  }

  async #abandon(): Promise<void> {
    const vref = this.#random.once(12) ? this.#random.pick([...this.#exports.keys()].filter(known => known !== 'o+0')) : undefined;
    if (vref === undefined) return;
    this.#exports.delete(vref);
    await this.#syscall(['abandonExports', [vref]]);
  }

  /** To an object it imports, an object of its own, or a promise, settled or not. */
  async #send(): Promise<void> {
    const promises = [...this.#awaited, ...this.#decided];
    const usable = [...this.#imports].filter(([, reachable]) => reachable).map(([vref]) => vref);
    const target = this.#random.once(3) ? (this.#random.pick(promises) ?? this.#someExport()) : (this.#random.pick(usable) ?? this.#someExport());
    const methargs = encodeCapData([...callOf(this.#random, this.#ifaces.get(target) ?? '', wanted => this.#refTo(wanted) ?? this.#someRef())]);
    const result = this.#random.once(5) ? null : `p+${this.#durable.nextPromise++}`;
    await this.#syscall(['send', target, this.#random.once(2) || result === null ? { methargs, ...(result === null ? {} : { result }) } : { methargs, result }]);
    if (result === null) return;
    this.#awaited.add(result);
    await this.#syscall(['subscribe', result]);
  }

  #someExport(): string {
    const known = this.#random.pick([...this.#exports.keys()]);
    if (known !== undefined && !this.#random.once(3)) {
      this.#exports.set(known, true);
      return known;
    }
    const number = this.#durable.nextExport++;
    const made = this.#random.once(2) ? `o+${number}` : `o+${this.#random.once(2) ? 'd' : 'v'}10/${number}`;
    this.#exports.set(made, true);
    return made;
  }

  #refTo(iface: string | undefined): Passable | undefined {
    if (iface === undefined) return undefined;
    const vref = this.#random.pick([...this.#imports].filter(([known, reachable]) => reachable && this.#ifaces.get(known) === iface).map(([known]) => known));
    return vref === undefined ? undefined : slotRef(vref, iface);
  }

  #someRef(): Passable {
    const usable = [...this.#imports].filter(([, reachable]) => reachable).map(([vref]) => vref);
    switch (this.#random.below(5)) {
      case 0: {
        const vpid = this.#random.pick([...this.#awaited, ...this.#decided]) ?? this.#newPromise();
        return promiseRef(vpid);
      }
      case 1: return this.#random.once(2) ? promiseRef(this.#newPromise()) : 'no slot';
      case 2: return slotRef(this.#someExport());
      default: return slotRef(this.#random.pick(usable) ?? this.#someExport());
    }
  }

  /** Its own name for it; or one that the kernel took back, as liveslots does with promises that it kept in virtual data. */
  #newPromise(): string {
    const known = this.#random.once(6) ? this.#random.pick([...this.#told]) : undefined;
    const vpid = known ?? `p+${this.#durable.nextPromise++}`;
    this.#told.delete(vpid);
    this.#decided.add(vpid);
    return vpid;
  }

  async #resolveSome(): Promise<void> {
    const chosen = [...this.#decided].slice(0, 1 + this.#random.below(2));
    const batch = chosen.map((vpid, index): VatResolution => {
      const isReject = this.#random.once(4);
      if (this.#random.once(8)) return [vpid, isReject, encodeCapData([promiseRef(chosen[(index + 1) % chosen.length] as string), 'round and round'])];
      const lone = this.#random.once(2) ? this.#random.pick([...this.#imports].filter(([, reachable]) => reachable).map(([vref]) => vref)) : undefined;
      const value: Passable = lone === undefined ? [this.#someRef(), this.#random.below(10)] : slotRef(lone, 'Alleged: thing');
      return [vpid, isReject, encodeCapData(value)];
    });
    if (batch.length === 0) return;
    if (this.#random.once(6)) {
      await this.#syscall(['subscribe', chosen[0] as string]);
      if (this.#random.once(2)) return; // it waits for its own promise
    }
    for (const vpid of chosen) this.#decided.delete(vpid);
    await this.#syscall(['resolve', batch]);
  }

  async #misbehave(): Promise<ScriptedEnd> {
    const illegal: readonly VatSyscall[] = [
      ['send', 'o-9999', { methargs: encodeCapData(['foo', []]) }], ['subscribe', 'p-9999'], ['dropImports', ['o+0']], ['resolve', [['p+9999', false, encodeCapData(promiseRef('p+9998'))]]],
      ['retireImports', ['o-50']], ['send', 'd-70', { methargs: encodeCapData(['foo', []]) }], ['exit', false, encodeCapData(promiseRef('p+9997'))], ['retireExports', ['o+0']],
    ];
    switch (this.#random.below(6)) {
      case 0: await this.#syscall(this.#random.pick(illegal) as VatSyscall); return undefined;
      case 1: return { verdict: { kind: 'error', message: '$0 the supervisor gives up' } };
      case 2: return { verdict: { kind: 'meter', which: 'compute' } };
      case 3: return { verdict: { kind: 'record-bound', which: 'bytes' } };
      case 4: await this.#syscall(['exit', true, encodeCapData(['reason', this.#someRef()])]); return undefined;
      default: await this.#syscall(['exit', false, encodeCapData(['done', this.#someRef()])]); return undefined;
    }
  }
}
