/**
 * The same crank as two nodes recorded it: the first entry that differs, in which of its fields, and what kind of difference
 * that is. Entries are matched by what they are about, not by their position.
 */
import { laneD, typeOf } from '../lines/index.js';
import { fieldDifferences, type FieldDifference } from './field-differences.js';
import { rowDifferences, type RowDifference } from './row-differences.js';

/**
 * `schedule`: another item was taken or executed. `input`: the delivery differs. `syscall`: the vat did something else. `result`: it was
 * answered something else, or ended otherwise. `meter`: only the computrons differ. `kv-only`: the same was done, other rows were
 * written. `shape`: the same rows were written, and hashed otherwise.
 */
export type CrankVerdict = 'schedule' | 'input' | 'syscall' | 'result' | 'meter' | 'kv-only' | 'shape';

/** A line of lane D without its local part, and its place in its crank; `place` of a side that lacks it is where it would stand. */
export type Side = { readonly text: string | undefined; readonly place: number };

export type CrankDifference = {
  readonly verdict: CrankVerdict;
  readonly vat: string | undefined;
  readonly delivery: number | undefined;
  /** Counts from 0 within its delivery. */
  readonly syscall: number | undefined;
  readonly type: string;
  readonly ours: Side;
  readonly theirs: Side;
  readonly fields: readonly FieldDifference[];
  /** Rows of the kernel that differ, by key; empty when a side has not recorded rows. */
  readonly rows: readonly RowDifference[];
};

type Entry = { readonly type: string; readonly text: string; readonly value: Readonly<Record<string, unknown>>; readonly key: string };

/** Lines of one crank, as they were recorded, without line feeds; those of lane L do not count. Undefined when nothing differs. */
export function compareCranks(ours: readonly string[], theirs: readonly string[]): CrankDifference | undefined {
  const [a, b] = [ours.flatMap(entryOf), theirs.flatMap(entryOf)];
  const rows = rowDifferences(rowsIn(a), rowsIn(b));
  const first = firstDifference(a.filter(isHashed), b.filter(isHashed));
  const last = first && (first.ours ?? first.theirs);
  if (!first || !last) return undefined; // rows that differ have another hash, unless a recorder lies
  const fields = fieldDifferences(first.ours?.value, first.theirs?.value);
  const { value } = last;
  const haveRows = rowsIn(a) !== undefined && rowsIn(b) !== undefined;
  return {
    verdict: tookSomethingElse(a, first, rows) ? 'schedule' : verdictOf(first, fields, rows, haveRows),
    vat: textIn(value, 'vat'), delivery: numberIn(value, 'delivery'), syscall: numberIn(value, 'syscall'), type: last.type,
    ours: { text: first.ours?.text, place: first.ourPlace }, theirs: { text: first.theirs?.text, place: first.theirPlace },
    fields, rows,
  };
}

const isHashed = ({ type }: Entry): boolean => type !== 'kv';

type First = { readonly ours: Entry | undefined; readonly theirs: Entry | undefined; readonly ourPlace: number; readonly theirPlace: number };

/** At the first entry that differs: both of the same name, or the one that the other side lacks. */
function firstDifference(ours: readonly Entry[], theirs: readonly Entry[]): First | undefined {
  const at = ours.findIndex(({ text }, index) => theirs[index]?.text !== text);
  const place = at < 0 ? ours.length : at;
  if (place === ours.length && place === theirs.length) return undefined;
  const [a, b] = [ours[place], theirs[place]];
  const twinOf = (entry: Entry | undefined, others: readonly Entry[]): number => others.findIndex(({ key }, index) => index >= place && key === entry?.key);
  const [inTheirs, inOurs] = [twinOf(a, theirs), twinOf(b, ours)];
  if (a && b && a.key === b.key) return { ours: a, theirs: b, ourPlace: place, theirPlace: place };
  if (a && inTheirs < 0) return { ours: a, theirs: undefined, ourPlace: place, theirPlace: place }; // only we have it
  if (b && inOurs < 0) return { ours: undefined, theirs: b, ourPlace: place, theirPlace: place };
  return { ours: a, theirs: theirs[inTheirs], ourPlace: place, theirPlace: inTheirs }; // the same entries in another order
}

/** A step that delivers nothing (intake, timer, cleanup) was about something else if it wrote other rows, not only other values, or queued something else. */
function tookSomethingElse(ours: readonly Entry[], { ours: a, theirs: b }: First, rows: readonly RowDifference[]): boolean {
  const [start] = ours;
  const isIdle = start?.type === 'crank-start' && start.value['kind'] !== 'crank';
  return isIdle && (a ?? b)?.type === 'crank-finish' && rows.some(({ key, ours: mine, theirs: other }) => mine === undefined || other === undefined || key.startsWith(queuePrefix));
}

/** Rows of the kernel's run-queues. */
const queuePrefix = 'q.';

function verdictOf({ ours, theirs, ourPlace, theirPlace }: First, fields: readonly FieldDifference[], rows: readonly RowDifference[], haveRows: boolean): CrankVerdict {
  const type = (ours ?? theirs)?.type ?? '';
  if (ourPlace !== theirPlace && ours && theirs && ours.text === theirs.text) return type === 'syscall' ? 'syscall' : 'kv-only';
  switch (type) {
    case 'crank-start': return 'schedule';
    case 'deliver': return ours && theirs && ours.value['vat'] === theirs.value['vat'] ? 'input' : 'schedule';
    case 'syscall': return 'syscall';
    case 'deliver-result': return fields.length > 0 && fields.every(({ path }) => path.startsWith('compute')) ? 'meter' : 'result';
    case 'syscall-result':
    case 'terminate': return 'result';
    case 'crank-finish': return haveRows && rows.length === 0 ? 'shape' : 'kv-only';
    default: return 'kv-only';
  }
}

/** None for a line of lane L, and for what is no line. */
function entryOf(line: string): readonly Entry[] {
  const [type, text] = [typeOf(line), laneD(line)];
  if (type === undefined || text === undefined || localTypes.has(type) || type.startsWith('local/')) return [];
  const value = valueOf(text);
  const names = once.has(type) ? [] : ['vat', 'delivery', 'syscall', 'kref'];
  return [{ type, text, value, key: [type, ...names.map(name => JSON.stringify(value[name]))].join(' ') }];
}

/** A crank has one of each: whatever is in them, they are about the same. */
const once: ReadonlySet<string> = new Set(['crank-start', 'deliver', 'deliver-result', 'crank-finish']);

/** Of a line that a stranger sent and that is none: nothing but its text, which then differs. */
function valueOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return {};
  }
}

const localTypes = new Set(['commit', 'confirm', 'gap']);

function rowsIn(entries: readonly Entry[]): readonly unknown[] | undefined {
  const lines = entries.filter(({ type }) => type === 'kv');
  return lines.length === 0 ? undefined : lines.flatMap(({ value }) => (Array.isArray(value['rows']) ? (value['rows'] as unknown[]) : []));
}

function textIn(value: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const found = value[name];
  return typeof found === 'string' ? found : undefined;
}

function numberIn(value: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const found = value[name];
  return typeof found === 'number' ? found : undefined;
}
