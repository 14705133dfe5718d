/**
 * Makes a kernel's rows behave as they did in earlier schemas, so that stores of those can be made by running the kernel:
 *
 * 2: a vat keeps its entry of a promise that it decided when the promise is settled (the leak);
 * 1: the same, and there is no index of importers: who imports an object is looked for in every c-list.
 *
 * In both there is no ledger: what is committed leaves it out.
 *
 * It sits between the kernel and its rows and leaves out the removal of such an entry: its two rows, and the count that they
 * stand for. Everything else is what the kernel does.
 */
import assert from 'node:assert/strict';
import { endOf, keys, type KernelStorage } from '../../kernel/index.js';

export type OldSchema = 1 | 2;

/** `keepsLedger`: what is committed has the ledger all the same, for a store that is opened again with this behaviour; drop it before the upgrade. */
export function behaveAsSchema(schema: OldSchema, rows: KernelStorage, { keepsLedger = false }: { readonly keepsLedger?: boolean } = {}): void {
  writeVersion(schema, rows);
  if (!keepsLedger) commitNoLedger(rows);
  leakSettledPromises(rows);
  if (schema === 1) searchForImporters(rows);
}

function writeVersion(schema: OldSchema, rows: KernelStorage): void {
  const set = rows.set.bind(rows);
  rows.set = (key, value) => { set(key, key === keys.schema ? String(schema) : value); };
}

/** The kernel needs its ledger while it runs; the store of an earlier release has none. */
function commitNoLedger(rows: KernelStorage): void {
  const changes = rows.runChanges.bind(rows);
  rows.runChanges = () => changes().filter(({ key }) => !key.startsWith(keys.ledger));
}

/** A removal is: the row by kref, the row by vref, and one less in the promise's count. */
type Removal = { vrefKey?: string; countKey?: string };

function leakSettledPromises(rows: KernelStorage): void {
  const [beginStep, undoStep, set, remove] = [rows.beginStep.bind(rows), rows.undoStep.bind(rows), rows.set.bind(rows), rows.delete.bind(rows)];
  /** What each promise was when the step began, of those that it changed. */
  const before = new Map<string, string | undefined>();
  let leaving: Removal = {};
  rows.beginStep = () => {
    before.clear();
    beginStep();
  };
  rows.undoStep = () => {
    before.clear();
    undoStep();
  };
  rows.set = (key, value) => {
    if (key === leaving.countKey) {
      leaving = {};
      return;
    }
    if (key.startsWith('p.') && !before.has(key)) before.set(key, rows.get(key));
    set(key, value);
  };
  rows.delete = key => {
    if (key === leaving.vrefKey) {
      leaving = leaving.countKey === undefined ? {} : { countKey: leaving.countKey };
      return;
    }
    const [, vat, kref] = /^c\.([a-z]\d+)\.k\.p([a-z]\d+)$/.exec(key) ?? [];
    const promiseKey = `p.${kref}`;
    const wasDecidedBy = / (v\d+)$/.exec((before.has(promiseKey) ? before.get(promiseKey) : rows.get(promiseKey)) ?? '')?.[1];
    if (vat === undefined || wasDecidedBy === undefined || `v${vat.slice(1)}` !== wasDecidedBy) {
      remove(key);
      return;
    }
    const entry = rows.get(key);
    assert(entry !== undefined, `${key} is removed but is not there`);
    leaving = { vrefKey: `c.${vat}.v.${entry.slice(2)}`, countKey: promiseKey };
  };
}

function searchForImporters(rows: KernelStorage): void {
  const [set, remove, below] = [rows.set.bind(rows), rows.delete.bind(rows), rows.below.bind(rows)];
  rows.set = (key, value) => { if (!key.startsWith('oi.')) set(key, value); };
  rows.delete = key => { if (!key.startsWith('oi.')) remove(key); };
  rows.below = function* importersOrRows(prefix) {
    const [, object] = /^oi\.([a-z]\d+)\.$/.exec(prefix) ?? [];
    if (object === undefined) {
      yield* below(prefix);
      return;
    }
    for (const [key, text] of [...rows.range('c.', endOf('c.'))]) {
      const [, vat] = /^c\.([a-z]\d+)\.k\.o([a-z]\d+)$/.exec(key)?.[2] === object ? key.split('.') : [];
      if (vat !== undefined && text.slice(2).startsWith('o-')) yield [`oi.${object}.${vat}`, ''];
    }
  };
}
