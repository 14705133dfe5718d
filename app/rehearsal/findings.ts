/** What an operator wants to know of a kernel before and after an upgrade. */
import { auditReport, findLeakedPromises, readSchema } from '../../kernel/index.js';
import { readKernelStore, type ReadClock } from '../control/kernel-store.js';

export type Findings = {
  readonly height: bigint | undefined;
  readonly schema: number | undefined;
  /** Settled promises that are left in c-lists, and how many of them in those of terminated vats. */
  readonly leaked: number;
  readonly leakedOfTerminated: number;
  /** What the audit has to say, a sentence each; the first of them, when they are many. */
  readonly faults: readonly string[];
  readonly faultCount: number;
};

const faultsShown = 20;

/** Of a home whose node is stopped. Rejects with StoreUnreadable. */
export async function findingsOf(home: string, clock: ReadClock): Promise<Findings> {
  const { rows, height } = await readKernelStore(home, 'tables and transcripts', clock);
  const leaked = findLeakedPromises(rows);
  const faults = auditReport(rows).flatMap(({ invariant, faults: found }) => found.map(fault => `${invariant}: ${fault}`));
  return {
    height, schema: readSchema(rows), leaked: leaked.length, leakedOfTerminated: leaked.filter(({ isOfTerminated }) => isOfTerminated).length,
    faults: faults.slice(0, faultsShown), faultCount: faults.length,
  };
}
