/** package.json against docs/dependencies.md: every dependency is pinned, and somebody has said what it is for. */
import type { Packages } from './boundaries.js';
import { compareText, type Finding } from './finding.js';

export type Manifest = {
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly overrides?: Readonly<Record<string, unknown>>;
};

export const packagesOf = (manifest: Manifest): Packages => ({
  shipped: new Set(Object.keys(manifest.dependencies ?? {})),
  development: new Set(Object.keys(manifest.devDependencies ?? {})),
});

const exact = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

/** Versions must be exact: a range would let two builds of one release differ. */
export function checkVersions(manifest: Manifest): readonly Finding[] {
  const pinned = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.overrides };
  return Object.entries(pinned)
    .filter(([, version]) => typeof version !== 'string' || !exact.test(version))
    .map(([name, version]): Finding => ({ file: 'package.json', line: 0, rule: 'dependency', instead: `pin ${name} to one exact version, not ${JSON.stringify(version)}` }));
}

/** A row is a table line whose first cell is the package's name in backticks. */
export function checkRows(manifest: Manifest, document: { readonly path: string; readonly text: string }): readonly Finding[] {
  const declared = new Set([...Object.keys(manifest.dependencies ?? {}), ...Object.keys(manifest.devDependencies ?? {})]);
  const rows = rowsOf(document.text);
  const undocumented = [...declared].filter(name => !rows.has(name)).sort(compareText)
    .map((name): Finding => ({ file: 'package.json', line: 0, rule: 'dependency', instead: `give ${name} a row in ${document.path}: what for, why this one, its licence` }));
  const undeclared = [...rows].filter(([name]) => !declared.has(name))
    .map(([name, line]): Finding => ({ file: document.path, line, rule: 'dependency', instead: `delete the row of ${name}; package.json does not name it` }));
  return [...undocumented, ...undeclared];
}

function rowsOf(text: string): ReadonlyMap<string, number> {
  const rows = new Map<string, number>();
  text.split('\n').forEach((line, index) => {
    const name = /^\|\s*`([^`]+)`\s*\|/.exec(line)?.[1];
    if (name !== undefined) rows.set(name, index + 1);
  });
  return rows;
}
