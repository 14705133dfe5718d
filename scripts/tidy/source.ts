import ts from 'typescript';

/** A parsed source file. `path` is relative to the package, with `/`. */
export type Source = { readonly path: string; readonly text: string; readonly tree: ts.SourceFile };

export const sourceExtensions: readonly string[] = ['.ts', '.mts', '.js', '.mjs', '.cjs'];
export const isSourcePath = (path: string): boolean => sourceExtensions.some(extension => path.endsWith(extension));

/** Parses by syntax alone: no other file is looked at, so that a broken neighbour cannot hide a finding. */
export function parseSource(path: string, text: string): Source {
  const kind = path.endsWith('ts') ? ts.ScriptKind.TS : ts.ScriptKind.JS;
  return { path, text, tree: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true, kind) };
}

/** 1-based line of a node or of a position. */
export function lineOf(source: Source, at: ts.Node | number): number {
  const position = typeof at === 'number' ? at : at.getStart(source.tree);
  return source.tree.getLineAndCharacterOfPosition(position).line + 1;
}

/** Calls `visit` for every node, parents first. */
export function walk(source: Source, visit: (node: ts.Node) => void): void {
  const step = (node: ts.Node): void => {
    visit(node);
    ts.forEachChild(node, step);
  };
  step(source.tree);
}

export type Comment = { readonly text: string; readonly line: number; readonly lastLine: number };

/** Every comment, in order. Text inside strings and templates is none. */
export function commentsOf(source: Source): readonly Comment[] {
  const found = new Map<number, Comment>();
  const collect = (ranges: readonly ts.CommentRange[] | undefined): void => {
    for (const { pos, end } of ranges ?? []) {
      found.set(pos, { text: source.text.slice(pos, end), line: lineOf(source, pos), lastLine: lineOf(source, end) });
    }
  };
  const step = (node: ts.Node): void => {
    if (isJsDoc(node)) return; // its own text is already a comment of the node below it
    collect(ts.getLeadingCommentRanges(source.text, node.getFullStart()));
    collect(ts.getTrailingCommentRanges(source.text, node.getEnd()));
    for (const child of node.getChildren(source.tree)) step(child);
  };
  step(source.tree);
  return [...found.values()].sort((a, b) => a.line - b.line);
}

const isJsDoc = (node: ts.Node): boolean => node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode;
