/**
 * The ledger of a host: host → account → vat, a row for each worker that is, or may be, a process of this machine. It lies in
 * the host's store below `ledger/`, and changes in the same write as the slot or saga that the change is for.
 */
import {
  amountsOf, auditLedger, charge, childrenOf, closeCollection, makeLedger, openCollection, reconcile, release, rowOf, rowsAt, collectionOf, textTables, usageOf,
  type ChargeResult, type Ledger, type LedgerFault, type LedgerRows, type Shortfall, type Token,
} from '../../ledger/index.js';
import { hostDimensions, type HostCharge, type HostDimension, type HostLedger, type HostLimits, type HostUsage, type WorkerNeeds, type WorkerToken } from './ledger.js';
import type { HostStore } from './host-store.js';
import type { HostRow } from './rows.js';
import { memoryLimitBytesMax } from '../settings.js';

export const ledgerPrefix = 'ledger/';

const mebibyte = 1024n * 1024n;
/** A worker without a vat's data: its heap has 84 MiB from the start, and the process some more. */
export const workerBytes = 90n * mebibyte;
/** Of a vat that declared nothing. */
const undeclaredBytes = 64n * mebibyte;
/** Its streams: what it says, its commands and replies, its heap on the way out and in. */
const fdsOfWorker = 5n;

const root = 'host';
const accountId = (account: string): string => (account === '' ? 'system' : `account:${account}`);

export class WorkerLedger implements HostLedger {
  readonly #rows: NotedRows;
  readonly #ledger: Ledger<HostDimension>;

  static async open(store: Pick<HostStore, 'rows'>, limits: HostLimits = {}): Promise<WorkerLedger> {
    return new WorkerLedger(await store.rows(ledgerPrefix), limits);
  }

  private constructor(rows: Iterable<readonly [string, string]>, limits: HostLimits) {
    this.#rows = new NotedRows(rows);
    this.#ledger = makeLedger(textTables(this.#rows, ledgerPrefix), {
      dimensions: hostDimensions,
      levels: ['host', 'account', 'vat'],
      defaultLimit: (_collection, level, dimension) => limits[level as keyof HostLimits]?.[dimension],
    });
    if (!collectionOf(this.#ledger, root)) openCollection(this.#ledger, root, '');
  }

  charge(token: WorkerToken, { account, memoryBytes = undeclaredBytes }: WorkerNeeds): HostCharge {
    this.#openLeaf(token.vat, accountId(account));
    const needed = memoryBytes < memoryLimitBytesMax ? memoryBytes : memoryLimitBytesMax; // a vat from before there was a bound may have declared more
    const result = charge(this.#ledger, keyOf(token), token.vat, { workers: 1n, workerMem: workerBytes + needed, fds: fdsOfWorker }, 'worker');
    const refused = refusalOf(token, result);
    return { ...(refused === undefined ? {} : { refused }), rows: this.#rows.changes() };
  }

  release(token: WorkerToken): { readonly rows: readonly HostRow[] } {
    release(this.#ledger, keyOf(token));
    return { rows: this.#rows.changes() };
  }

  /** Of the whole host. */
  usage(): readonly HostUsage[] {
    return (usageOf(this.#ledger, root) ?? []).map(({ dimension, used, limit }) => ({ dimension, used, limit }));
  }

  /** What a worker is charged in bytes of memory; undefined when it has no row. */
  memoryOf(token: WorkerToken): bigint | undefined {
    const row = rowOf(this.#ledger, keyOf(token));
    return row && amountsOf(this.#ledger, row).workerMem;
  }

  /** Tokens that are charged. */
  charged(): readonly WorkerToken[] {
    return this.#leaves().flatMap(vat => this.#tokensOf(vat));
  }

  /** Counters that are not what the rows say. */
  audit(): readonly LedgerFault[] {
    return auditLedger(this.#ledger);
  }

  /** Sets every counter to what the rows say. */
  reconcile(): { readonly rows: readonly HostRow[] } {
    for (const id of [...this.#leaves(), ...childrenOf(this.#ledger, root), root]) reconcile(this.#ledger, id);
    return { rows: this.#rows.changes() };
  }

  /**
   * Drops what is known of vats without a row. To be called at a start only: a generation that was given out before is never
   * charged again, for nobody is left who could, and the host's next one is higher than all of them.
   */
  forgetEmpty(): { readonly rows: readonly HostRow[] } {
    for (const account of [...childrenOf(this.#ledger, root)]) {
      for (const vat of [...childrenOf(this.#ledger, account)].filter(vat => this.#tokensOf(vat).length === 0)) closeCollection(this.#ledger, vat);
      if ([...childrenOf(this.#ledger, account)].length === 0) closeCollection(this.#ledger, account);
    }
    this.#forgetMarks(new Set(this.#leaves()));
    return { rows: this.#rows.changes() };
  }

  #forgetMarks(kept: ReadonlySet<string>): void {
    const marks = `${ledgerPrefix}h.${kind}.`;
    for (const [key] of [...this.#rows.below(marks)]) if (!kept.has(key.slice(marks.length))) this.#rows.delete(key);
  }

  #leaves(): string[] {
    return [...childrenOf(this.#ledger, root)].flatMap(account => [...childrenOf(this.#ledger, account)]);
  }

  #tokensOf(vat: string): WorkerToken[] {
    return [...rowsAt(this.#ledger, vat)].map(([token]) => ({ vat, gen: Number(token.slice(token.lastIndexOf('.') + 1)) }));
  }

  /** A vat that has another owner now is another's charge as soon as no worker of before is left. */
  #openLeaf(vat: string, account: string): void {
    const known = collectionOf(this.#ledger, vat);
    if (known?.parent === account || (known && this.#tokensOf(vat).length > 0)) return;
    if (known) closeCollection(this.#ledger, vat);
    openCollection(this.#ledger, account, root);
    openCollection(this.#ledger, vat, account);
  }
}

const kind = 'worker';
const keyOf = ({ vat, gen }: WorkerToken): Token => ({ kind, subject: vat, gen });

function refusalOf({ vat, gen }: WorkerToken, result: ChargeResult<HostDimension>): string | undefined {
  switch (result.kind) {
    case 'charged':
    case 'already':
      return undefined;
    case 'refused':
      return `there is no room on this host for a worker of ${vat}: ${result.shortfalls.map(shortfallText).join('; ')}`;
    case 'conflict':
    case 'stale':
      return `generation ${gen} of ${vat} was charged before, or given up`;
    case 'closing':
    case 'fault':
      return `the ledger of this host takes no charge below ${result.collection}: its counters are not what its rows say`;
  }
}

const dimensionTexts: Readonly<Record<HostDimension, (amount: bigint) => string>> = {
  workers: amount => `${amount} worker${amount === 1n ? '' : 's'}`,
  workerMem: amount => `${amount / mebibyte} MiB of memory`,
  fds: amount => `${amount} file descriptors`,
};

function shortfallText({ collection, level, dimension, needs, used, limit }: Shortfall<HostDimension>): string {
  const whose = level === 'host' ? 'the host' : collection;
  const text = dimensionTexts[dimension];
  return `it needs ${text(needs)}, and ${whose} uses ${text(used)} of ${limit === undefined ? 'what can be counted' : text(limit)}`;
}

/** Rows in memory that remember what was changed, for the host's one writer. */
class NotedRows implements LedgerRows {
  readonly #rows: Map<string, string>;
  readonly #changed = new Set<string>();

  constructor(rows: Iterable<readonly [string, string]>) {
    this.#rows = new Map(rows);
  }

  get(key: string): string | undefined {
    return this.#rows.get(key);
  }

  set(key: string, value: string): void {
    if (this.#rows.get(key) === value) return;
    this.#rows.set(key, value);
    this.#changed.add(key);
  }

  delete(key: string): void {
    if (this.#rows.delete(key)) this.#changed.add(key);
  }

  below(prefix: string): Iterable<readonly [string, string]> {
    return [...this.#rows].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Since it was last asked. */
  changes(): readonly HostRow[] {
    const rows = [...this.#changed].map(key => ({ key, value: this.#rows.get(key) }));
    this.#changed.clear();
    return rows;
  }
}
