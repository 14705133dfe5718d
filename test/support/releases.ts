/** Two releases of this very build: as it is, and with one more upgrade. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../chain/codec/roots.js';
import { makeRelease } from '../../scripts/make-release.js';
import { cliPath } from './node.js';

export type Releases = {
  /** Commands. */
  readonly first: string;
  readonly next: string;
  dispose(): void;
};

/** `upgrade` is the text of the object that the handler's file exports. */
export function makeReleases(plan: string, upgrade = '{}'): Releases {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-releases-'));
  const built = dirname(dirname(dirname(cliPath)));
  const first = makeRelease(packageRoot, built, join(folder, 'first'));
  const next = makeRelease(packageRoot, built, join(folder, 'next'));
  const handlers = join(folder, 'next', 'dist', 'app', 'upgrades');
  mkdirSync(handlers, { recursive: true });
  writeFileSync(join(handlers, `${plan}.js`), `export const upgrade = ${upgrade};\n`);
  return { first, next, dispose: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) };
}
