/**
 * Lines of a slog as bytes. Everything that nodes must agree on stands before the last `,"~":` of a line, so that most work on
 * slogs, of which there are gigabytes, needs no JSON.
 */

/** Before the member that holds what nodes need not agree on; always the last of a line. */
const softMark = Buffer.from(',"~":');
const closingBrace = Buffer.from('}');
const lineFeed = 10;

/** Types that begin so are of this host alone: no hash covers their lines. */
export const localPrefix = 'local/';

/** What is hashed and compared of one line (without its line feed): the bytes before the last `,"~":`, closed again. A line without the member is taken whole. */
export function deterministicPart(line: Buffer): Buffer {
  const at = line.lastIndexOf(softMark);
  return at < 0 ? line : Buffer.concat([line.subarray(0, at), closingBrace]);
}

/** The lines of a block of whole lines, without their line feeds. */
export function* linesOf(block: Buffer): Generator<Buffer> {
  for (let from = 0; from < block.length;) {
    const end = block.indexOf(lineFeed, from);
    const stop = end < 0 ? block.length : end;
    yield block.subarray(from, stop);
    from = stop + 1;
  }
}

const typeStart = '{"type":"';

/** The type of a line, which is its first member; undefined for what is no line of a slog. */
export function typeOfLine(line: Buffer): string | undefined {
  if (line.length < typeStart.length || line.toString('latin1', 0, typeStart.length) !== typeStart) return undefined;
  const end = line.indexOf(0x22, typeStart.length);
  return end < 0 ? undefined : line.toString('latin1', typeStart.length, end);
}

/** True for a line that no hash covers. */
export function isLocal(line: Buffer): boolean {
  return typeOfLine(line)?.startsWith(localPrefix) === true;
}

/** The text of a member that is a string without escapes (numbers and hashes are), found by its name; undefined when it is not there. Lane D only. */
export function textMember(line: Buffer, name: string): string | undefined {
  const mark = `"${name}":"`;
  const at = line.indexOf(mark, 0, 'latin1');
  if (at < 0) return undefined;
  const end = line.indexOf(0x22, at + mark.length);
  return end < 0 ? undefined : line.toString('latin1', at + mark.length, end);
}

const rowsStart = Buffer.from('{"type":"kv"');

/** True for rows of the kernel, which rings and bundles have and files do not. */
export function isRowsLine(line: Buffer): boolean {
  return line.subarray(0, rowsStart.length).equals(rowsStart);
}
