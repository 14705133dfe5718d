/** The cranks of a run, one after another: only one is in memory. */
import type { Attempt } from '../read/attempt.js';
import { isLocal, linesOf, typeOfLine } from '../read/line-bytes.js';

export type Crank = {
  readonly crank: number;
  readonly crankhash: string;
  readonly activityhash: string;
  /** Of lanes D and K, from its beginning to its crank-finish; copies. */
  readonly lines: readonly Buffer[];
};

/** The cranks of a run that are there whole. */
export async function* cranksOf(run: Attempt): AsyncGenerator<Crank> {
  let lines: Buffer[] = [];
  let hasBegun = false;
  for await (const block of run.lines()) {
    for (const line of linesOf(block)) {
      const type = typeOfLine(line);
      hasBegun ||= type === 'run-begin';
      if (!hasBegun || type === undefined || isLocal(line) || type.startsWith('run-')) continue;
      lines.push(Buffer.from(line));
      if (type !== 'crank-finish') continue;
      yield finished(line, lines);
      lines = [];
    }
  }
}

function finished(line: Buffer, lines: readonly Buffer[]): Crank {
  const { crank, crankhash, activityhash } = JSON.parse(line.toString()) as { crank: number; crankhash: string; activityhash: string };
  return { crank, crankhash, activityhash, lines };
}

export type CrankPair = { readonly a: Crank | undefined; readonly b: Crank | undefined };

/** The first crank that the two runs do not share; undefined when those of the shorter one are all in the other. */
export async function firstDifferentCrank(a: Attempt, b: Attempt): Promise<CrankPair | undefined> {
  const [left, right] = [cranksOf(a), cranksOf(b)];
  try {
    let [one, other] = [await left.next(), await right.next()];
    while (!one.done && !other.done) {
      if (one.value.crank < other.value.crank) one = await left.next();
      else if (one.value.crank > other.value.crank) other = await right.next();
      else if (one.value.activityhash !== other.value.activityhash) return { a: one.value, b: other.value };
      else [one, other] = [await left.next(), await right.next()];
    }
    if (one.done === other.done) return undefined;
    return { a: one.done ? undefined : one.value, b: other.done ? undefined : other.value };
  } finally {
    await left.return(undefined);
    await right.return(undefined);
  }
}

