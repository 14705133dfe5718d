/** Finds by syntax what consensus code may not use; bans.ts has the list and the reasons. */
import ts from 'typescript';
import { importsOf } from './boundaries.js';
import { bannedGlobals, bannedMembers, bannedMethods, bannedModules, dateBan, floatLiteralBan, forInBan, stackBan, unicodeRegexBan, type Ban } from './bans.js';
import type { Finding } from './finding.js';
import { lineOf, walk, type Source } from './source.js';

/** Findings in one file of consensus code. Types are never a finding, nor a global's name that the file itself declares. */
export function checkDeterminism(source: Source): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (line: number, what: string, { rule, instead }: Ban): void => {
    findings.push({ file: source.path, line, rule, instead: `${what} in consensus code: ${instead}` });
  };
  for (const { specifier, line } of importsOf(source)) {
    const ban = bannedModules.get(specifier);
    if (ban) report(line, specifier, ban);
  }
  const declared = declaredNames(source);
  walk(source, node => {
    const hit = judge(node, declared);
    if (hit) report(lineOf(source, node), hit.what, hit.ban);
  });
  return findings;
}

type Hit = { readonly what: string; readonly ban: Ban } | undefined;

function judge(node: ts.Node, declared: ReadonlySet<string>): Hit {
  if (ts.isForInStatement(node)) return { what: 'for … in', ban: forInBan };
  if (ts.isNumericLiteral(node)) return isFraction(node) ? { what: node.getText(), ban: floatLiteralBan } : undefined;
  if (ts.isRegularExpressionLiteral(node)) return /\\[pP]\{/.test(node.text) ? { what: '\\p{…}', ban: unicodeRegexBan } : undefined;
  if (ts.isNewExpression(node)) return isClockDate(node.expression, node.arguments) ? { what: 'new Date()', ban: dateBan } : undefined;
  if (ts.isCallExpression(node)) return isNamed(node.expression, 'Date') ? { what: 'Date()', ban: dateBan } : undefined;
  if (ts.isPropertyAccessExpression(node)) return judgeMember(node.expression, node.name.text);
  if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) return judgeMember(node.expression, node.argumentExpression.text);
  if (ts.isImportSpecifier(node)) return isFromCrypto(node) ? judgeName((node.propertyName ?? node.name).text, bannedMethods) : undefined;
  if (ts.isBindingElement(node)) return judgeBinding(node);
  if (ts.isIdentifier(node) && isValue(node) && !declared.has(node.text)) return judgeName(node.text, bannedGlobals);
  return undefined;
}

function judgeMember(object: ts.Expression, member: string): Hit {
  const owner = ts.isIdentifier(object) ? object.text : ts.isPropertyAccessExpression(object) ? object.name.text : undefined;
  const whole = owner === undefined ? undefined : bannedMembers.get(`${owner}.${member}`);
  if (whole) return { what: `${owner}.${member}`, ban: whole };
  if (member === 'stack') return { what: '.stack', ban: stackBan };
  if (owner === 'globalThis') return judgeName(member, bannedGlobals);
  // path.normalize works on file names and is no Unicode normalisation.
  if (member === 'normalize' && (owner === 'path' || owner === 'posix')) return undefined;
  return judgeName(member, bannedMethods);
}

/** const { now } = Date; const { random } = Math. */
function judgeBinding(node: ts.BindingElement): Hit {
  const declaration = node.parent.parent;
  const name = node.propertyName ?? node.name;
  if (!ts.isVariableDeclaration(declaration) || !declaration.initializer || !ts.isIdentifier(name)) return undefined;
  return judgeMember(declaration.initializer, name.text);
}

function judgeName(name: string, bans: ReadonlyMap<string, Ban>): Hit {
  const ban = bans.get(name);
  return ban && { what: name, ban };
}

/** Methods are found where they are called on an object; a function of node:crypto is named only by its import. */
function isFromCrypto(node: ts.ImportSpecifier): boolean {
  const { moduleSpecifier } = node.parent.parent.parent;
  return !node.isTypeOnly && ts.isStringLiteral(moduleSpecifier) && moduleSpecifier.text === 'node:crypto';
}

const isNamed = (node: ts.Expression, name: string): boolean => ts.isIdentifier(node) && node.text === name;
const isClockDate = (callee: ts.Expression, given: ts.NodeArray<ts.Expression> | undefined): boolean => isNamed(callee, 'Date') && !given?.length;
const isFraction = (node: ts.NumericLiteral): boolean => !/^0[xob]/i.test(node.getText()) && /\.|e-/i.test(node.getText());

/** Whether an identifier is used as a value: not the name of a property or declaration, not part of a type. */
function isValue(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isShorthandPropertyAssignment(parent)) return true;
  if ('name' in parent && parent.name === node) return false;
  if ('propertyName' in parent && parent.propertyName === node) return false;
  return !ts.isTypeNode(parent) && !ts.isQualifiedName(parent) && !ts.isExportSpecifier(parent) && !ts.isLabeledStatement(parent);
}

/** Names that the file declares itself (by import, too): they are not the globals of that name. */
function declaredNames(source: Source): ReadonlySet<string> {
  const names = new Set<string>();
  walk(source, node => {
    const isDeclaration = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isBindingElement(node) || ts.isFunctionDeclaration(node)
      || ts.isImportSpecifier(node) || ts.isImportClause(node) || ts.isNamespaceImport(node);
    if (isDeclaration && node.name && ts.isIdentifier(node.name)) names.add(node.name.text);
  });
  return names;
}
