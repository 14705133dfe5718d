/** Lines read back: what is in lane D, as bytes and as values. Nothing is trusted: a line that is none is told, not thrown. */
import { isLineType, type Line, type LineType, type LocalPart } from './schema.js';
import { localMark } from './write.js';

/** A line whose type this release knows; `d` is its lane D text with brace and without line feed. */
export type ReadLine = { readonly type: LineType; readonly d: string; readonly line: Line; readonly local: LocalPart };
/** A line of a later release, or what is no line. */
export type UnknownLine = { readonly type: undefined; readonly text: string };

/** The lane D text of a line (without line feed): up to the last local part. Undefined for what is no line. */
export function laneD(text: string): string | undefined {
  const at = text.lastIndexOf(localMark);
  return at > 0 && text.startsWith('{"type":"') ? `${text.slice(0, at)}}` : undefined;
}

/** The type of a line, by its first bytes only. */
export function typeOf(text: string): string | undefined {
  const start = '{"type":"';
  if (!text.startsWith(start)) return undefined;
  const end = text.indexOf('"', start.length);
  return end > 0 ? text.slice(start.length, end) : undefined;
}

const bigFields = new Set(['height', 'computrons', 'confirmed']);

/** One line without its line feed. */
export function readLine(text: string): ReadLine | UnknownLine {
  const type = typeOf(text);
  const d = laneD(text);
  if (type === undefined || d === undefined || !isLineType(type)) return { type: undefined, text };
  try {
    const all = JSON.parse(text) as Record<string, unknown>;
    const { '~': local, ...rest } = all;
    for (const name of bigFields) if (typeof rest[name] === 'string') rest[name] = BigInt(rest[name]);
    return { type, d, line: rest as unknown as Line, local: local as LocalPart };
  } catch {
    return { type: undefined, text }; // torn or foreign: the caller shows it as it is
  }
}

/** The lines of a frame's body or of a file's text. */
export function* splitLines(text: string): Iterable<string> {
  let from = 0;
  for (let to = text.indexOf('\n'); to >= 0; to = text.indexOf('\n', from)) {
    if (to > from) yield text.slice(from, to);
    from = to + 1;
  }
  if (from < text.length) yield text.slice(from);
}
