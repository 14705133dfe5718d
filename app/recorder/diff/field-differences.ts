/** Where two JSON values differ, as paths to the first members that do; data of contracts is looked into. */

export type FieldDifference = {
  /** Such as `vsc[2].body.balance`. */
  readonly path: string;
  /** Undefined: this side has nothing there. */
  readonly ours: unknown;
  readonly theirs: unknown;
};

const differencesMax = 20;

/** At most 20, in the order of our members, then of those that only theirs has. */
export function fieldDifferences(ours: unknown, theirs: unknown): readonly FieldDifference[] {
  const found: FieldDifference[] = [];
  compare('', ours, theirs, found);
  return found;
}

function compare(path: string, ours: unknown, theirs: unknown, found: FieldDifference[]): void {
  if (found.length >= differencesMax || ours === theirs) return;
  const [a, b] = [lookInto(ours), lookInto(theirs)];
  if (Array.isArray(a) && Array.isArray(b)) {
    for (let at = 0; at < Math.max(a.length, b.length); at += 1) compare(`${path}[${at}]`, a[at], b[at], found);
  } else if (isRecord(a) && isRecord(b)) {
    for (const name of new Set([...Object.keys(a), ...Object.keys(b)])) compare(path === '' ? name : `${path}.${name}`, a[name], b[name], found);
  } else if (JSON.stringify(a) !== JSON.stringify(b)) {
    found.push({ path, ours: a, theirs: b });
  }
}

/** Bodies of capdata are JSON in a string, with a `#` before it. */
function lookInto(value: unknown): unknown {
  if (typeof value !== 'string' || !/^#?[{[]/.test(value)) return value;
  try {
    return JSON.parse(value.replace(/^#/, '')) as unknown;
  } catch {
    return value; // a text that only looks like it
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
