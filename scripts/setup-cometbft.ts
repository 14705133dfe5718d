/** `npm run setup:cometbft [-- --abci-cli]`: builds the pinned CometBFT, and its test client of ABCI, into .tools/bin. */
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { cometVersion, toolsFolder, versionOf } from '../chain/engine/comet/index.js';

const binary = join(toolsFolder, 'cometbft');

function fail(text: string): never {
  process.stderr.write(`setup:cometbft: ${text}\n`);
  process.exit(1);
}

function requireGo(): void {
  const { error, status, stdout } = spawnSync('go', ['version'], { encoding: 'utf8' });
  if (error || status !== 0) {
    fail(`CometBFT is built with Go 1.22 or newer, which was not found on PATH. Install it (https://go.dev/dl), or set WINDLASS_COMETBFT to a CometBFT v${cometVersion} that you have. The embedded engine needs neither.`);
  }
  process.stderr.write(`setup:cometbft: ${stdout.trim()}\n`);
}

function build(command: string): void {
  mkdirSync(toolsFolder, { recursive: true });
  // The default database is pure Go, so no C compiler is asked for.
  const { status, error } = spawnSync('go', ['install', `github.com/cometbft/cometbft/${command}@v${cometVersion}`], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, GOBIN: toolsFolder, GOFLAGS: '', CGO_ENABLED: '0' },
  });
  if (error || status !== 0) fail(`go install failed${error ? `: ${error.message}` : ` with code ${String(status)}`}; its own words stand above`);
}

if ((await versionOf(binary)) !== cometVersion) {
  requireGo();
  build('cmd/cometbft');
  const version = await versionOf(binary);
  if (version !== cometVersion) fail(`${binary} is ${version}, expected ${cometVersion}`);
}
if (process.argv.includes('--abci-cli')) {
  requireGo();
  build('abci/cmd/abci-cli');
}
process.stdout.write(`${binary}\n`);
