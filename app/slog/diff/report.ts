/** `slog diff` as a whole: what was compared, where it first differs, and what is known about that. */
import { laneD, laneOf, isLineType, typeOf } from '../../recorder/index.js';
import { compareCranks, fieldDifferences, type CrankDifference, type FieldDifference } from '../../recorder/diff/index.js';
import { attemptName, type Attempt } from '../read/attempt.js';
import { crankSpan, heightSpan, type Ladder, type Span } from '../read/ladder.js';
import { isLocal, linesOf, typeOfLine } from '../read/line-bytes.js';
import { lookBefore, type Before } from './before.js';
import type { Crank, CrankPair } from './cranks.js';
import { findDifference } from './find.js';
import { pairsOf, type Pair, type Pairs } from './pairs.js';

export type Side = {
  readonly name: string;
  readonly heights: Span<bigint> | undefined;
  readonly cranks: Span<number> | undefined;
  /** Attempts that do not count, and those that count though they are cut off, by name. */
  readonly notCounted: readonly string[];
  readonly cutOff: readonly string[];
};

/** Up to three entries before the first that differs, and from it on up to four. */
export type Context = { readonly before: readonly string[]; readonly after: readonly string[] };

export type CrankReport = {
  readonly crank: number;
  /** Its place in the run, from 1. */
  readonly place: number;
  /** How the entries differ; undefined when a side has no such crank. */
  readonly difference: CrankDifference | undefined;
  /** What the crank is, where only one side has it. */
  readonly only: { readonly side: 'A' | 'B'; readonly start: string } | undefined;
  readonly context: { readonly a: Context; readonly b: Context };
  readonly before: Before;
};

export type BlockReport = { readonly fields: readonly FieldDifference[]; readonly a: string | undefined; readonly b: string | undefined };

export type DiffReport = {
  readonly outcome: 'same' | 'different' | 'no-overlap' | 'earlier-needed';
  readonly a: Side;
  readonly b: Side;
  /** Heights that both sides have; of a difference all up to it. */
  readonly compared: number;
  readonly at: { readonly height: bigint; readonly stream: 'run' | 'block' } | undefined;
  readonly inCrank: CrankReport | undefined;
  /** Of a block, or of lines that no hash of the chain covers: the first that differs. */
  readonly inLines: BlockReport | undefined;
};

export type NamedLadder = { readonly name: string; readonly ladder: Ladder };

/** `everyLine`: lane D of every height is compared, not only the chained hashes. Rejects with SourceDamaged. */
export async function diff(a: NamedLadder, b: NamedLadder, everyLine: boolean): Promise<DiffReport> {
  const pairs = { runs: pairsOf(a.ladder.runs, b.ladder.runs), blocks: pairsOf(a.ladder.blocks, b.ladder.blocks) };
  const found = await findDifference(a.ladder, b.ladder, pairs, everyLine);
  const base = { a: sideOf(a), b: sideOf(b), compared: 0, at: undefined, inCrank: undefined, inLines: undefined };
  if (found.kind === 'same') return { ...base, outcome: 'same', compared: heightsIn(pairs) };
  if (found.kind === 'no-overlap') return { ...base, outcome: 'no-overlap' };
  const { pair } = found;
  const { height, stream } = pair.a;
  const at = { ...base, at: { height, stream }, compared: heightsIn(pairs, height) };
  if (found.kind === 'earlier-needed') return { ...at, outcome: 'earlier-needed' };
  if (found.kind === 'crank') return { ...at, outcome: 'different', inCrank: await crankReport(found.pair, found.cranks, pairs.runs) };
  return { ...at, outcome: 'different', inLines: await blockReport(pair) };
}

/** Heights that both sides have, up to one. */
function heightsIn({ runs, blocks }: Pairs, last?: bigint): number {
  const heights = new Set<bigint>();
  for (const pairs of [runs, blocks]) for (const { a: { height } } of pairs) if (last === undefined || height <= last) heights.add(height);
  return heights.size;
}

function sideOf({ name, ladder }: NamedLadder): Side {
  return { name, heights: heightSpan(ladder), cranks: crankSpan(ladder), notCounted: ladder.others.map(attemptName), cutOff: ladder.cutOff.map(attemptName) };
}

async function crankReport(pair: Pair, { a, b }: CrankPair, runs: readonly Pair[]): Promise<CrankReport> {
  const crank = Math.min(a?.crank ?? Infinity, b?.crank ?? Infinity);
  const difference = a && b && a.crank === b.crank ? compareCranks(textsOf(a), textsOf(b)) : undefined;
  const only = difference ? undefined : onlySide(a, b, crank);
  const vat = difference?.vat ?? vatOf(a) ?? vatOf(b);
  return {
    crank, place: crank - (pair.a.cranks?.first ?? crank) + 1, difference, only,
    context: { a: contextOf(a, difference?.ours.place ?? 0), b: contextOf(b, difference?.theirs.place ?? 0) },
    before: await lookBefore(runs.filter(({ a: { height } }) => height <= pair.a.height), crank, vat),
  };
}

function onlySide(a: Crank | undefined, b: Crank | undefined, crank: number): CrankReport['only'] {
  const [side, has] = a?.crank === crank ? ['A' as const, a] : ['B' as const, b];
  return { side, start: hashedTexts(has)[0] ?? '' };
}

const textsOf = ({ lines }: Crank): string[] => lines.map(line => line.toString());

/** Lane D of its entries, as places count them. */
function hashedTexts(crank: Crank | undefined): string[] {
  if (!crank) return [];
  return textsOf(crank).filter(isHashed).flatMap(line => laneD(line) ?? []);
}

function isHashed(line: string): boolean {
  const type = typeOf(line) ?? '';
  return isLineType(type) ? laneOf(type) === 'D' : !type.startsWith('local/');
}

const around = 3;

function contextOf(crank: Crank | undefined, place: number): Context {
  const texts = hashedTexts(crank);
  return { before: texts.slice(Math.max(0, place - around), place), after: texts.slice(place, place + around + 1) };
}

function vatOf(crank: Crank | undefined): string | undefined {
  for (const text of hashedTexts(crank)) {
    const { vat } = JSON.parse(text) as { vat?: string };
    if (vat !== undefined) return vat;
  }
  return undefined;
}

/** The first lines of lane D that differ. */
async function blockReport({ a, b }: Pair): Promise<BlockReport> {
  const [left, right] = [textsOfAttempt(a), textsOfAttempt(b)];
  try {
    for (;;) {
      const [one, other] = [await left.next(), await right.next()];
      const [textA, textB] = [one.done ? undefined : one.value, other.done ? undefined : other.value];
      if (textA === undefined && textB === undefined) return { fields: [], a: undefined, b: undefined };
      if (textA === textB) continue;
      return { fields: textA === undefined || textB === undefined ? [] : fieldDifferences(JSON.parse(textA), JSON.parse(textB)), a: textA, b: textB };
    }
  } finally {
    await left.return(undefined);
    await right.return(undefined);
  }
}

async function* textsOfAttempt(attempt: Attempt): AsyncGenerator<string> {
  let hasBegun = false;
  for await (const block of attempt.lines()) {
    for (const line of linesOf(block)) {
      hasBegun ||= typeOfLine(line) === `${attempt.stream}-begin`;
      if (!hasBegun) continue;
      const text = isLocal(line) ? '' : line.toString();
      const hashed = text !== '' && isHashed(text) ? laneD(text) : undefined;
      if (hashed !== undefined) yield hashed;
    }
  }
}
