/** Reads the files of a project from disk, and judges them all. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyAllowances } from './allow.js';
import { checkBoundaries, type Packages } from './boundaries.js';
import { checkLock, checkRows, checkVersions, packagesOf, type Lock, type Manifest } from './dependencies.js';
import { checkDeterminism } from './determinism.js';
import { checkLength, checkMarkers, checkName, checkTestName } from './files.js';
import { compareFindings, compareText, type Finding } from './finding.js';
import { isSourcePath, parseSource, type Source } from './source.js';
import { isConsensus, readTable, type Table } from './table.js';
import { checkText, checkWords } from './words.js';

const textEndings = ['.md', '.json', '.proto', '.yml', '.yaml', '.toml', '.sh'];
const dependencyDocument = 'docs/dependencies.md';

/** All findings in the project at `root`, sorted. Throws when the table, package.json or its lock cannot be read. */
export function checkProject(root: string): readonly Finding[] {
  const table = readTable(join(root, 'config', 'boundaries.json'));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
  const packages = packagesOf(manifest);
  const sources = filesBelow(root, table.folders).filter(isSourcePath).map(path => parseSource(path, readFileSync(join(root, path), 'utf8')));
  return [
    ...sources.flatMap(source => checkSource(source, table, packages)),
    ...checkTexts(root, table),
    ...checkReadmes(root, table),
    ...checkListed(root, table),
    ...checkVersions(manifest),
    ...checkLock(manifest, JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock),
    ...checkRows(manifest, readDocument(root, dependencyDocument)),
  ].sort(compareFindings);
}

/** Every rule about one source file, with its own exceptions applied. */
export function checkSource(source: Source, table: Table, packages: Packages): readonly Finding[] {
  return applyAllowances(source, [
    ...checkBoundaries(source, table, packages),
    ...(isConsensus(table, source.path) ? checkDeterminism(source) : []),
    ...checkName(source),
    ...checkLength(source, table),
    ...checkTestName(source, table),
    ...checkMarkers(source),
    ...checkWords(source, table),
    ...checkText(source.path, source.text, table),
  ]);
}

function checkTexts(root: string, table: Table): readonly Finding[] {
  const texts = [...filesBelow(root, [...table.folders, 'docs', '.ci']), ...rootFiles(root)]
    .filter(path => textEndings.some(ending => path.endsWith(ending)) || path.startsWith('.ci/'))
    .filter(path => path !== 'package-lock.json' && path !== 'config/boundaries.json');
  return texts.flatMap(path => checkText(path, readFileSync(join(root, path), 'utf8'), table));
}

function checkReadmes(root: string, table: Table): readonly Finding[] {
  return table.foldersWithReadme
    .filter(folder => !existsSync(join(root, folder, 'README.md')))
    .map((folder): Finding => ({ file: `${folder}/README.md`, line: 0, rule: 'readme', instead: 'say what the folder owns and does not own, its words, and its path from below' }));
}

/** Paths that the table lists by name must exist, so that a renamed file cannot leave a hole. Zones and exceptions may come first. */
function checkListed(root: string, table: Table): readonly Finding[] {
  return Object.keys(table.longFiles)
    .filter(path => !existsSync(join(root, path)))
    .map((path): Finding => ({ file: 'config/boundaries.json', line: 0, rule: 'length', instead: `${path} does not exist; take it off longFiles` }));
}

function readDocument(root: string, path: string): { path: string; text: string } {
  const whole = join(root, path);
  return { path, text: existsSync(whole) ? readFileSync(whole, 'utf8') : '' };
}

/** Paths relative to `root`, with `/`, sorted; what packages and builds put there is left out. */
function filesBelow(root: string, folders: readonly string[]): readonly string[] {
  return folders
    .filter(folder => existsSync(join(root, folder)))
    .flatMap(folder => readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
      .filter(entry => entry.isFile())
      .map(entry => join(entry.parentPath, entry.name).slice(root.length + 1).replaceAll('\\', '/')))
    .filter(path => !/(?:^|\/)(?:node_modules|dist)\//.test(path))
    .sort(compareText);
}

function rootFiles(root: string): readonly string[] {
  return readdirSync(root, { withFileTypes: true }).filter(entry => entry.isFile()).map(({ name }) => name);
}
