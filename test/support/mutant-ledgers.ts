/** Ledgers of a host that lack one rule each: what the schedules of the worker lifecycle must not let pass. */
import type { HostCharge, HostLedger, WorkerNeeds, WorkerToken } from '../../kernel/vat/life/ledger.js';
import { advance, type LifeEffect } from '../../kernel/vat/life/transitions.js';
import type { WorkerLifeOptions } from '../../kernel/index.js';
import { WorkerLedger } from '../../kernel/index.js';

/** A ledger, and what tests look at. */
export type ObservedLedger = {
  readonly options: Pick<WorkerLifeOptions, 'ledger' | 'rules'>;
  /** MiB that vats declared, by its counters. */
  used(): bigint;
  /** `v7.2` */
  rows(): readonly string[];
};

const mebibyte = 1024n * 1024n;

/** The host's own, opened over nothing. */
export async function realLedger(limits: Parameters<typeof WorkerLedger.open>[1] = {}): Promise<ObservedLedger & { readonly ledger: WorkerLedger }> {
  const ledger = await WorkerLedger.open({ rows: () => Promise.resolve([]) }, limits);
  const of = (dimension: string): bigint => ledger.usage().find(usage => usage.dimension === dimension)?.used ?? 0n;
  return {
    ledger,
    options: { ledger },
    used: () => of('workerMem') / mebibyte - 90n * of('workers'),
    rows: () => ledger.charged().map(({ vat, gen }) => `${vat}.${gen}`).sort(),
  };
}

type Missing = 'one guard' | 'attempt as key' | 'amounts from the row' | 'tombstones';

/** Rows and one counter, less one rule. */
class Mutant implements HostLedger {
  used = 0n;
  readonly held = new Map<string, { readonly token: WorkerToken; readonly amount: bigint }>();
  readonly #spent = new Set<string>();
  readonly #missing: Missing | undefined;
  /** What each vat needs now. */
  readonly #sizes = new Map<string, bigint>();

  constructor(missing?: Missing) {
    this.#missing = missing;
  }

  #key({ vat, gen }: WorkerToken): string {
    return this.#missing === 'attempt as key' ? vat : `${vat}.${gen}`;
  }

  resize(vat: string, size: bigint): void {
    this.#sizes.set(vat, size);
  }

  charge(token: WorkerToken, { memoryBytes = 64n * mebibyte }: WorkerNeeds): HostCharge {
    const key = this.#key(token);
    if (!this.#sizes.has(token.vat)) this.#sizes.set(token.vat, memoryBytes / mebibyte);
    if (this.held.has(key)) return { rows: [] };
    if (this.#spent.has(`${token.vat}.${token.gen}`) && this.#missing !== 'tombstones') return { refused: 'stale', rows: [] };
    const amount = memoryBytes / mebibyte;
    this.held.set(key, { token, amount });
    this.used += amount;
    return { rows: [] };
  }

  release(token: WorkerToken): { rows: readonly [] } {
    const key = this.#key(token);
    const row = this.held.get(key);
    this.#spent.add(`${token.vat}.${token.gen}`);
    if (row) {
      this.held.delete(key);
      this.used -= this.#missing === 'amounts from the row' ? (this.#sizes.get(token.vat) ?? 0n) : row.amount;
    } else if (this.#missing === 'one guard') {
      const another = [...this.held.values()].find(({ token: { vat } }) => vat === token.vat);
      if (another) this.used -= another.amount;
    }
    return { rows: [] };
  }
}

/** With nothing missing it is a ledger in its simplest form. */
export function mutantLedger(missing?: Missing): ObservedLedger & { readonly ledger: Mutant } {
  const ledger = new Mutant(missing);
  return { ledger, options: { ledger }, used: () => ledger.used, rows: () => [...ledger.held.values()].map(({ token }) => `${token.vat}.${token.gen}`).sort() };
}

/** The charge of an attempt goes as soon as it is taken back, before its process is gone. */
export async function releaseBeforeKill(): Promise<ObservedLedger> {
  const real = await realLedger();
  const early = (effects: readonly LifeEffect[]): LifeEffect[] =>
    effects.flatMap((effect): LifeEffect[] => (effect.kind === 'end' && effect.of === 'saga' ? [{ kind: 'release', gen: effect.gen, of: 'notice' }, effect] : [effect]));
  return {
    ...real,
    options: {
      ...real.options,
      rules: (life, event) => {
        const step = advance(life, event);
        return { ...step, effects: early(step.effects) };
      },
    },
  };
}
