/**
 * `slog diff`, step 7: what came before the first difference. A value that is soft (deterministic in theory, and the first to betray an
 * engine) may have differed long before; and how a vat's worker came to be is of the host alone.
 */
import { localMark, typeOf } from '../../recorder/index.js';
import type { Attempt } from '../read/attempt.js';
import { linesOf } from '../read/line-bytes.js';
import type { Pair } from './pairs.js';

export type SoftDifference = { readonly crank: number; readonly vat: string | undefined; readonly name: string; readonly a: unknown; readonly b: unknown };

export type Before = {
  /** How many cranks were looked at. */
  readonly cranks: number;
  readonly soft: SoftDifference | undefined;
  /** Lines of the host alone that name the vat, as they stand in the slog; the last 20. */
  readonly local: { readonly a: readonly string[]; readonly b: readonly string[] };
};

const cranksMax = 1000;
const localLinesMax = 20;

/** `runs` end with the pair in which the difference is; `crank` is the first that differs. */
export async function lookBefore(runs: readonly Pair[], crank: number, vat: string | undefined): Promise<Before> {
  const from = Math.max(1, crank - cranksMax);
  const near = runs.filter(({ a, b }) => Math.max(a.cranks?.last ?? 0, b.cranks?.last ?? 0) >= from);
  const [a, b] = await Promise.all([sideOf(near.map(pair => pair.a), from, crank, vat), sideOf(near.map(pair => pair.b), from, crank, vat)]);
  return { cranks: crank - from, soft: firstSoft(a.soft, b.soft), local: { a: a.local.slice(-localLinesMax), b: b.local.slice(-localLinesMax) } };
}

type SoftEntry = { readonly crank: number; readonly vat: string | undefined; readonly soft: Readonly<Record<string, unknown>> };
type BeforeSide = { readonly soft: Map<string, SoftEntry>; readonly local: string[] };

async function sideOf(runs: readonly Attempt[], from: number, crank: number, vat: string | undefined): Promise<BeforeSide> {
  const side: BeforeSide = { soft: new Map(), local: [] };
  const wanted = new Set(runs.map(({ height, attempt }) => `${height} ${attempt}`));
  let isWanted = false;
  for await (const block of throughParts(runs)) {
    for (const line of linesOf(block)) {
      const beginning = line.indexOf('{"type":"run-begin"') === 0 ? runName(line) : undefined;
      if (beginning !== undefined) isWanted = wanted.has(beginning);
      note(side, line, isWanted, { from, crank, vat });
    }
  }
  return side;
}

/** From the first to the last of each part in one read: without an index a compressed file is inflated from its beginning. */
async function* throughParts(runs: readonly Attempt[]): AsyncGenerator<Buffer> {
  for (const part of new Set(runs.map(run => run.part))) {
    const inIt = runs.filter(run => run.part === part).sort((one, other) => one.range.offset - other.range.offset);
    const [first, last] = [inIt[0], inIt.at(-1)];
    if (first && last) yield* first.lines(last.range);
  }
}

function runName(line: Buffer): string {
  const { height, '~': local } = JSON.parse(line.toString()) as { height: string; '~'?: { attempt?: number } };
  return `${height} ${local?.attempt ?? 1}`;
}

type Window = { readonly from: number; readonly crank: number; readonly vat: string | undefined };

function note(side: BeforeSide, line: Buffer, isWanted: boolean, { from, crank, vat }: Window): void {
  if (vat !== undefined && line.indexOf('{"type":"local/') === 0) {
    if (line.includes(`"vat":"${vat}"`)) side.local.push(line.toString());
    return;
  }
  const mark = line.lastIndexOf(localMark);
  if (!isWanted || mark < 0 || line.indexOf('"soft":{', mark) < 0) return;
  const text = line.toString();
  const { '~': { soft }, ...values } = JSON.parse(text) as { crank?: number; vat?: string; delivery?: number; syscall?: number; '~': { soft: SoftEntry['soft'] } };
  if (values.crank === undefined || values.crank < from || values.crank >= crank) return;
  side.soft.set([typeOf(text), values.crank, values.vat, values.delivery, values.syscall].join(' '), { crank: values.crank, vat: values.vat, soft });
}

/** Of entries that both sides have, the first whose soft part differs. */
function firstSoft(a: ReadonlyMap<string, SoftEntry>, b: ReadonlyMap<string, SoftEntry>): SoftDifference | undefined {
  for (const [key, { crank, vat, soft }] of a) {
    const other = b.get(key)?.soft;
    if (!other) continue;
    const name = [...new Set([...Object.keys(soft), ...Object.keys(other)])].find(member => soft[member] !== other[member]);
    if (name !== undefined) return { crank, vat, name, a: soft[name], b: other[name] };
  }
  return undefined;
}
