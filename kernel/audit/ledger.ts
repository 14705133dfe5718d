/** Invariants of the ledger of promises: its counters are what its rows say, and its rows are what the kernel has. */
import { auditLedger, rowOf, rowsAt, usageOf } from '../ledger/index.js';
import { accountCollection, readLedger, vatCollection } from '../provisioning/consensus-ledger.js';
import { runToken, storageToken, vatToken, zombieToken } from '../provisioning/vat-charges.js';
import { keys } from '../store/keys.js';
import { readProgress } from '../vat/records.js';
import { rowsBelow, type View } from './view.js';

export function countersAreWhatRowsSay({ rows }: View): string[] {
  return auditLedger(readLedger(rows)).map(({ collection, what, used, counted }) => `${what} of ${collection || 'the ledger'} is ${used}, and its rows say ${counted}`);
}

/** A live vat has its rows for its present incarnation, one that ended is a zombie, and each is charged for what its store holds. */
export function vatsAreChargedForAsTheyAre({ rows, vats }: View): string[] {
  const ledger = readLedger(rows);
  const wrong: string[] = [];
  for (const [vat, { life, incarnation, owner }] of vats) {
    const expected = life === 'terminated' ? [zombieToken(vat), storageToken(vat)] : [vatToken(vat), runToken(vat, incarnation), storageToken(vat)];
    const held = [...rowsAt(ledger, vatCollection(vat))].map(([token]) => token).sort();
    if (held.join() !== expected.map(({ kind, subject, gen }) => `${kind}.${subject}.${gen}`).sort().join()) wrong.push(`${vat} holds ${held.join(' ') || 'nothing'}`);
    const progress = rows.get(keys.vatProgress(vat)) === undefined ? undefined : readProgress(rows, vat);
    const stored = rowOf(ledger, storageToken(vat))?.amounts.reduce((sum, amount) => sum + amount, 0n);
    if (progress && stored !== BigInt(progress.stored)) wrong.push(`${vat} has ${progress.stored} bytes in its store and is charged for ${stored ?? 'none'}`);
    if (!usageOf(ledger, accountCollection(owner))) wrong.push(`${vat} belongs to an account without a collection`);
  }
  return wrong;
}

/** Nothing is charged for what is gone. */
export function chargesAreOfWhatThereIs({ rows, vats }: View): string[] {
  const ids = [...vats.keys()] as string[];
  const bundles = rowsBelow(rows, keys.allBundles).map(({ key }) => key.slice(keys.allBundles.length));
  return rowsBelow(rows, `${keys.ledger}r.`).flatMap(({ key }) => {
    const [kind = '', subject = ''] = key.slice(keys.ledger.length + 2).split('.');
    const isThere = kind === 'bundle' ? bundles.includes(subject.slice(0, subject.indexOf('@'))) : ids.includes(subject);
    return isThere ? [] : [`${kind} of ${subject} is charged for, and is not there`];
  });
}
