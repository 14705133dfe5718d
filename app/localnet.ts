/** Several validators on this host: their homes, and a process for each. */
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { endOrphanedComet, prepareLocalnet, type LocalnetNode } from '../chain/engine/comet/index.js';
import { readPrivValidatorKey, replaceFile, writeGenesis } from '../chain/engine/home-files/index.js';
import type { GenesisDoc } from '../chain/engine/types.js';
import { chainDefaults, devDefaults } from '../config/node.js';
import { consensusParams } from '../config/genesis/index.js';
import { renderAppToml } from './cli/home/app-toml.js';
import { renderClientToml } from './cli/home/client-toml.js';
import { readCometAddresses } from './cli/home/comet-toml.js';
import { claimEngine } from './cli/home/engine.js';
import { makeGentx } from './cli/genesis/gentx-tx.js';
import { emptyAppState, withDevAccounts, withGentxs, withShortVotes } from './cli/home/genesis-state.js';
import { homePaths } from './cli/home/paths.js';
import type { Io } from './cli/io.js';
import { devKeys, type DevKey } from './cli/keyring/hd.js';
import { openKeyring } from './cli/keyring/keyring.js';
import { stopWithParent } from './cli/signals.js';
import { consensusKeyOf } from './cli/validator-flags.js';
import type { LogLevel } from './log.js';

export type NewLocalnet = {
  /** Folder that receives node0 … nodeN−1. */
  readonly home: string;
  readonly validators: number;
  /** Node i has P2P at basePort + 10·i, then RPC, ABCI (for an operator's own CometBFT), Prometheus (off), REST and gRPC. */
  readonly basePort: number;
  readonly blockTimeMs: number;
  /** RFC 3339, UTC. */
  readonly genesisTime: string;
};

const offsets = { rest: 4, grpc: 5 } as const;

/** The homes node0, node1, … that are there, in that order. */
export function localnetHomes(home: string): string[] {
  const names = existsSync(home) ? readdirSync(home).filter(name => /^node\d+$/.test(name) && existsSync(homePaths(join(home, name)).genesis)) : [];
  return names.map(name => Number(name.slice('node'.length))).sort((a, b) => a - b).map(index => join(home, `node${index}`));
}

/** Makes the homes, each with the accounts that everybody knows in its test keyring; the first of them operate the validators. Throws when keys are there already. */
export async function makeLocalnet(options: NewLocalnet, io: Io): Promise<void> {
  const { home, validators, basePort, blockTimeMs } = options;
  const accounts = await devKeys(Math.max(devDefaults.accounts, validators));
  const { nodes, genesis } = prepareLocalnet({
    home, validators, basePort, blockTimeMs,
    genesis: keys => ({
      genesis_time: options.genesisTime, chain_id: chainDefaults.localChainId, initial_height: '1',
      consensus_params: structuredClone(consensusParams) as unknown as GenesisDoc['consensus_params'],
      validators: keys.map(({ address, pub_key, power, name }) => ({ address, pub_key, power, name })),
      app_hash: '', app_state: withDevAccounts(withShortVotes(emptyAppState()), accounts.map(({ address }) => address), validators),
    }),
  });
  for (const node of nodes) await completeHome(node, basePort + 10 * node.index, accounts, io);
  const gentxs = await Promise.all(nodes.map(node => gentxOf(node, genesis.chain_id, io)));
  for (const { home: nodeHome } of nodes) writeGenesis(nodeHome, { ...genesis, validators: [], app_state: withGentxs(genesis.app_state, gentxs) });
}

/** Node i is operated by dev i. */
function gentxOf({ index, home, nodeId, p2pLaddr }: LocalnetNode, chainId: string, io: Io): Promise<unknown> {
  const keyring = openKeyring(homePaths(home).keyring, 'test', io);
  const memo = `${nodeId}@${p2pLaddr.slice('tcp://'.length)}`;
  return makeGentx(keyring, { key: keyring.get(`dev${index}`), chainId, value: devDefaults.stake, pubkey: consensusKeyOf(readPrivValidatorKey(home)), memo, flags: { moniker: `node${index}` } });
}

async function completeHome(node: LocalnetNode, port: number, accounts: readonly DevKey[], io: Io): Promise<void> {
  const paths = homePaths(node.home);
  mkdirSync(paths.data, { recursive: true, mode: 0o700 });
  const keyring = openKeyring(paths.keyring, 'test', io);
  for (const { name, privateKey } of accounts) await keyring.addLocal(name, privateKey);
  replaceFile(paths.appToml, renderAppToml({ apiAddress: `tcp://127.0.0.1:${port + offsets.rest}`, grpcAddress: `127.0.0.1:${port + offsets.grpc}` }), 0o644);
  replaceFile(paths.clientToml, renderClientToml({ chainId: chainDefaults.localChainId, keyringBackend: 'test', node: node.rpcLaddr.replace(/^tcp/, 'http') }), 0o644);
  claimEngine(node.home, 'cometbft');
}

export type LocalnetMember = {
  /** node0, node1, … */
  readonly name: string;
  readonly home: string;
  readonly rpcUrl: string;
  /** Settles when the process has ended: how. Never rejects. */
  readonly ended: Promise<string>;
  /** SIGTERM, then SIGKILL after `graceMs`, its CometBFT with it. Resolves when both are gone. */
  stop(graceMs: number): Promise<void>;
};

/** Runs the node of a home in a process, and in a process group, of its own. `onLine` gets its log. */
export function startMember(name: string, home: string, logLevel: LogLevel, onLine: (line: string) => void): LocalnetMember {
  const main = fileURLToPath(new URL('./cli/main.js', import.meta.url));
  // The channel carries no messages: it is there to break, so that the node ends with us even if we are killed.
  const child = spawn(process.execPath, [main, 'start', '--engine', 'cometbft', '--home', home, '--log-level', logLevel], {
    detached: true, stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: { ...process.env, [stopWithParent]: '1' },
  });
  forward(child.stdout, onLine);
  forward(child.stderr, onLine);
  const ended = new Promise<string>(resolve => {
    child.once('error', error => resolve(`could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(signal ? `was ended by ${signal}` : `exited with code ${code}`));
  });
  const rpcUrl = readCometAddresses(homePaths(home).configToml).rpc.replace(/^tcp/, 'http');
  return { name, home, rpcUrl, ended, stop: graceMs => endMember(child, ended, home, graceMs) };
}

async function endMember(child: ChildProcess, ended: Promise<string>, home: string, graceMs: number): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(timer);
  const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
  await endOrphanedComet(home, silent, graceMs); // of a node that was killed
}

function forward(stream: Readable | null, onLine: (line: string) => void): void {
  if (stream) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
}
