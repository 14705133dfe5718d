/**
 * Runs before anything is compiled, so it is plain JavaScript and needs no package: looks for what `npm start` and `npm test`
 * cannot do without, says what is missing and what to type, and exits 1. Silent when all is there.
 */
import { accessSync, constants } from 'node:fs';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const folderOfPlatform = { linux: 'lin', darwin: 'mac' };

/** Oldest minor release of each supported major one; the "engines" of package.json says the same. */
const nodeMinorMin = new Map([[20, 19], [22, 12]]);

function missing() {
  const problems = [];
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (!nodeMinorMin.has(major) || minor < nodeMinorMin.get(major)) {
    problems.push(`Node ${process.versions.node} is not supported: use Node 20 (from 20.19) or 22 (from 22.12)`);
  }
  const platform = folderOfPlatform[process.platform];
  if (platform === undefined) {
    problems.push(`the vat worker does not exist for ${process.platform}: use Linux or macOS`);
  } else if (!isThere('node_modules/typescript/package.json', constants.R_OK)) {
    problems.push('the packages are not installed: run `npm ci`');
  } else {
    if (!isThere('dist/kernel/worker/engine/xsnap-worker', constants.X_OK) && !isOnPath(process.env.CC ?? 'cc')) {
      problems.push('a C compiler is missing, which builds the engine of the vat workers: install one (Debian: apt-get install gcc libc6-dev)');
    }
    const worker = `node_modules/@agoric/xsnap/xsnap-native/xsnap/build/bin/${platform}/release/xsnap-worker`;
    if (!isThere(worker, constants.X_OK)) {
      problems.push(`the vat worker ${worker} is missing (its build was skipped or failed): run \`npm rebuild @agoric/xsnap\`, which needs make and a C compiler`);
    }
  }
  return problems;
}

function isOnPath(program) {
  return (process.env.PATH ?? '').split(delimiter).some(folder => folder !== '' && isExecutable(resolve(folder, program)));
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function isThere(path, mode) {
  try {
    accessSync(join(root, path), mode);
    return true;
  } catch {
    return false;
  }
}

const problems = missing();
for (const problem of problems) process.stderr.write(`windlass: ${problem}\n`);
process.exitCode = problems.length === 0 ? 0 : 1;
