/** One thing that is not as it should be, and what to do instead. Line 0 means the file as a whole. */
export type Finding = { readonly file: string; readonly line: number; readonly rule: Rule; readonly instead: string };

/** Every rule's name, as it stands in findings and in `// tidy-allow <rule>: reason`. */
export const rules = [
  'allow', 'boundary', 'clock', 'dependency', 'door', 'environment', 'float', 'iteration', 'length', 'locale',
  'marker', 'name', 'package', 'randomness', 'readme', 'stack', 'test-name', 'text', 'timer', 'word',
] as const;
export type Rule = (typeof rules)[number];

const known: ReadonlySet<string> = new Set(rules);
export const isRule = (text: string): text is Rule => known.has(text);

/** `file:line: rule: what to do instead`, which editors and CI turn into links. */
export const formatFinding = ({ file, line, rule, instead }: Finding): string => `${file}:${line}: ${rule}: ${instead}`;

/** By file, then line, then rule, so that two runs print the same text. */
export function compareFindings(a: Finding, b: Finding): number {
  return compareText(a.file, b.file) || a.line - b.line || compareText(a.rule, b.rule) || compareText(a.instead, b.instead);
}

/** By UTF-16 code unit; never by locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
