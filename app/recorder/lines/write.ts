/** Lines as text: members in the order of the schema, `type` first, the local part last. No replacer functions: each field knows how it is written. */
import { bounded, jsonText } from './bounds.js';
import { lineSchemas, type FieldKind, type Line, type LocalPart } from './schema.js';

type FieldWriter = { readonly name: string; readonly label: string; readonly isOptional: boolean; readonly write: (value: unknown) => string };

const writers: Readonly<Record<string, (value: unknown) => string>> = {
  text: value => jsonText(value),
  plain: value => `"${value as string}"`,
  number: String,
  flag: value => (value === true ? 'true' : 'false'),
  big: value => `"${String(value)}"`,
  json: value => jsonText(value),
  raw: value => bounded(value as string),
};

function fieldWriter([name, kind]: readonly [string, FieldKind]): FieldWriter {
  const isOptional = kind.endsWith('?');
  const write = writers[isOptional ? kind.slice(0, -1) : kind];
  if (!write) throw new Error(`no such kind of field: ${kind}`);
  return { name, label: `,"${name}":`, isOptional, write };
}

const fieldWriters = new Map<string, readonly FieldWriter[]>(
  Object.entries(lineSchemas).map(([type, { fields }]) => [type, Object.entries(fields).map(fieldWriter)]),
);

/** What stands between lane D and the rest; inside JSON text its quotes would be escaped, so the last one is the one. */
export const localMark = ',"~":';

/** Lane D of a line without its closing brace, so that the local part can follow. */
export function openLine(line: Line): string {
  let text = `{"type":"${line.type}"`;
  const values = line as unknown as Readonly<Record<string, unknown>>;
  for (const { name, label, isOptional, write } of fieldWriters.get(line.type) as readonly FieldWriter[]) {
    const value = values[name];
    if (value === undefined && isOptional) continue;
    text += label + write(value);
  }
  return text;
}

/** The end of a line: the local part and the closing brace, without a line feed. */
export function closeLine(local: LocalPart): string {
  return `${localMark}${JSON.stringify(local)}}`;
}

/** The same of a local part that has times only; `s` is how long something took. */
export function closeTimed(t: number, m: number, s?: number): string {
  return s === undefined ? `${localMark}{"t":${t},"m":${m}}}` : `${localMark}{"t":${t},"m":${m},"s":${s}}}`;
}

/** One whole line with its line feed. */
export function writeLine(line: Line, local: LocalPart): string {
  return `${openLine(line)}${closeLine(local)}\n`;
}

/** The lane D text of a line, as it is hashed: with its brace and a line feed. */
export function laneDText(line: Line): string {
  return `${openLine(line)}}\n`;
}
