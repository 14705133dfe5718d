/** Words that a folder does not speak, and text that nothing in the project may contain. */
import ts from 'typescript';
import { compareText, type Finding } from './finding.js';
import { lineOf, walk, type Source } from './source.js';
import type { Table, WordBan } from './table.js';

/** The words of an identifier or a file name, in lower case: `vatStoreGet` and `vat-store-get` are vat, store, get. */
export function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter(word => word !== '');
}

/** "names" looks at the path and at identifiers; "anywhere" also at comments and strings. One finding per word and line. */
export function checkWords(source: Source, table: Table): readonly Finding[] {
  const seen = new Map<string, Finding>();
  for (const ban of table.wordBans.filter(({ below }) => source.path.startsWith(below))) {
    const banned = new Set(ban.words);
    const look = (text: string, line: number): void => {
      for (const word of wordsOf(text)) {
        if (banned.has(word)) seen.set(`${line} ${word}`, { file: source.path, line, rule: 'word', instead: `"${word}" has no place below ${ban.below}: ${ban.instead}` });
      }
    };
    look(source.path.slice(ban.below.length), 0);
    lookInside(source, ban, look);
  }
  return [...seen.values()].sort((a, b) => a.line - b.line || compareText(a.instead, b.instead));
}

function lookInside(source: Source, ban: WordBan, look: (text: string, line: number) => void): void {
  switch (ban.where) {
    case 'anywhere':
      source.text.split('\n').forEach((text, index) => { look(text, index + 1); });
      return;
    case 'names':
      walk(source, node => {
        if (ts.isIdentifier(node) || ts.isPrivateIdentifier(node)) look(node.text, lineOf(source, node));
      });
      return;
  }
}

/** Patterns of the table that no source or document may match. */
export function checkText(path: string, text: string, table: Table): readonly Finding[] {
  const lines = text.split('\n');
  return table.denyText.flatMap(({ pattern, instead }) => {
    const expression = new RegExp(pattern, 'i');
    return lines.flatMap((line, index): Finding[] => {
      const at = expression.exec(line);
      return at ? [{ file: path, line: index + 1, rule: 'text', instead: `"${at[0]}": ${instead}` }] : [];
    });
  });
}
