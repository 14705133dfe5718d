/** Which CometBFT we run: the pinned version, and where it may lie. */
import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../codec/roots.js';

/** Newer lines speak the same ABCI but were not tried with this program; older ones have known faults. */
export const cometVersion = '0.38.25';

/** Where `npm run setup:cometbft` puts the binary. */
export const toolsFolder: string = join(packageRoot, '.tools', 'bin');

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The path of a CometBFT of the pinned version: WINDLASS_COMETBFT if it is set (then nothing else is tried), else the
 * project's own, else the first of that version on PATH. Rejects with a text that says what was found and what to do.
 */
export async function findCometBinary(env: Environment = process.env): Promise<string> {
  const chosen = env['WINDLASS_COMETBFT'];
  const candidates = chosen ? [chosen] : [toolsFolder, ...(env['PATH'] ?? '').split(delimiter).filter(folder => folder !== '')].map(folder => join(folder, 'cometbft'));
  const found: string[] = [];
  for (const path of candidates) {
    if (!isExecutable(path)) continue;
    const version = await versionOf(path);
    if (version === cometVersion) return path;
    found.push(`${path} is ${version}`);
  }
  const what = chosen && found.length === 0 ? [`WINDLASS_COMETBFT=${chosen} is no program`] : found;
  throw new Error([`CometBFT v${cometVersion} was not found`, ...what, 'run `npm run setup:cometbft`, or set WINDLASS_COMETBFT to the path of that version'].join('; '));
}

/** What the binary says of itself; rejects never: a binary that cannot say it is "of unknown version". */
export async function versionOf(path: string): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ['version'], { timeout: 10_000 });
    return stdout.trim().replace(/^v/, '');
  } catch (error) {
    return `of unknown version (${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)})`;
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // absent or not ours to run: the next candidate is tried, and the error at the end names what to do
  }
}
