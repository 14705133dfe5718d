/** The kernel's rows in words, and what a step changed of them. Counters, mirrors and indexes that the audit holds to the rest are left out. */
import { asVatId, readVat, type VatRecord } from '../../../kernel/index.js';
import { vatId } from '../../../kernel/ids.js';
import type { QueuedMessage, QueueItem } from '../../../kernel/items.js';
import type { CapData } from '../../../kernel/capdata.js';
import type { KernelStorage } from '../../../kernel/store/storage.js';
import { arrowTo, dataText } from './language.js';

export type Snapshot = ReadonlyMap<string, string>;

const left = /^(?:meta|next|vd|vp|oi|b|vname|pin|ledger)\.|^c\.\w+\.v\./;
const lifeOf = (text: string): string => {
  const { life, incarnation } = JSON.parse(text) as VatRecord;
  return `${life}, incarnation ${incarnation}`;
};

/** Every row in memory that is shown, as it is now. Of a vat's record only its life counts. */
export function snapshotOf(rows: KernelStorage): Snapshot {
  return new Map([...rows.range('a', '{')].filter(([key]) => !left.test(key)).map(([key, value]) => [key, key.startsWith('v.') ? lifeOf(value) : value]));
}

/** What was changed, in key order: `name = value`, or `- name`. */
export function changesBetween(before: Snapshot, after: Snapshot, nameOf: (vat: string) => string): string[] {
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(key => before.get(key) !== after.get(key)).sort();
  return changed.map(key => {
    const value = after.get(key);
    return (value === undefined ? `- ${keyText(key)}` : `${keyText(key)} = ${valueText(key, value)}`).replace(/\bv\d+\b/g, nameOf);
  });
}

/** `b42` is 42: a letter for the count of digits, then the digits. */
const numberOf = (part: string): string => part.slice(1);
const vat = (part: string): string => `v${numberOf(part)}`;
const ranks: Readonly<Record<string, string>> = { 1: 'dropExports', 2: 'retireExports', 3: 'retireImports' };

function keyText(key: string): string {
  const [table, first = '', second = '', third = ''] = key.split('.');
  switch (table) {
    case 'c': return `${vat(first)} ${third.startsWith('p') ? 'kp' : 'ko'}${numberOf(third.slice(1))}`;
    case 'o': return `ko${numberOf(first)}`;
    case 'p': return `kp${numberOf(first)}`;
    case 'pd': return `kp${numberOf(first)} data`;
    case 'ps': return `kp${numberOf(first)} awaited by ${vat(second)}`;
    case 'pq': return `kp${numberOf(first)} queue ${numberOf(second)}`;
    case 'q': return `queue ${numberOf(first)}`;
    case 'qp': return `paused ${vat(first)} ${numberOf(second)}`;
    case 'g': return `gc ${vat(first)} ${ranks[second] ?? second} ko${numberOf(third)}`;
    case 'r': return `reap ${numberOf(first)}`;
    case 'v': return vat(first);
    case 'vt': return `ended ${numberOf(first)}`;
    case 'vs': return `store ${vat(first)} ${key.slice(`vs.${first}.`.length)}`;
    default: return key;
  }
}

function valueText(key: string, value: string): string {
  switch (key.split('.')[0]) {
    case 'pd': return dataText(JSON.parse(value) as CapData);
    case 'pq': return messageText(JSON.parse(value) as QueuedMessage);
    case 'q': case 'qp': return itemText(JSON.parse(value) as QueueItem);
    default: return value === '' ? 'yes' : value;
  }
}

function itemText(item: QueueItem): string {
  switch (item.type) {
    case 'send': return `send ${item.target} ${messageText(item)}`;
    case 'notify': return `notify ${item.vat} ${item.promise}`;
    default: return item.type;
  }
}

function messageText({ methargs, result }: QueuedMessage): string {
  return dataText(methargs) + arrowTo(result);
}

/** The name a vat was given, for as long as it has a record. */
export function makeNames(rows: KernelStorage): (vat: string) => string {
  const known = new Map<string, string>();
  return text => {
    const id = asVatId(text) ?? vatId(0);
    const label = readVat(rows, id)?.label;
    if (label !== undefined) known.set(text, label);
    return known.get(text) ?? text;
  };
}
