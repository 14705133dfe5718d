/** Where the XS engine and the code that every worker starts with are found, and that they are what we expect. */
import { createHash } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** SHA-256 of the published bundles (kernel reference 2.1). Other code in a worker would be another consensus. */
const startCode = {
  lockdown: {
    file: '@agoric/xsnap-lockdown/dist/lockdown.bundle',
    sha256: '40a8ea620c16222d0aba5c07a9d2e549c959b702820529fdbcad5a649602ded5',
  },
  supervisor: {
    file: '@agoric/swingset-xsnap-supervisor/dist/supervisor.bundle',
    sha256: '4751467ce397e39f6445d34eab978d5f7d317f41dba9952b4c6fbbfd49fb9894',
  },
} as const;

/** The engine: where its executable is, and the name under which a vat's incarnation records it. */
export type XsnapBinary = { readonly path: string; readonly engineId: string };

/**
 * Finds the executable that `@agoric/xsnap` builds when it is installed. Throws an Error that says how to build it if it
 * is missing, or if the platform has none.
 */
export function findXsnapBinary(platform: NodeJS.Platform = process.platform): XsnapBinary {
  const platformFolder = platform === 'linux' ? 'lin' : platform === 'darwin' ? 'mac' : undefined;
  if (platformFolder === undefined) throw new Error(`the XS worker does not run on ${platform}: Linux or macOS is needed`);
  const packageFile = findPackageFile('@agoric/xsnap');
  const path = join(dirname(packageFile), 'xsnap-native/xsnap/build/bin', platformFolder, 'release/xsnap-worker');
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Error(`the XS worker is not built (${path}); build it with: npm rebuild @agoric/xsnap`, { cause });
  }
  const { version } = JSON.parse(readFileSync(packageFile, 'utf8')) as { version: string };
  return { path, engineId: `xsnap-${version}` };
}

/**
 * The source of one of the two programs that a cold worker evaluates before anything else, as one expression. Throws if the
 * file is not the published one.
 */
export function readStartCode(which: keyof typeof startCode): { readonly source: string; readonly sha256: string } {
  const { file, sha256 } = startCode[which];
  const [scope, name, ...rest] = file.split('/');
  const path = join(dirname(findPackageFile(`${scope}/${name}`)), ...rest);
  const bytes = readFileSync(path);
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== sha256) throw new Error(`${file} has SHA-256 ${found}, not ${sha256}: install the pinned version again`);
  const { moduleFormat, source } = JSON.parse(bytes.toString('utf8')) as { moduleFormat: string; source: string };
  if (moduleFormat !== 'nestedEvaluate') throw new Error(`${file} has the unexpected format ${moduleFormat}`);
  return { source: `(${source}\n)()`.trim(), sha256 };
}

/** Looked up by folder: the packages need not export their package.json. */
function findPackageFile(name: string): string {
  for (const folder of require.resolve.paths(name) ?? []) {
    const candidate = join(folder, name, 'package.json');
    try {
      accessSync(candidate, constants.R_OK);
      return candidate;
    } catch {
      // Not in this folder; the next one up may have it.
    }
  }
  throw new Error(`the package ${name} is not installed; run: npm ci`);
}
