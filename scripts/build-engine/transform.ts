/** Makes the sources that are compiled out of those that are published. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { applyPatches, patches } from './patches.js';
import type { Sources } from './sources.js';
import { flatName, isUnit } from './sources.js';
import { addTicks } from './ticks.js';

/**
 * Files in which nothing is counted: the collector and heap snapshots, whose work depends on more than the vat's program
 * (allocation pays for the collector); what belongs to debuggers; the main program and its transport. docs/engine.md has why.
 */
const uncountedFiles = new Set(['xsMemory.c', 'xsSnapshot.c', 'xsDebug.c', 'xsProfile.c', 'xsnap-worker.c', 'xsnapPlatform.c', 'work.c']);

/** Functions, by file, whose loops are not counted. `for (;;)` stands for endless loops alone. */
const uncountedFunctions = new Map<string, readonly string[]>([
  ['xsMapSet.c', ['fxDeleteEntry', 'fxGetEntry', 'fxSetEntry']],
  ['xsRun.c', ['for (;;)']],
]);

/** Adds our own files from the folder `ours`, and changes the published ones. Throws an Error when a change does not fit. */
export function transform(sources: Sources, ours: string): Sources {
  const changed = [...sources].map(([file, text]) => [file, transformFile(flatName(file), text)] as const);
  const added = readdirSync(ours).sort().map(name => [`kernel/worker/engine/${name}`, withHeader(name, readFileSync(join(ours, name), 'utf8'))] as const);
  const names = new Set([...sources.keys()].map(flatName));
  for (const file of patches.keys()) if (!names.has(file)) throw new Error(`there is no ${file} to change`);
  return new Map([...changed, ...added]);
}

function transformFile(name: string, text: string): string {
  const patched = applyPatches(name, text);
  if (!isUnit(name)) return patched;
  if (uncountedFiles.has(name)) return withHeader(name, patched);
  try {
    return withHeader(name, addTicks(patched, new Set(uncountedFunctions.get(name))));
  } catch (cause) {
    throw new Error(`${name} cannot be counted`, { cause });
  }
}

function withHeader(name: string, text: string): string {
  if (!isUnit(name)) return text;
  return `${uncountedFiles.has(name) ? '#define mxWorkless 1\n' : ''}#include "work.h"\n#line 1 "${name}"\n${text}`;
}
