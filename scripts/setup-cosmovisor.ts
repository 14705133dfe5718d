/** `npm run setup:cosmovisor`: builds the pinned Cosmovisor, unmodified, into .tools/bin. Only the tests of upgrades use it. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toolsFolder } from '../chain/engine/comet/index.js';

/** The first that builds with Go 1.26. */
const cosmovisorVersion = '1.7.2';
const binary = join(toolsFolder, 'cosmovisor');

function fail(text: string): never {
  process.stderr.write(`setup:cosmovisor: ${text}\n`);
  process.exit(1);
}

/** As Go recorded it in the binary; Cosmovisor's own `version` wants a home. */
function versionOf(path: string): string | undefined {
  const { stdout } = spawnSync('go', ['version', '-m', path], { encoding: 'utf8' });
  return /\bmod\s+cosmossdk\.io\/tools\/cosmovisor\s+v(\S+)/.exec(stdout)?.[1];
}

const go = spawnSync('go', ['version'], { encoding: 'utf8' });
if (go.error || go.status !== 0) fail('Cosmovisor is built with Go 1.23 or newer, which was not found on PATH. Install it (https://go.dev/dl). A node can be upgraded without Cosmovisor: see "Upgrading a network" in the README.');
if (!existsSync(binary) || versionOf(binary) !== cosmovisorVersion) {
  mkdirSync(toolsFolder, { recursive: true });
  const { status, error } = spawnSync('go', ['install', `cosmossdk.io/tools/cosmovisor/cmd/cosmovisor@v${cosmovisorVersion}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, GOBIN: toolsFolder, GOFLAGS: '', CGO_ENABLED: '0' },
  });
  if (error || status !== 0) fail(`go install failed${error ? `: ${error.message}` : ` with code ${String(status)}`}; its own words stand above`);
  const version = versionOf(binary);
  if (version !== cosmovisorVersion) fail(`${binary} is ${version ?? 'of unknown version'}, expected ${cosmovisorVersion}`);
}
process.stdout.write(`${binary}\n`);
