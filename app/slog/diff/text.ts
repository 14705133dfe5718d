/** The report of `slog diff`, for people. */
import type { FieldDifference, CrankVerdict } from '../../recorder/diff/index.js';
import type { Span } from '../read/ladder.js';
import type { Before } from './before.js';
import type { BlockReport, Context, CrankReport, DiffReport, Side } from './report.js';

const textMax = 240;
const rowsMax = 20;

const verdicts: Readonly<Record<CrankVerdict, string>> = {
  'schedule': 'another item was executed',
  'input': 'the delivery differs',
  'syscall': 'the vat did something else',
  'result': 'it was answered something else, or ended otherwise',
  'meter': 'only the computrons differ',
  'kv-only': 'the same was done, and other rows were written',
  'shape': 'the same rows were written, and hashed otherwise',
};

/** Lines without a line feed at their ends. */
export function reportLines(report: DiffReport): string[] {
  return [...sideLines('A', report.a), ...sideLines('B', report.b), '', ...outcomeLines(report)];
}

function sideLines(letter: string, { name, heights, cranks, notCounted, cutOff }: Side): string[] {
  return [
    `${letter}  ${name}: ${heights ? `heights ${span(heights)}` : 'no height'}, ${cranks ? `cranks ${span(cranks)}` : 'no crank'}`,
    ...notCounted.map(attempt => `   not counted: ${attempt}`),
    ...cutOff.map(attempt => `   cut off: ${attempt}`),
  ];
}

const span = <T>({ first, last }: Span<T>): string => `${String(first)} to ${String(last)}`;
const heights = (count: number): string => (count === 1 ? '1 height' : `${count} heights`);

function outcomeLines(report: DiffReport): string[] {
  const { outcome, at, inCrank, inLines, compared } = report;
  const height = at?.height ?? 0n;
  switch (outcome) {
    case 'same': return [`SAME in ${heights(compared)}`];
    case 'no-overlap': return ['NO OVERLAP: nothing is in both'];
    case 'earlier-needed': return [`DIFFERENT already before the run of height ${height}: the files with the heights before it are needed, of both sides`];
    case 'different': {
      if (inCrank) return crankLines(inCrank, height);
      return [`DIFFERENT in the ${at?.stream ?? 'block'} of height ${height}, after ${heights(compared - 1)} that agree`, ...(inLines ? blockLines(inLines) : [])];
    }
    default: throw new Error(`no such outcome: ${String(outcome satisfies never)}`);
  }
}

function crankLines({ crank, place, difference, only, context, before }: CrankReport, height: bigint): string[] {
  const where = [difference?.vat && `vat ${difference.vat}`, difference?.delivery !== undefined && `delivery ${difference.delivery}`, difference?.syscall !== undefined && `syscall ${difference.syscall}`];
  const lines = [`DIFFERENT at height ${height}, crank ${crank} (number ${place} of the run)${where.map(part => (part ? `, ${part}` : '')).join('')}`];
  if (only) lines.push(row('verdict', `schedule: only ${only.side} has this crank in its run`), row('crank', only.start));
  if (difference) {
    lines.push(row('verdict', `${difference.verdict}: ${verdicts[difference.verdict]}`));
    lines.push(row('A', difference.ours.text ?? '(has no such entry)'), row('B', difference.theirs.text ?? '(has no such entry)'));
    lines.push(...fieldLines(difference.fields));
    for (const { key, ours, theirs } of difference.rows.slice(0, rowsMax)) lines.push(row('row', `${key}: A ${ours ?? '(not written)'}, B ${theirs ?? '(not written)'}`));
    if (difference.rows.length > rowsMax) lines.push(row('row', `and ${difference.rows.length - rowsMax} more`));
  }
  return [...lines, ...contextLines('A', context.a), ...contextLines('B', context.b), ...beforeLines(before)];
}

function blockLines({ fields, a, b }: BlockReport): string[] {
  return [row('A', a ?? '(has no such line)'), row('B', b ?? '(has no such line)'), ...fieldLines(fields)];
}

function fieldLines(fields: readonly FieldDifference[]): string[] {
  return fields.map(({ path, ours, theirs }) => row('field', `${path}: A ${shown(ours)}, B ${shown(theirs)}`));
}

const shown = (value: unknown): string => (value === undefined ? '(absent)' : JSON.stringify(value));

function contextLines(letter: string, { before, after }: Context): string[] {
  if (before.length + after.length === 0) return [];
  return [`  around it in ${letter}:`, ...before.map(text => `      ${short(text)}`), ...after.map((text, index) => `    ${index === 0 ? '>' : ' '} ${short(text)}`)];
}

function beforeLines({ cranks, soft, local }: Before): string[] {
  const lines = [soft
    ? row('earlier', `${soft.name}${soft.vat ? ` of ${soft.vat}` : ''} differed already at crank ${soft.crank}: A ${shown(soft.a)}, B ${shown(soft.b)}`)
    : row('earlier', `nothing soft differs in the ${cranks} cranks before`)];
  for (const [letter, texts] of [['A', local.a], ['B', local.b]] as const) lines.push(...texts.map(text => row(`host ${letter}`, text)));
  return lines;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(8)} ${short(text)}`;
}

function short(text: string): string {
  return text.length <= textMax ? text : `${text.slice(0, textMax)}… (${text.length} characters)`;
}
