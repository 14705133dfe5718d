/** Names of slog files: `<chain>-<UTC yyyymmddThh>-h<first height>.jsonl`, `.jsonl.gz` once it is finished, and `.idx` behind either. */

export type SlogName = {
  readonly chain: string;
  /** Such as 20261120T07: when it was begun. */
  readonly hour: string;
  readonly first: bigint;
  /** From 1; a later one with the same hour and height has the next number. */
  readonly part: number;
};

const grammar = /^(.+)-(\d{8}T\d{2})-h(\d{1,19})(?:_(\d{1,6}))?\.jsonl(\.gz)?$/;

/** Undefined for a file of another kind, an index among them. */
export function readSlogName(file: string): (SlogName & { readonly isCompressed: boolean }) | undefined {
  const match = grammar.exec(file);
  if (!match) return undefined;
  const [, chain = '', hour = '', first = '', part, gz] = match;
  return { chain, hour, first: BigInt(first), part: part === undefined ? 1 : Number(part), isCompressed: gz !== undefined };
}

/** Of the plain file. */
export function writeSlogName({ chain, hour, first, part }: SlogName): string {
  return `${chain}-${hour}-h${first}${part === 1 ? '' : `_${part}`}.jsonl`;
}

export const compressedName = (plain: string): string => `${plain}.gz`;
export const indexName = (file: string): string => `${file}.idx`;

/** The UTC hour of a moment in milliseconds, as it stands in names. */
export function hourOf(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 13).replaceAll('-', '')}`;
}

/** Oldest first: by hour, then by height, then by part. */
export function inOrder(a: SlogName, b: SlogName): number {
  if (a.hour !== b.hour) return a.hour < b.hour ? -1 : 1;
  if (a.first !== b.first) return a.first < b.first ? -1 : 1;
  return a.part - b.part;
}
