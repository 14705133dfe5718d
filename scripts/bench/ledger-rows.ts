/** The ledger's algebra in memory: operations a second, one charge, and a whole audit. */
import { auditLedger, charge, dimensions, makeLedger, memoryTables, openCollection, release, settle, type Dimension, type Ledger, type LedgerSpec } from '../../kernel/index.js';
import { rowOf, rowOfQuantile, type Row } from './row.js';
import type { BenchSize } from './size.js';

const spec: LedgerSpec<Dimension> = { dimensions, levels: ['chain', 'account', 'vat'], gates: { vats: 'zombies' }, defaultLimit: (_, kind) => (kind === 'account' ? 1n << 60n : undefined) };

/** 100 accounts with 100 vats each. */
function filled(): { readonly ledger: Ledger<Dimension>; readonly leaves: readonly string[] } {
  const ledger = makeLedger(memoryTables(), spec);
  openCollection(ledger, 'chain', '');
  const leaves: string[] = [];
  for (let account = 0; account < 100; account += 1) {
    openCollection(ledger, `a${account}`, 'chain');
    for (let at = 0; at < 100; at += 1) {
      const leaf = `v${account * 100 + at}`;
      openCollection(ledger, leaf, `a${account}`);
      charge(ledger, { kind: 'vat', subject: leaf, gen: 1 }, leaf, { vats: 1n, worker_memory: 64n }, 'bench');
      leaves.push(leaf);
    }
  }
  return { ledger, leaves };
}

/** A charge, a settlement and a release of each, over all leaves. */
function operate(ledger: Ledger<Dimension>, leaves: readonly string[], gen: number): number {
  for (const leaf of leaves) {
    const token = { kind: 'storage', subject: leaf, gen };
    charge(ledger, token, leaf, { storage_bytes: 100n }, 'bench');
    settle(ledger, token, { storage_bytes: 200n });
    release(ledger, token);
  }
  return 3 * leaves.length;
}

const nanoseconds = (): number => Number(process.hrtime.bigint());

export async function* ledgerRows({ samples }: BenchSize): AsyncIterable<Row> {
  const { ledger, leaves } = filled();
  let gen = 1;
  for (let warm = 0; warm < 3; warm += 1) operate(ledger, leaves, gen++);
  const rates: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const begun = nanoseconds();
    const done = operate(ledger, leaves, gen++);
    rates.push((done * 1e9) / (nanoseconds() - begun));
  }
  yield rowOf('ledger', 'operations in memory', 'operations/s', rates);
  const charges = leaves.map(leaf => {
    const begun = nanoseconds();
    charge(ledger, { kind: 'run', subject: leaf, gen: 1 }, leaf, { compute: 1n }, 'bench');
    return (nanoseconds() - begun) / 1000;
  });
  yield rowOfQuantile('ledger', 'one charge, p99', 'µs', charges, 0.99);
  for (const leaf of leaves) release(ledger, { kind: 'run', subject: leaf, gen: 1 });
  const audits: number[] = [];
  for (let sample = 0; sample < samples + 3; sample += 1) {
    const begun = nanoseconds();
    if (auditLedger(ledger).length > 0) throw new Error('the ledger is not what its rows say');
    audits.push((nanoseconds() - begun) / 1e6);
  }
  yield rowOf('ledger', 'audit of 10,000 rows and 10,101 collections', 'ms', audits.slice(3));
  await Promise.resolve();
}
