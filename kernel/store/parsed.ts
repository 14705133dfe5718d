/** Rows of JSON that are read far more often than they change: each text is parsed once. */

/**
 * A reader of such rows. What it returns is shared, so its type must be readonly. It keeps the results of the last few
 * thousand texts; a pure function of the text, so that what is kept decides nothing.
 */
export function parsedOnce<T>(keptMax = 20_000): (text: string) => T {
  const kept = new Map<string, T>();
  return text => {
    const known = kept.get(text);
    if (known !== undefined) return known;
    if (kept.size >= keptMax) kept.clear();
    const value = JSON.parse(text) as T;
    kept.set(text, value);
    return value;
  };
}
