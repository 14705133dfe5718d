/** Names of bundles that this home has installed, so that nobody has to copy 131 characters. They mean nothing to the chain. */
import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from '../../chain/engine/home-files/index.js';
import { CliFailure, UsageFailure } from './failure.js';

const bundleIdPattern = /^b1-[0-9a-f]{128}$/;

/** A bundle id as it is, or that of a name in the file. Throws UsageFailure for a name that is not there. */
export function resolveBundle(path: string, idOrName: string): string {
  if (bundleIdPattern.test(idOrName)) return idOrName;
  const names = readNames(path);
  const id = names[idOrName];
  if (id !== undefined) return id;
  const known = Object.keys(names);
  throw new UsageFailure(
    `${idOrName} is neither a bundle id nor a name given by install-bundle`,
    known.length === 0 ? 'Install it first: windlass tx install-bundle FILE.' : `There are: ${known.join(', ')}.`,
  );
}

/** Remembers a name; an older meaning of it is forgotten. */
export function rememberBundle(path: string, name: string, bundleId: string): void {
  const names = { ...readNames(path), [name]: bundleId };
  replaceFile(path, `${JSON.stringify(names, null, 2)}\n`, 0o644);
}

function readNames(path: string): Record<string, string> {
  if (!existsSync(path)) return Object.create(null) as Record<string, string>;
  try {
    const names: unknown = JSON.parse(readFileSync(path, 'utf8'));
    const entries = Object.entries(names as object).filter((entry): entry is [string, string] => typeof entry[1] === 'string' && bundleIdPattern.test(entry[1]));
    return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(entries));
  } catch (error) {
    throw new CliFailure(`${path} cannot be read`, { hint: 'Move it away; it only holds names given by install-bundle.', cause: error });
  }
}
