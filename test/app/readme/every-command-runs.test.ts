/**
 * Runs README.md as a newcomer would, block by block, in a copy of the package's folder. Changed for the test are ports and the
 * address of the RPC alone, so that it runs beside anything else; the home is chosen by WINDLASS_HOME.
 */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { packageRoot } from '../../../chain/codec/roots.js';
import { cometOrReason } from '../../chain/comet/support.js';
import { cliPath, startTestNode, until, makeDevHome, type TestNode } from '../../support/node.js';
import { commandBlocks, isPrinted, type CommandBlock } from './commands.js';

const blocks = commandBlocks(readFileSync(join(packageRoot, 'README.md'), 'utf8'));
const notRun = ['npm ci && npm start', 'npm ci && npm test', 'npm run setup:cometbft'];
const comet = await cometOrReason();

const folder = mkdtempSync(join(tmpdir(), 'windlass-readme-'));
const home = await makeDevHome('embedded');
let node: TestNode;
let environment: Record<string, string | undefined>;

before(async () => {
  makeCheckout();
  node = await startTestNode({ home, blockTime: '300ms' });
  // What a test runner sets for its own children would change what theirs print.
  environment = { ...process.env, WINDLASS_HOME: home, NODE_TEST_CONTEXT: undefined, npm_config_cache: join(folder, '.npm'), npm_config_offline: 'true', npm_config_update_notifier: 'false' };
});
after(async () => {
  await node.dispose();
  for (const made of [home, folder]) rmSync(made, { recursive: true, force: true, maxRetries: 5 });
});

/** What `npm ci` and the build leave: packages and compiled output, here those of this very run. */
function makeCheckout(): void {
  copyFileSync(join(packageRoot, 'package.json'), join(folder, 'package.json'));
  symlinkSync(join(packageRoot, 'node_modules'), join(folder, 'node_modules'));
  symlinkSync(dirname(dirname(dirname(cliPath))), join(folder, 'dist'));
  mkdirSync(join(folder, '.npm'));
}

test('only what cannot be run here is left out, and it says why', () => {
  const left = blocks.filter(({ note }) => note.startsWith('not in the suite: '));
  assert.deepEqual(left.map(({ script }) => script), notRun);
  assert.ok(blocks.length - left.length >= 8, 'the tour is there');
});

for (const block of blocks) {
  const title = `line ${block.line}: ${block.script.split('\n')[0]}`;
  const untilInterrupted = block.note.startsWith('until interrupted');
  const skip = block.note.startsWith('not in the suite: ') ? block.note : block.note.includes('needs CometBFT') ? comet.skip : false;
  test(title, { skip }, () => (untilInterrupted ? runUntilInterrupted(block) : runToItsEnd(block)));
}

async function runToItsEnd({ script, printed }: CommandBlock): Promise<void> {
  const shell = openShell(script.replaceAll('http://127.0.0.1:26657', node.rpcUrl));
  const code = await shell.ended(150_000);
  assert.equal(code, 0, shell.output());
  for (const line of printed) assert.ok(isPrinted(line, shell.output()), `it should print "${line}":\n${shell.output()}`);
}

/** Waits for what it says it prints, then does what Ctrl-C does. */
async function runUntilInterrupted({ script, note }: CommandBlock): Promise<void> {
  const expected = /prints: (.*)$/.exec(note)?.[1];
  assert(expected, 'the comment says what is printed once it runs');
  const base = await freePorts(50);
  const shell = openShell(script.replace('36657', String(base)).replace('36656', String(base + 1)).replace('46656', String(base + 2)));
  try {
    await until(expected, () => {
      assert.ok(shell.isRunning(), `it ended: ${shell.output()}`);
      return shell.stdout().includes(expected) ? true : undefined;
    }, 150_000);
  } finally {
    shell.interrupt();
    await shell.ended(30_000);
  }
}

type Shell = { stdout(): string; output(): string; isRunning(): boolean; interrupt(): void; ended(boundMs: number): Promise<number | null> };

/** In a process group of its own, as in a terminal: an interrupt reaches all of it. */
function openShell(script: string): Shell {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd: folder, env: environment, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => { stdout += text; });
  child.stderr.setEncoding('utf8').on('data', (text: string) => { stderr += text; });
  const end = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => resolve(code));
  });
  const signal = (name: NodeJS.Signals): void => {
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, name);
  };
  return {
    stdout: () => stdout,
    output: () => `${stdout}\n${stderr}`,
    isRunning: () => child.exitCode === null && child.signalCode === null,
    interrupt: () => signal('SIGINT'),
    ended: async boundMs => {
      const timer = setTimeout(() => signal('SIGKILL'), boundMs);
      const code = await end;
      clearTimeout(timer);
      assert.notEqual(child.signalCode, 'SIGKILL', `no end within ${boundMs} ms: ${script}\n${stdout}\n${stderr}`);
      return code;
    },
  };
}

/** The first of `count` ports in a row of which the first was free a moment ago. */
function freePorts(count: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port > 65_535 - count ? port - count : port));
    });
  });
}
