/** Who may import what: the table of docs/house-style.md as it stands in config/boundaries.json. */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import ts from 'typescript';
import type { Finding, Rule } from './finding.js';
import { lineOf, walk, type Source } from './source.js';
import { zoneOf, type Table, type Zone } from './table.js';

/** `erased`: an `import type`, of which nothing is left at run time. */
export type Import = { readonly specifier: string; readonly line: number; readonly erased: boolean };

/** What package.json declares: names only. */
export type Packages = { readonly shipped: ReadonlySet<string>; readonly development: ReadonlySet<string> };

const builtins: ReadonlySet<string> = new Set(builtinModules);

/** Every module that a file names: import, export … from, import(), import types, require(). */
export function importsOf(source: Source): readonly Import[] {
  const found: Import[] = [];
  walk(source, node => {
    const specifier = specifierOf(node);
    if (specifier) found.push({ specifier: specifier.text, line: lineOf(source, specifier), erased: isErased(node) });
  });
  return found;
}

function specifierOf(node: ts.Node): ts.StringLiteralLike | undefined {
  let named: ts.Node | undefined;
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) named = node.moduleSpecifier;
  else if (ts.isImportTypeNode(node)) named = ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined;
  else if (ts.isCallExpression(node) && isLoader(node.expression)) named = node.arguments[0];
  return named && ts.isStringLiteralLike(named) ? named : undefined;
}

const isErased = (node: ts.Node): boolean => ts.isImportTypeNode(node) || ts.isImportDeclaration(node) && node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;

const isLoader = (callee: ts.Expression): boolean =>
  callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require');

/** Findings about one file's imports. A file outside every zone has a finding of its own: the table must name it. */
export function checkBoundaries(source: Source, table: Table, packages: Packages): readonly Finding[] {
  const zone = zoneOf(table, source.path);
  if (!zone) return [{ file: source.path, line: 0, rule: 'boundary', instead: 'name this folder in config/boundaries.json and say what it may import' }];
  return importsOf(source).flatMap(({ specifier, line }) => {
    const verdict = specifier.startsWith('.')
      ? judgeOwn(source.path, specifier, zone, table)
      : judgeForeign(source.path, specifier, zone, packages);
    return verdict ? [{ file: source.path, line, ...verdict }] : [];
  });
}

type Verdict = { readonly rule: Rule; readonly instead: string } | undefined;

function judgeOwn(from: string, specifier: string, zone: Zone, table: Table): Verdict {
  const target = posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\.js$/, '.ts').replace(/\.mjs$/, '.mts');
  if (target.startsWith('..')) return { rule: 'boundary', instead: `${specifier} leaves the package; import what lies inside` };
  if (target.startsWith('test/') && !from.startsWith('test/')) return { rule: 'boundary', instead: `nothing imports test/; move what is shared out of ${target}` };
  const allowed = zone.mayImport.some(below => target.startsWith(below)) && !zone.mayNotImport?.some(below => target.startsWith(below));
  if (!allowed) return { rule: 'boundary', instead: `${zone.below} may not import ${target}: ${zone.because}. It may import ${list(zone.mayImport)}` };
  return judgeDoor(from, target, table);
}

/** chain/ and kernel/ are entered by their doors; inside, and from a test, any file may be named. */
function judgeDoor(from: string, target: string, table: Table): Verdict {
  const house = ['chain/', 'kernel/'].find(top => target.startsWith(top));
  if (!house || from.startsWith(house) || from.startsWith('test/') || table.doors.includes(target)) return undefined;
  return { rule: 'door', instead: `import what ${target} offers from ${house}index.ts, or another door in config/boundaries.json` };
}

function judgeForeign(from: string, specifier: string, zone: Zone, packages: Packages): Verdict {
  if (specifier.startsWith('node:')) return judgeBuiltin(specifier.slice('node:'.length), zone);
  if (builtins.has(specifier)) return { rule: 'boundary', instead: `write node:${specifier}, so that no package can take its place` };
  const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
  if (zone.packages === 'any') return undefined;
  if (!zone.packages.includes(name)) return { rule: 'package', instead: `${zone.below} may not use ${name}: ${zone.because}. It may use ${list(zone.packages)}` };
  const shipped = packages.shipped.has(name) || (from.startsWith('scripts/') || from.startsWith('config/')) && packages.development.has(name);
  return shipped ? undefined : { rule: 'package', instead: `add ${name} to "dependencies" in package.json and to docs/dependencies.md, or do without it` };
}

function judgeBuiltin(name: string, zone: Zone): Verdict {
  if (zone.builtins === 'any' || zone.builtins.includes(name) || zone.builtins.includes(name.replace(/\/strict$/, ''))) return undefined;
  return { rule: 'boundary', instead: `${zone.below} may not use node:${name}: ${zone.because}. Take what you need as an argument` };
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'none' : names.join(', '));
