/** The first so many of what may be very long; no more than those are read. */
export function firstOf<T>(values: Iterable<T>, count: number): T[] {
  const first: T[] = [];
  if (count > 0) for (const value of values) if (first.push(value) >= count) break;
  return first;
}
