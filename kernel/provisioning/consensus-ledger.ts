/** The ledger of what the kernel promised, and to whom: chain, account, vat. Its rows are kernel state, written in steps like all others. */
import { auditLedger, closeUnused, makeLedger, openCollection, textTables, type Ledger, type LedgerFault, type LedgerRows, type LedgerSpec, type LedgerTables } from '../ledger/index.js';
import type { VatId } from '../ids.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import type { KernelStorage, ReadableRows } from '../store/storage.js';
import { defaultLedgerParams, dimensions, type Dimension, type LedgerParams } from './dimensions.js';

export type ConsensusLedger = Ledger<Dimension>;

/** The collection above all. */
export const wholeChain = 'chain';
/** The collection of an account; of what belongs to nobody, such as static vats, it is `account:`. */
export const accountCollection = (account: string): string => `account:${account}`;
export const accountOfCollection = (id: string): string | undefined => (id.startsWith('account:') ? id.slice('account:'.length) : undefined);
export const vatCollection = (vat: VatId): string => vat;

export function specOf(params: () => LedgerParams): LedgerSpec<Dimension> {
  return {
    dimensions,
    levels: [wholeChain, 'account', 'vat'],
    gates: { vats: 'zombies' },
    defaultLimit: (id, kind, dimension) => {
      if (kind === wholeChain) return params().capacity[dimension];
      return kind === 'account' && id !== accountCollection('') ? params().accountQuotas[dimension] : undefined;
    },
  };
}

type Opened = { readonly tables: LedgerTables; /** Whether a row was written since a whole audit found nothing wrong. */ isUnseen: boolean };

/** One for each open store: what its rows were read as is kept with it. */
const openedOf = new WeakMap<KernelStorage, Opened>();
const ledgers = new WeakMap<KernelState, ConsensusLedger>();

/** The ledger in the state's rows, with the limits of its parameters. It is written in an open step only. */
export function ledgerOf(state: KernelState): ConsensusLedger {
  const known = ledgers.get(state);
  if (known) return known;
  const made = makeLedger(openedIn(state.rows).tables, specOf(() => state.params.ledger));
  ledgers.set(state, made);
  return made;
}

function openedIn(rows: KernelStorage): Opened {
  const known = openedOf.get(rows);
  if (known) return known;
  const opened: Opened = { tables: textTables(rows, keys.ledger), isUnseen: true };
  rows.observe(key => {
    if (key.startsWith(keys.ledger)) opened.isUnseen = true;
  });
  openedOf.set(rows, opened);
  return opened;
}

/** All of the ledger, counted again; rows that nobody has written since the last time, and were sound then, are sound. */
export function auditWhole(state: KernelState): readonly LedgerFault[] {
  const opened = openedIn(state.rows);
  if (!opened.isUnseen) return [];
  const faults = auditLedger(ledgerOf(state));
  opened.isUnseen = faults.length > 0;
  return faults;
}

/** A ledger to be looked at: as it was committed, for queries and for what a block checks. */
export function readLedger(rows: ReadableRows, params: LedgerParams = defaultLedgerParams): ConsensusLedger {
  const fail = (): never => {
    throw new Error('a ledger that is only read is not written');
  };
  const readable: LedgerRows = { get: key => rows.get(key), below: prefix => rows.below(prefix), set: fail, delete: fail };
  return makeLedger(textTables(readable, keys.ledger), specOf(() => params));
}

/** The ledger of a store without limits: for building it from what is there. */
export function unlimitedLedgerOf(state: KernelState): ConsensusLedger {
  return makeLedger(openedIn(state.rows).tables, { ...specOf(() => defaultLedgerParams), defaultLimit: () => undefined });
}

/** An account that holds nothing and has no limits of its own has no collection, so that the ledger grows only by what is held. The system's stays. */
export function closeUnusedAccount(ledger: ConsensusLedger, id: string): void {
  if (accountOfCollection(id)) closeUnused(ledger, id);
}

/** The account's collection, opened where it is not there yet. */
export function openAccount(ledger: ConsensusLedger, account: string): string {
  openCollection(ledger, wholeChain, '');
  const id = accountCollection(account);
  openCollection(ledger, id, wholeChain);
  return id;
}
