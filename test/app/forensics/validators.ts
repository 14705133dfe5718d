/** Four validators on CometBFT, each a process of its own; a test may have one go wrong. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { readCometAddresses } from '../../../app/cli/home/comet-toml.js';
import { homePaths } from '../../../app/cli/home/paths.js';
import { processIo } from '../../../app/cli/io.js';
import { localnetHomes, makeLocalnet } from '../../../app/localnet.js';
import { endOrphanedComet } from '../../../chain/engine/comet/index.js';
import { silentLog } from '../../support/chain-app.js';
import { callRpc, cliPath, runCli, until, type Exit } from '../../support/node.js';
import { freeBasePort } from '../localnet/support.js';

export type Validator = {
  readonly home: string;
  readonly url: string;
  /** Of the process that runs, or ran last. */
  log(): string;
  readonly exited: Promise<Exit>;
  /** Starts it again. `fault` is WINDLASS_TEST_FAULT. */
  start(fault?: string): void;
  stop(): Promise<Exit>;
};

const faultModule = new URL('../../support/fault.js', import.meta.url).href;

/** Homes whose app.toml names the others as forensic peers. Nothing runs yet; everything is ended and removed after the test. */
export async function makeValidators(t: TestContext, count: number): Promise<Validator[]> {
  const folder = mkdtempSync(join(tmpdir(), 'windlass-diverge-'));
  await makeLocalnet({ home: folder, validators: count, basePort: await freeBasePort(10 * count), blockTimeMs: 300, genesisTime: '2026-01-02T03:04:05Z' }, processIo());
  const homes = localnetHomes(folder);
  const urls = homes.map(home => readCometAddresses(homePaths(home).configToml).rpc.replace(/^tcp/, 'http'));
  homes.forEach((home, index) => {
    const path = homePaths(home).appToml;
    const peers = urls.filter((_, other) => other !== index);
    writeFileSync(path, readFileSync(path, 'utf8').replace(/(\[forensics\][^[]*?peers = )\[\]/s, `$1${JSON.stringify(peers)}`));
  });
  const validators = homes.map((home, index) => makeValidator(home, urls[index] as string));
  t.after(async () => {
    await Promise.all(validators.map(validator => validator.stop()));
    for (const home of homes) await endOrphanedComet(home, silentLog, 200);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return validators;
}

function makeValidator(home: string, url: string): Validator {
  let text = '';
  let exited: Promise<Exit> = Promise.resolve({ code: 0, signal: null });
  let kill: () => void = () => undefined;
  return {
    home, url,
    log: () => text,
    get exited() {
      return exited;
    },
    start: fault => {
      const env = { ...process.env, ...(fault === undefined ? {} : { WINDLASS_TEST_FAULT: fault, NODE_OPTIONS: `--import=${faultModule}` }) };
      const child = spawn(process.execPath, [cliPath, 'start', '--home', home, '--engine', 'cometbft'], { stdio: ['ignore', 'ignore', 'pipe'], env });
      text = '';
      child.stderr.setEncoding('utf8').on('data', (more: string) => { text += more; });
      exited = new Promise(resolve => child.once('close', (code, signal) => resolve({ code, signal })));
      kill = () => void child.kill('SIGTERM');
    },
    stop: () => {
      kill();
      return exited;
    },
  };
}

/** The application's last height; 0 of a node that does not answer. */
export async function appHeight(url: string): Promise<number> {
  try {
    const { response } = (await callRpc(url, 'abci_info')) as { response: { last_block_height?: string } };
    return Number(response.last_block_height ?? '0');
  } catch {
    return 0; // it does not listen, or has ended
  }
}

export async function reach(validators: readonly Validator[], height: number, boundMs = 150_000): Promise<void> {
  await until(`height ${height} on ${validators.length} nodes`, async () => {
    const heights = await Promise.all(validators.map(({ url }) => appHeight(url)));
    return heights.every(at => at >= height) ? true : undefined;
  }, boundMs).catch((error: unknown) => {
    throw new Error(validators.map(({ url, log }) => `${url}: ${log().slice(-1500)}`).join('\n'), { cause: error });
  });
}

/** What the validator signed last. */
export const signingState = (home: string): string => readFileSync(join(home, 'data', 'priv_validator_state.json'), 'utf8');

/** Addresses of those whose signature for the block is in its commit. */
export async function signersOf(url: string, height: number): Promise<string[]> {
  const { signed_header: { commit } } = (await callRpc(url, 'commit', { height: String(height) })) as { signed_header: { commit: { signatures: { block_id_flag: number; validator_address: string }[] } } };
  return commit.signatures.filter(({ block_id_flag: flag }) => flag === 2).map(({ validator_address: address }) => address);
}

export type Incident = { readonly id: string; readonly height: string; readonly verdict: string | null; readonly acknowledged: string | null; readonly rerun: string | null };

export async function incidentsOf(home: string): Promise<readonly Incident[]> {
  const { stdout } = await runCli(['forensics', 'ls', '--home', home, '--output', 'json']);
  return (JSON.parse(stdout) as { incidents: Incident[] }).incidents;
}
