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

export type Lock = { readonly packages?: Readonly<Record<string, LockEntry>> };
type LockEntry = Manifest & { readonly version?: string; readonly resolved?: string; readonly integrity?: string; readonly link?: boolean };

/** package-lock.json must agree with package.json (else `npm ci` fails), pin every package by hash, and name no address: each machine asks the registry it is set to. */
export function checkLock(manifest: Manifest, lock: Lock): readonly Finding[] {
  const entries = lock.packages ?? {};
  const report = (instead: string): Finding => ({ file: 'package-lock.json', line: 0, rule: 'dependency', instead });
  const stale = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    .filter(([name, version]) => entries[`node_modules/${name}`]?.version !== version || wantedBy(entries[''], name) !== version)
    .map(([name, version]) => report(`run npm install: it does not hold ${name} ${version} as package.json wants it`));
  const loose = Object.entries(entries)
    .filter(([path, { link, integrity }]) => path !== '' && link !== true && integrity === undefined)
    .map(([path]) => report(`${path} has no integrity hash; install it from the npm registry`));
  const foreign = Object.entries(entries)
    .filter(([, { resolved, link }]) => resolved !== undefined && link !== true)
    .map(([path]) => report(`${path} names where it was downloaded; install it from the npm registry, with omit-lockfile-registry-resolved (.npmrc has it)`));
  return [...stale, ...loose, ...foreign];
}

const wantedBy = (root: LockEntry | undefined, name: string): string | undefined => root?.dependencies?.[name] ?? root?.devDependencies?.[name];

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
