/**
 * `npm run setup:cosmovisor`: builds Cosmovisor, unmodified, into .tools/bin. Only the tests of upgrades use it. The versions are
 * tried in their order, since some module proxies do not have each of them. It is built as the one dependency of an empty
 * module: `go install` asks the proxy for every prefix of the path too, and gives up when one is refused.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toolsFolder } from '../chain/engine/comet/index.js';

const versions = ['1.7.2', '1.5.0'];
const modulePath = 'cosmossdk.io/tools/cosmovisor';
const binary = join(toolsFolder, 'cosmovisor');
const env = { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' };

function fail(text: string): never {
  process.stderr.write(`setup:cosmovisor: ${text}\n`);
  process.exit(1);
}

/** As Go recorded it in the binary; Cosmovisor's own `version` wants a home. */
function versionOf(path: string): string | undefined {
  const { stdout } = spawnSync('go', ['version', '-m', path], { encoding: 'utf8' });
  return /\b(?:mod|dep)\s+cosmossdk\.io\/tools\/cosmovisor\s+v(\S+)/.exec(stdout)?.[1];
}

/** Answers why it could not be built. */
function build(version: string): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-cosmovisor-'));
  try {
    writeFileSync(join(folder, 'go.mod'), `module build\n\ngo 1.23\n\nrequire ${modulePath} v${version}\n`);
    const go = (...args: readonly string[]): string | undefined => {
      const { status, error, stderr } = spawnSync('go', args, { cwd: folder, env, encoding: 'utf8', stdio: ['ignore', 'inherit', 'pipe'] });
      return status === 0 ? undefined : (error?.message ?? stderr.trim().split('\n').slice(-3).join('\n'));
    };
    return go('mod', 'download', modulePath) ?? go('build', '-trimpath', '-ldflags=-s -w', '-o', binary, `${modulePath}/cmd/cosmovisor`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const go = spawnSync('go', ['version'], { encoding: 'utf8' });
if (go.error || go.status !== 0) fail('Cosmovisor is built with Go 1.23 or newer, which was not found on PATH. Install it (https://go.dev/dl). A node can be upgraded without Cosmovisor: see "Upgrading a network" in the README.');
if (!existsSync(binary) || !versions.includes(versionOf(binary) ?? '')) {
  mkdirSync(toolsFolder, { recursive: true });
  const built = versions.find(version => {
    const problem = build(version);
    if (problem !== undefined) process.stderr.write(`setup:cosmovisor: v${version} could not be built: ${problem}\n`);
    return problem === undefined;
  });
  if (built === undefined) fail('none of the versions could be built; what Go said stands above');
  if (versionOf(binary) !== built) fail(`${binary} is ${versionOf(binary) ?? 'of unknown version'}, expected ${built}`);
}
process.stdout.write(`${binary} (v${versionOf(binary) ?? ''})\n`);
