/** Names, lengths, markers and words of single files. */
import ts from 'typescript';
import { importsOf } from './boundaries.js';
import type { Finding } from './finding.js';
import { commentsOf, lineOf, walk, type Source } from './source.js';
import type { Table } from './table.js';

const kebab = /^[a-z0-9]+(?:-[a-z0-9]+)*$/;
/** Names that say nothing of what is inside. */
const emptyNames: ReadonlySet<string> = new Set(['common', 'helpers', 'misc', 'util', 'utils']);

/** Every folder and file name in kebab case, and none that is a drawer for odds and ends; dots separate endings (`fee-is-kept.long.test.ts`). */
export function checkName(source: Source): readonly Finding[] {
  const parts = source.path.split('/').flatMap(segment => segment.split('.'));
  const odd = parts.filter(part => part !== '' && !kebab.test(part));
  const empty = parts.filter(part => emptyNames.has(part));
  return [
    ...odd.map((part): Finding => ({ file: source.path, line: 0, rule: 'name', instead: `write "${part}" in kebab-case, after the file's main export` })),
    ...empty.map((part): Finding => ({ file: source.path, line: 0, rule: 'name', instead: `"${part}" names no reason to change: a helper lives with its first owner` })),
  ];
}

/** Longer than the bound only with a listed reason; a listed file that became short leaves the list. */
export function checkLength(source: Source, table: Table): readonly Finding[] {
  const lines = source.text.split('\n').length - (source.text.endsWith('\n') ? 1 : 0);
  const reason = table.longFiles[source.path];
  const { path: file } = source;
  if (lines > table.linesMax && !reason) {
    return [{ file, line: 0, rule: 'length', instead: `${lines} lines; split it by reason to change, or list it under longFiles in config/boundaries.json and say why` }];
  }
  if (lines <= table.linesMax && reason) return [{ file, line: 0, rule: 'length', instead: 'take it off longFiles in config/boundaries.json; it is short enough' }];
  return [];
}

/** A file under test/ that holds tests ends in .test.ts, and a file with that ending holds tests. */
export function checkTestName(source: Source, table: Table): readonly Finding[] {
  const { path: file } = source;
  if (!file.startsWith('test/') || table.testFoldersWithoutClaims.some(below => file.startsWith(below))) return [];
  const hasTests = importsOf(source).some(({ specifier, erased }) => specifier === 'node:test' && !erased);
  const isNamedTest = file.endsWith('.test.ts');
  if (hasTests && !isNamedTest) return [{ file, line: 0, rule: 'test-name', instead: 'end its name in .test.ts (or .long.test.ts), else the suite never runs it' }];
  if (!hasTests && isNamedTest) return [{ file, line: 0, rule: 'test-name', instead: 'a helper is no claim: move it to test/support/ and drop .test from its name' }];
  return [];
}

const commentMarkers: readonly (readonly [RegExp, string])[] = [
  [/\b(?:TODO|FIXME|XXX|HACK)\b/, 'do it now, or describe the limit in the docs as it is'],
  [/@ts-(?:ignore|nocheck)\b/, 'give it the right type; a cast says more than a silenced compiler'],
  [/eslint-disable(?!-next-line|-line)/, 'allow it on one line: eslint-disable-next-line <rule>, with the reason beside it'],
];
const suiteFunctions: ReadonlySet<string> = new Set(['test', 'it', 'describe', 'suite']);

/** What must not stay in a source: unfinished work, silenced checks, tests that are left out or run alone. */
export function checkMarkers(source: Source): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (line: number, instead: string): void => { findings.push({ file: source.path, line, rule: 'marker', instead }); };
  for (const { text, line } of commentsOf(source)) {
    for (const [pattern, instead] of commentMarkers) {
      const at = pattern.exec(text);
      if (at) report(line + text.slice(0, at.index).split('\n').length - 1, `${at[0]}: ${instead}`);
    }
  }
  walk(source, node => {
    if (ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.AnyKeyword) report(lineOf(source, node), 'as any: name the type, or unknown and a check');
    const left = leftOut(node);
    if (left) report(lineOf(source, node), left);
  });
  return findings;
}

/** test.only, it.skip, t.skip() without a reason, { only: true }, { skip: true }. A reason makes a skip honest: the summary prints it. */
function leftOut(node: ts.Node): string | undefined {
  if (ts.isCallExpression(node) && ts.isPropertyAccessExpression(node.expression)) {
    const { expression: object, name } = node.expression;
    if (!ts.isIdentifier(object)) return undefined;
    if (suiteFunctions.has(object.text) && ['only', 'skip', 'todo'].includes(name.text)) return `${object.text}.${name.text}: run it with the rest; if it needs a tool, pass { skip: reason }`;
    if (object.text === 't' && name.text === 'skip' && node.arguments.length === 0) return 't.skip(): say why, as its argument';
  }
  const isTrue = ts.isPropertyAssignment(node) && node.initializer.kind === ts.SyntaxKind.TrueKeyword;
  if (isTrue && ts.isIdentifier(node.name) && ['only', 'skip'].includes(node.name.text) && isTestOption(node)) return `{ ${node.name.text}: true }: run it with the rest; if it needs a tool, pass { skip: reason }`;
  return undefined;
}

function isTestOption(node: ts.PropertyAssignment): boolean {
  const call = node.parent.parent;
  return ts.isCallExpression(call) && ts.isIdentifier(call.expression) && suiteFunctions.has(call.expression.text);
}
