/** What a benchmark prints: one JSON line a row (design 12). */

export type Row = {
  readonly name: string;
  readonly unit: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many measurements the figures are of. */
  readonly samples: number;
  readonly group: string;
  /** Median of the least that could be done, measured in the same run by turns, and how many times that ours is. */
  readonly floor?: number;
  readonly ratioToFloor?: number;
  /** Median of another program's, measured in the same run, and how many times that ours is. */
  readonly peer?: number;
  readonly ratioToPeer?: number;
};

/** Figures of samples in one unit. Throws RangeError when there are none. */
export function rowOf(group: string, name: string, unit: string, samples: readonly number[]): Row {
  return { name, unit, median: rounded(quantile(samples, 0.5)), min: rounded(Math.min(...samples)), max: rounded(Math.max(...samples)), samples: samples.length, group };
}

/** The same with what a floor took in the same run. */
export function rowOverFloor(group: string, name: string, unit: string, samples: readonly number[], floorSamples: readonly number[]): Row {
  const floor = quantile(floorSamples, 0.5);
  return { ...rowOf(group, name, unit, samples), floor: rounded(floor), ratioToFloor: rounded(quantile(samples, 0.5) / floor) };
}

/** A row whose `median` is another quantile of the samples; its name must say so. */
export function rowOfQuantile(group: string, name: string, unit: string, samples: readonly number[], share: number): Row {
  return { ...rowOf(group, name, unit, samples), median: rounded(quantile(samples, share)) };
}

/** The value below which that share of the samples lies; between two samples, in proportion. */
export function quantile(samples: readonly number[], share: number): number {
  if (samples.length === 0) throw new RangeError('there is nothing to measure: no samples');
  const sorted = [...samples].sort((a, b) => a - b);
  const place = (sorted.length - 1) * share;
  const below = Math.floor(place);
  const low = sorted[below] as number;
  return low + ((sorted[below + 1] ?? low) - low) * (place - below);
}

/** Four significant digits: what lies behind is noise. */
function rounded(value: number): number {
  return Number(value.toPrecision(4));
}
