/** Rows of JSON that are read far more often than they change: each text is parsed once. */

/** Reads such rows, and knows what was written. */
export type ParsedRows<T> = {
  parse(text: string): T;
  /** The text of a value that is about to be written, and will be read as that value. It must be plain JSON, without what JSON leaves out. */
  textOf(value: T): string;
};

/**
 * A reader of such rows. What it returns is shared, so its type must be readonly. It keeps the results of the last few
 * thousand texts; a pure function of the text, so that what is kept decides nothing.
 */
export function parsedOnce<T>(keptMax = 20_000): (text: string) => T {
  return parsedRows<T>(keptMax).parse;
}

/** The same for rows that change often: what is written need not be parsed when it is read. */
export function parsedRows<T>(keptMax: number): ParsedRows<T> {
  const kept = new Map<string, T>();
  const keep = (text: string, value: T): void => {
    if (kept.size >= keptMax) kept.clear();
    kept.set(text, value);
  };
  return {
    parse: text => {
      const known = kept.get(text);
      if (known !== undefined) return known;
      const value = JSON.parse(text) as T;
      keep(text, value);
      return value;
    },
    textOf: value => {
      const text = JSON.stringify(value);
      keep(text, value);
      return text;
    },
  };
}
