/** Where the XS engine and the code that every worker starts with are found, and that they are what we expect. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
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

/** Counts our changes of the engine; part of its name. */
const ourRevision = 'windlass.1';

/**
 * Our engine, which `npm run build` makes of the sources in `@agoric/xsnap`. Throws an Error that says how to build it if it is
 * missing or made of other sources than kernel/worker/engine.sha256 says, or if the platform has none.
 */
export function findXsnapBinary(platform: NodeJS.Platform = process.platform): XsnapBinary {
  platformFolder(platform);
  const root = packageFolder();
  const recorded = readFileSync(join(root, 'kernel/worker/engine.sha256'), 'latin1').split('\n')[1]?.split(' ')[0] ?? '';
  const path = join(root, 'dist/kernel/worker/engine/xsnap-worker');
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Error('the engine of the vat workers is not built; run: npm run build', { cause });
  }
  const built = readFileSync(`${path}.sha256`, 'latin1').trim();
  if (built !== recorded) throw new Error(`the engine of the vat workers was made of sources ${built}, not ${recorded}; run: npm run build`);
  return { path, engineId: `xsnap-${publishedVersion()}+${ourRevision}` };
}

/**
 * The executable that `@agoric/xsnap` builds when it is installed, unchanged: for comparison. Throws an Error that says how to
 * build it if it is missing, or if the platform has none.
 */
export function findPublishedXsnap(platform: NodeJS.Platform = process.platform): XsnapBinary {
  const path = join(dirname(findPackageFile('@agoric/xsnap')), 'xsnap-native/xsnap/build/bin', platformFolder(platform), 'release/xsnap-worker');
  try {
    accessSync(path, constants.X_OK);
  } catch (cause) {
    throw new Error(`the XS worker is not built (${path}); build it with: npm rebuild @agoric/xsnap`, { cause });
  }
  return { path, engineId: `xsnap-${publishedVersion()}` };
}

function platformFolder(platform: NodeJS.Platform): string {
  const folder = platform === 'linux' ? 'lin' : platform === 'darwin' ? 'mac' : undefined;
  if (folder === undefined) throw new Error(`the XS worker does not run on ${platform}: Linux or macOS is needed`);
  return folder;
}

function publishedVersion(): string {
  return (JSON.parse(readFileSync(findPackageFile('@agoric/xsnap'), 'utf8')) as { version: string }).version;
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

/** The folder of our package.json, above wherever this was compiled to. */
export function packageFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'kernel/worker/supervisor.sha256'))) return folder;
    if (folder === dirname(folder)) throw new Error('the package of the supervisor is not found above the compiled code');
  }
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
