/** A ledger kept the long way: a list of rows, and every sum made anew whenever it is asked for. Random operations go to it and to real ones. */
import assert from 'node:assert/strict';
import {
  auditLedger, charge, closeCollection, makeLedger, memoryTables, openCollection, reconcile, release, replace, resize, retire, setLimit, settle, textTables, tokenText, transfer, usageOf,
  type Ledger, type LedgerRows, type LedgerSpec, type LedgerTables, type Limit, type Token,
} from '../../kernel/ledger/index.js';
import type { Random } from './kernel-random.js';

export const dimensions = ['vats', 'zombies', 'memory', 'storage'] as const;
export type Dimension = (typeof dimensions)[number];
export const spec: LedgerSpec<Dimension> = { dimensions, levels: ['chain', 'account', 'vat'], defaultLimit: (_, kind, dimension) => (kind === 'account' && dimension === 'vats' ? 6n : undefined), gates: { vats: 'zombies' } };

type Amounts = { readonly [D in Dimension]?: bigint };

export type Operation =
  | { readonly op: 'open'; readonly id: string; readonly parent: string }
  | { readonly op: 'charge'; readonly token: Token; readonly leaf: string; readonly amounts: Amounts }
  | { readonly op: 'release'; readonly token: Token }
  | { readonly op: 'resize'; readonly token: Token; readonly version: number; readonly amounts: Amounts }
  | { readonly op: 'settle'; readonly token: Token; readonly amounts: Amounts }
  | { readonly op: 'replace'; readonly token: Token; readonly gen: number; readonly amounts: Amounts }
  | { readonly op: 'retire'; readonly token: Token; readonly into: Token; readonly others: readonly Token[] }
  | { readonly op: 'limit'; readonly id: string; readonly dimension: Dimension; readonly limit: Limit; readonly limitGen: number }
  | { readonly op: 'transfer'; readonly id: string; readonly to: string; readonly epoch: number; readonly isAccepted: boolean }
  | { readonly op: 'close'; readonly id: string }
  | { readonly op: 'reconcile'; readonly id: string };

/** Does an operation; answers with the kind of its result. */
export function apply(ledger: Ledger<Dimension>, operation: Operation): string {
  switch (operation.op) {
    case 'open': return openCollection(ledger, operation.id, operation.parent).kind;
    case 'charge': return charge(ledger, operation.token, operation.leaf, operation.amounts, 'random').kind;
    case 'release': return release(ledger, operation.token).kind;
    case 'resize': return resize(ledger, operation.token, operation.version, operation.amounts).kind;
    case 'settle': return settle(ledger, operation.token, operation.amounts).kind;
    case 'replace': return replace(ledger, operation.token, operation.gen, operation.amounts, 'random').kind;
    case 'retire': return retire(ledger, operation.token, { token: operation.into, amounts: { zombies: 1n }, cause: 'random' }, operation.others).kind;
    case 'limit': return setLimit(ledger, operation.id, operation.dimension, operation.limit, operation.limitGen, 'random').kind;
    case 'transfer': {
      const consent = { to: operation.to, epoch: operation.epoch };
      return transfer(ledger, operation.id, operation.to, operation.epoch, { offered: consent, ...(operation.isAccepted ? { accepted: consent } : {}) }).kind;
    }
    case 'close': return closeCollection(ledger, operation.id).kind;
    case 'reconcile': return reconcile(ledger, operation.id) === undefined ? 'none' : 'reconciled';
  }
}

type HeldRow = { leaf: string; amounts: Required<Amounts>; asked: Required<Amounts>; version: number };
type HeldCollection = { parent: string; depth: number; isClosing: boolean; epoch: number; limitGen: number; limits: Map<Dimension, Limit> };

const whole = (amounts: Amounts): Required<Amounts> => ({ vats: 0n, zombies: 0n, memory: 0n, storage: 0n, ...amounts });
const sameAmounts = (a: Required<Amounts>, b: Required<Amounts>): boolean => dimensions.every(d => a[d] === b[d]);
const highOf = ({ kind, subject }: Token): string => `${kind} ${subject}`;

export class Oracle {
  readonly rows = new Map<string, HeldRow>();
  readonly high = new Map<string, number>();
  readonly collections = new Map<string, HeldCollection>();

  above(id: string): string[] {
    const path: string[] = [];
    for (let at = id; at !== '' && this.collections.has(at); at = this.collections.get(at)?.parent ?? '') path.push(at);
    return path;
  }

  used(id: string, dimension: Dimension): bigint {
    let sum = 0n;
    for (const row of this.rows.values()) if (this.above(row.leaf).includes(id)) sum += row.amounts[dimension];
    return sum;
  }

  limit(id: string, dimension: Dimension): bigint | undefined {
    const { limits, depth } = this.collections.get(id) as HeldCollection;
    const own = limits.get(dimension) ?? 'default';
    if (own === 'none') return undefined;
    if (typeof own === 'bigint') return own;
    const byDefault = spec.defaultLimit(id, spec.levels[depth] as string, dimension);
    return own === 'default' || byDefault === undefined ? byDefault : byDefault + own.aboveDefault;
  }

  apply(operation: Operation): string {
    switch (operation.op) {
      case 'open': return this.#open(operation.id, operation.parent);
      case 'charge': return this.#charge(operation);
      case 'release': return this.#release(operation.token);
      case 'resize': {
        const row = this.rows.get(tokenText(operation.token));
        return row?.version === operation.version ? this.#resize(row, operation.amounts) : 'stale';
      }
      case 'settle': {
        const row = this.rows.get(tokenText(operation.token));
        if (!row) return 'stale';
        return sameAmounts(row.amounts, whole(operation.amounts)) ? 'resized' : this.#resize(row, operation.amounts);
      }
      case 'replace': return this.#replace(operation);
      case 'retire': return this.#retire(operation);
      case 'limit': return this.#setLimit(operation);
      case 'transfer': return this.#transfer(operation);
      case 'close': return this.#close(operation.id);
      case 'reconcile': return this.collections.has(operation.id) ? 'reconciled' : 'none';
    }
  }

  #open(id: string, parent: string): string {
    if (this.collections.has(id)) return 'already';
    const path = this.above(parent);
    if ((parent !== '' && path.length === 0) || path.some(at => this.collections.get(at)?.isClosing)) return 'closing';
    this.collections.set(id, { parent, depth: path.length, isClosing: false, epoch: 0, limitGen: 0, limits: new Map() });
    return 'opened';
  }

  #obstacle(path: readonly string[], by: (dimension: Dimension) => bigint): string | undefined {
    const growing = dimensions.filter(dimension => by(dimension) > 0n);
    if (growing.length === 0) return undefined;
    if (path.some(id => this.collections.get(id)?.isClosing)) return 'closing';
    const isFull = (id: string, dimension: Dimension, needs: bigint): boolean => this.used(id, dimension) + needs > (this.limit(id, dimension) ?? 2n ** 64n - 1n);
    const isGated = (id: string, dimension: Dimension): boolean => dimension === 'vats' && this.limit(id, 'zombies') !== undefined && isFull(id, 'zombies', 1n);
    return path.some(id => growing.some(dimension => isFull(id, dimension, by(dimension)) || isGated(id, dimension))) ? 'refused' : undefined;
  }

  #charge({ token, leaf, amounts }: Extract<Operation, { op: 'charge' }>): string {
    const known = this.rows.get(tokenText(token));
    const asked = whole(amounts);
    if (known) return known.leaf === leaf && sameAmounts(known.asked, asked) ? 'already' : 'conflict';
    if (token.gen <= (this.high.get(highOf(token)) ?? 0)) return 'stale';
    this.high.set(highOf(token), token.gen);
    if (!this.collections.has(leaf)) return 'closing';
    const obstacle = this.#obstacle(this.above(leaf), dimension => asked[dimension]);
    if (obstacle !== undefined) return obstacle;
    this.rows.set(tokenText(token), { leaf, amounts: asked, asked, version: 0 });
    return 'charged';
  }

  #release(token: Token): string {
    if (this.rows.delete(tokenText(token))) return 'released';
    if (token.gen <= (this.high.get(highOf(token)) ?? 0)) return 'already-released';
    this.high.set(highOf(token), token.gen);
    return 'cancelled';
  }

  #resize(row: HeldRow, amounts: Amounts): string {
    const next = whole(amounts);
    const obstacle = this.#obstacle(this.above(row.leaf), dimension => next[dimension] - row.amounts[dimension]);
    if (obstacle !== undefined) return obstacle;
    row.amounts = next;
    row.version += 1;
    return 'resized';
  }

  #replace({ token, gen, amounts }: Extract<Operation, { op: 'replace' }>): string {
    const row = this.rows.get(tokenText(token));
    if (!row || gen <= (this.high.get(highOf(token)) ?? 0)) return 'stale';
    this.high.set(highOf(token), gen);
    const asked = whole(amounts);
    const obstacle = this.#obstacle(this.above(row.leaf), dimension => asked[dimension] - row.amounts[dimension]);
    if (obstacle !== undefined) return obstacle;
    this.rows.delete(tokenText(token));
    this.rows.set(tokenText({ ...token, gen }), { leaf: row.leaf, amounts: asked, asked, version: 0 });
    return 'replaced';
  }

  #retire({ token, into, others }: Extract<Operation, { op: 'retire' }>): string {
    const row = this.rows.get(tokenText(token));
    if (!row || into.gen <= (this.high.get(highOf(into)) ?? 0)) return 'stale';
    this.high.set(highOf(into), into.gen);
    for (const gone of [token, ...others]) this.rows.delete(tokenText(gone));
    const amounts = whole({ zombies: 1n });
    this.rows.set(tokenText(into), { leaf: row.leaf, amounts, asked: amounts, version: 0 });
    return 'retired';
  }

  #setLimit({ id, dimension, limit, limitGen }: Extract<Operation, { op: 'limit' }>): string {
    const collection = this.collections.get(id);
    if (collection?.limitGen !== limitGen) return 'stale';
    collection.limits.set(dimension, limit);
    collection.limitGen += 1;
    return this.used(id, dimension) > (this.limit(id, dimension) ?? 2n ** 64n) ? 'set-over' : 'set';
  }

  #transfer({ id, to, epoch, isAccepted }: Extract<Operation, { op: 'transfer' }>): string {
    const collection = this.collections.get(id);
    if (collection?.epoch !== epoch) return 'stale';
    if (!isAccepted) return 'not-accepted';
    if (!this.collections.has(to)) return 'closing';
    if (collection.parent === to) return 'stale';
    if ([...this.above(id), ...this.above(to)].some(at => this.collections.get(at)?.isClosing)) return 'closing';
    const entered = this.above(to).filter(at => !this.above(id).includes(at));
    const obstacle = this.#obstacle(entered, dimension => this.used(id, dimension));
    if (obstacle !== undefined) return obstacle;
    collection.parent = to;
    collection.epoch += 1;
    return 'moved';
  }

  #close(id: string): string {
    const collection = this.collections.get(id);
    if (!collection) return 'gone';
    const isOccupied = [...this.rows.values()].some(({ leaf }) => this.above(leaf).includes(id)) || [...this.collections.values()].some(({ parent }) => parent === id);
    if (isOccupied) collection.isClosing = true;
    else this.collections.delete(id);
    return isOccupied ? 'outstanding' : 'gone';
  }
}

/** Rows of text in memory, ordered by key. */
export class TextRows implements LedgerRows {
  readonly all = new Map<string, string>();

  get(key: string): string | undefined {
    return this.all.get(key);
  }

  set(key: string, value: string): void {
    this.all.set(key, value);
  }

  delete(key: string): void {
    this.all.delete(key);
  }

  below(prefix: string): Iterable<readonly [string, string]> {
    return [...this.all].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
  }
}

/** Everything in the tables, to be compared. */
export function contentOf({ children, rowsOf, ...tables }: LedgerTables): unknown {
  const byKey = <T>([a]: readonly [string, T], [b]: readonly [string, T]): number => (a < b ? -1 : 1);
  const owners = [...tables.collections.all()].sort(byKey).map(([id]) => id);
  return [
    ...Object.entries(tables).map(([name, table]) => [name, [...(table as LedgerTables['rows']).all()].sort(byKey)]),
    owners.map(id => [id, [...children.of(id)], [...rowsOf.of(id)]]),
  ];
}

/** Few names, so that operations meet: duplicates, stale and early ones come by themselves. */
export function randomOperation(random: Random, oracle: Oracle): Operation {
  const accounts = ['a1', 'a2', 'a3'];
  const vat = `v${1 + random.below(8)}`;
  const account = random.pick(accounts) as string;
  const token: Token = { kind: random.pick(['vat', 'run', 'storage']) as string, subject: vat, gen: 1 + random.below(4) + Math.floor(random.below(400) / 100) };
  const amounts: Amounts = token.kind === 'vat' ? { vats: 1n } : token.kind === 'run' ? { memory: BigInt(random.below(40)) } : { storage: BigInt(random.below(1000)) };
  const live = random.once(3) ? undefined : random.pick([...oracle.rows.keys()]);
  const known = live === undefined ? token : tokenAt(live);
  const any = random.once(3) ? account : random.once(8) ? 'chain' : vat;
  switch (random.below(26)) {
    case 0: return { op: 'open', id: vat, parent: account };
    case 1: return { op: 'open', id: account, parent: 'chain' };
    case 2: case 3: case 4: case 5: return { op: 'release', token: known };
    case 6: case 7: return { op: 'resize', token: known, version: oracle.rows.get(tokenText(known))?.version ?? random.below(3), amounts };
    case 8: case 9: return { op: 'settle', token: known, amounts };
    case 10: return { op: 'replace', token: known, gen: known.gen + random.below(3), amounts };
    case 11: {
      const { subject, gen } = tokenAt(random.pick([...oracle.rows.keys()].filter(key => key.startsWith('vat.'))) ?? 'vat.v1.1');
      return { op: 'retire', token: { kind: 'vat', subject, gen }, into: { kind: 'zombie', subject, gen }, others: [{ kind: 'run', subject, gen: token.gen }] };
    }
    case 12: {
      const dimension = random.pick(dimensions) as Dimension;
      const limit = random.once(3) ? 'none' : random.once(4) ? 'default' : BigInt(random.below(limitsBelow[dimension]));
      return { op: 'limit', id: any, dimension, limit, limitGen: (oracle.collections.get(any)?.limitGen ?? 0) - (random.once(8) ? 1 : 0) };
    }
    case 13: case 17: return { op: 'transfer', id: vat, to: account, epoch: (oracle.collections.get(vat)?.epoch ?? 0) - (random.once(6) ? 1 : 0), isAccepted: !random.once(4) };
    case 14: return random.once(4) ? { op: 'close', id: random.once(30) ? account : vat } : { op: 'release', token: known };
    case 16: {
      const row = live === undefined ? undefined : oracle.rows.get(live); // the same message again
      return row ? { op: 'charge', token: known, leaf: row.leaf, amounts: row.asked } : { op: 'open', id: vat, parent: account };
    }
    case 15: return { op: 'reconcile', id: any };
    default: return { op: 'charge', token: random.once(4) ? token : { ...token, gen: (oracle.high.get(highOf(token)) ?? 0) + 1 }, leaf: vat, amounts };
  }
}

const limitsBelow: Readonly<Record<Dimension, number>> = { vats: 6, zombies: 4, memory: 120, storage: 2500 };

function tokenAt(text: string): Token {
  const [kind = '', subject = '', gen = ''] = text.split('.');
  return { kind, subject, gen: Number(gen) };
}

/**
 * `count` random operations, each done by the oracle, by a ledger in memory, and twice by one in text: all agree on the result
 * and on every counter. Answers how often each result came.
 */
export function agreeOnRandomOperations(random: Random, count: number): ReadonlyMap<string, number> {
  const oracle = new Oracle();
  const once = memoryTables();
  const twice = textTables(new TextRows(), 'x.');
  const [ledger, doubled] = [makeLedger(once, spec), makeLedger(twice, spec)];
  const results = new Map<string, number>();
  for (let n = 0; n <= count; n += 1) {
    const operation: Operation = n === 0 ? { op: 'open', id: 'chain', parent: '' } : randomOperation(random, oracle);
    const expected = oracle.apply(operation);
    const seen = `${operation.op} ${expected}`;
    results.set(seen, (results.get(seen) ?? 0) + 1);
    assert.equal(apply(ledger, operation), expected, JSON.stringify(operation, textOfBig));
    assert.equal(apply(doubled, operation), expected);
    apply(doubled, operation);
    for (const id of oracle.collections.keys()) {
      const counters = oracle.collections.size === 0 ? [] : dimensions.map(dimension => oracle.used(id, dimension));
      assert.deepEqual(usageOf(ledger, id)?.map(({ used }) => used), counters, `${id} after ${JSON.stringify(operation, textOfBig)}`);
    }
    assert.deepEqual(auditLedger(ledger), []);
    if (random.once(50)) assert.deepEqual(contentOf(twice), contentOf(once), 'twice is once');
  }
  assert.deepEqual(contentOf(twice), contentOf(once), 'twice is once');
  return results;
}

const textOfBig = (_: string, value: unknown): unknown => (typeof value === 'bigint' ? String(value) : value);
