/** What the kernel tells, as lines. Numbers of cranks follow from the steps, so that the kernel need not say them. */
import type { Change, KernelEntry } from '../../kernel/index.js';
import { isLocal } from '../../kernel/index.js';
import type { Line } from './lines/index.js';

type Emit = (line: Line) => void;
type Delivery = Extract<KernelEntry, { type: 'delivery' }>;
type Step = Extract<KernelEntry, { type: 'step' }>;

/** Rows in one line, by the length of their text: the rest follows in another. */
const rowsTextMax = 32 * 1024;

export class KernelLines {
  readonly #emit: Emit;
  /** The last step that is closed. */
  #step = 0;
  #isStarted = false;
  /** Lines of a step whose beginning was not told: it begins with the word of what kind it was. */
  #early: Line[] = [];
  /** Keys that this run has changed already: of others the value before is told too. */
  readonly #changed = new Set<string>();

  constructor(emit: Emit) {
    this.#emit = emit;
  }

  get step(): number {
    return this.#step;
  }

  /** A run begins after this step. */
  begin(step: number): void {
    this.#step = step;
    this.#isStarted = false;
    this.#early = [];
    this.#changed.clear();
  }

  /** Of entries that are steps, or parts of one. */
  take(entry: Extract<KernelEntry, { type: 'crank' | 'delivery' | 'terminate' | 'inject' | 'step' }>): void {
    const crank = this.#step + 1;
    switch (entry.type) {
      case 'crank':
        this.#isStarted = true;
        return this.#emit({ type: 'crank-start', crank, kind: 'crank', from: entry.from, vat: entry.vat });
      case 'delivery': return this.#delivery(crank, entry);
      case 'terminate': return this.#within({ type: 'terminate', crank, vat: entry.vat, failure: entry.isFailure, info: entry.info });
      case 'inject': return this.#within({ type: 'upgrade-inject', crank, events: entry.events });
      case 'step': return this.#close(entry);
    }
  }

  #within(line: Line): void {
    if (this.#isStarted) this.#emit(line);
    else this.#early.push(line);
  }

  #delivery(crank: number, { vat, position, meterTimes, delivery, outcome }: Delivery): void {
    const at = { crank, vat, delivery: position };
    this.#emit({ type: 'deliver', ...at, meter: meterTimes === 1 ? undefined : meterTimes, vd: delivery });
    for (const [syscall, { s, r }] of outcome.syscalls.entries()) {
      this.#emit({ type: 'syscall', ...at, syscall, vsc: s });
      if (r[0] !== 'ok' || r[1] !== null) this.#emit({ type: 'syscall-result', ...at, syscall, vsr: r });
    }
    const { verdict, computrons, recordedBytes = 0, saved } = outcome;
    this.#emit({
      type: 'deliver-result', ...at, status: verdict.kind, reason: reasonOf(verdict), compute: computrons ?? null,
      syscalls: outcome.syscalls.length, bytes: recordedBytes, heap: saved?.hash, heapBytes: saved?.size,
    });
  }

  #close({ step, changes, hashes }: Step): void {
    if (!this.#isStarted) this.#emit({ type: 'crank-start', crank: step.number, kind: step.kind });
    for (const line of this.#early) this.#emit(line);
    for (const change of changes) this.#clist(step.number, change);
    this.#rows(step.number, changes, hashes);
    this.#emit({ type: 'crank-finish', crank: step.number, crankhash: step.hash, activityhash: step.activity });
    this.#step = step.number;
    this.#isStarted = false;
    this.#early = [];
  }

  /** A vat's entry for a kref: one row of two says all of it. */
  #clist(crank: number, { key, before, after }: Change): void {
    if (!key.startsWith('c.')) return;
    const [, vat, side, kref] = key.split('.', 4) as [string, string, string, string];
    if (side !== 'k') return;
    const entry = (after ?? before) as string;
    this.#emit({
      type: 'clist', crank, op: after === undefined ? 'remove' : before === undefined ? 'add' : 'change',
      vat: `v${vat.slice(1)}`, kref: `k${kref.slice(0, 1)}${kref.slice(2)}`, vref: entry.slice(2), reachable: entry.startsWith('R'),
    });
  }

  #rows(crank: number, changes: readonly Change[], hashes: ReadonlyMap<number, string>): void {
    let rows = '';
    for (const [index, { key, before, after }] of changes.entries()) {
      if (isLocal(key)) continue;
      const name = JSON.stringify(key);
      const hashed = hashes.get(index);
      rows += rows === '' ? '[' : ',';
      rows += after === undefined ? `["delete",${name}` : hashed === undefined ? `["set",${name},${JSON.stringify(after)}` : `["hash",${name},"${hashed}"`;
      if (!this.#changed.has(key)) {
        this.#changed.add(key);
        if (before !== undefined) rows += `,${before.length <= shortMax ? JSON.stringify(before) : JSON.stringify({ length: before.length })}`;
      }
      rows += ']';
      if (rows.length < rowsTextMax) continue;
      this.#emit({ type: 'kv', crank, rows: `${rows}]` });
      rows = '';
    }
    if (rows !== '') this.#emit({ type: 'kv', crank, rows: `${rows}]` });
  }
}

const shortMax = 64;

function reasonOf(verdict: Delivery['outcome']['verdict']): string | undefined {
  switch (verdict.kind) {
    case 'ok': return undefined;
    case 'error': return verdict.message;
    case 'illegal-syscall': return verdict.reason;
    case 'meter': case 'record-bound': return verdict.which;
  }
}
