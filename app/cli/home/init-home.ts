/** Makes a home: the files a node needs before its first block. */
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import {
  ensurePrivValidatorState, genesisValidatorOf, makeNodeKey, makePrivValidatorKey, nodeIdOf, readNodeKey, readPrivValidatorKey, replaceFile, writeCometConfig,
  writeGenesis, writeNodeKey, writePrivValidatorKey,
} from '../../../chain/engine/home-files/index.js';
import type { GenesisDoc, PrivValidatorKey } from '../../../chain/engine/types.js';
import { chainDefaults, devDefaults, fixedValidatorPower, nodeDefaults } from '../../../config/node.js';
import { consensusParams } from '../../../config/genesis/index.js';
import { CliFailure } from '../failure.js';
import type { Io } from '../io.js';
import { devKeys } from '../keyring/hd.js';
import { openKeyring } from '../keyring/keyring.js';
import { renderAppToml } from './app-toml.js';
import { renderClientToml } from './client-toml.js';
import { claimEngine, type EngineName } from './engine.js';
import { emptyAppState, withDevAccounts, withGentxs, withShortVotes } from './genesis-state.js';
import { makeGentx, memoOf } from '../genesis/gentx-tx.js';
import { consensusKeyOf } from '../validator-flags.js';
import { homePaths } from './paths.js';

export type InitHomeOptions = {
  readonly home: string;
  /** Default: windlass-local. */
  readonly chainId?: string;
  /** Default: windlass. */
  readonly moniker?: string;
  /** Recorded as the home's engine; without it, the first start decides. */
  readonly engine?: EngineName;
  /** Ten funded accounts, dev0 to dev9 in the test keyring, from the mnemonic that everybody knows. */
  readonly dev?: boolean;
  /** Replaces config files and genesis of a home that has made no block. Keys stay. */
  readonly overwrite?: boolean;
  /** RFC 3339, UTC. */
  readonly genesisTime: string;
};

export type InitialisedHome = {
  readonly home: string;
  readonly chainId: string;
  readonly moniker: string;
  /** Lower-case hex, as peers name this node. */
  readonly nodeId: string;
  /** Upper-case hex of the validator's consensus address. */
  readonly validatorAddress: string;
  /** dev0 to dev9; empty unless asked for. */
  readonly accounts: readonly { readonly name: string; readonly address: string }[];
};

/** Whether there is nothing in the folder, or no folder. */
export function isEmptyHome(home: string): boolean {
  return !existsSync(home) || readdirSync(home).length === 0;
}

/**
 * Writes config/{genesis.json, config.toml, app.toml, client.toml, node_key.json, priv_validator_key.json} and data/, with
 * this node as the one validator; in a development home dev0 operates it, by a transaction of genesis. Throws CliFailure when there is a genesis and `overwrite` is not given, and in any case
 * when the home has made blocks.
 */
export async function initHome(options: InitHomeOptions, io: Io): Promise<InitialisedHome> {
  const { home, dev = false, chainId = chainDefaults.localChainId, moniker = 'windlass' } = options;
  refuseUsedHome(options);
  for (const folder of [home, homePaths(home).config, homePaths(home).data]) mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { validatorKey, nodeId } = ensureNodeKeys(home);
  const accounts = dev ? await addDevKeys(home, io) : [];
  const genesis: GenesisDoc = {
    genesis_time: options.genesisTime, chain_id: chainId, initial_height: '1', consensus_params: structuredClone(consensusParams) as unknown as GenesisDoc['consensus_params'],
    validators: dev ? [] : [genesisValidatorOf(validatorKey, BigInt(fixedValidatorPower), moniker)], app_hash: '',
    app_state: dev ? await devAppState(home, { chainId, moniker, nodeId, validatorKey }, accounts, io) : emptyAppState(),
  };
  writeConfigs(options, chainId, moniker);
  writeGenesis(home, genesis); // last: a home with a genesis is complete
  if (options.engine) claimEngine(home, options.engine);
  return { home, chainId, moniker, nodeId, validatorAddress: validatorKey.address, accounts };
}

function refuseUsedHome({ home, overwrite }: InitHomeOptions): void {
  const paths = homePaths(home);
  const blocks = ['windlass.db', 'blocks.db', 'blockstore.db'].filter(name => existsSync(`${paths.data}/${name}`));
  if (blocks.length > 0) {
    throw new CliFailure(`${home} has made blocks already (data/${blocks.join(', data/')})`, { hint: 'A chain cannot begin again in it: choose another --home.' });
  }
  if (existsSync(paths.genesis) && !overwrite) {
    throw new CliFailure(`${paths.genesis} exists already`, { hint: 'Choose another --home, or replace the genesis and the config files with --overwrite; keys are kept.' });
  }
}

function ensureNodeKeys(home: string): { validatorKey: ReturnType<typeof makePrivValidatorKey>; nodeId: string } {
  const paths = homePaths(home);
  if (!existsSync(paths.privValidatorKey)) writePrivValidatorKey(home, makePrivValidatorKey());
  if (!existsSync(paths.nodeKey)) writeNodeKey(home, makeNodeKey());
  ensurePrivValidatorState(home);
  return { validatorKey: readPrivValidatorKey(home), nodeId: nodeIdOf(readNodeKey(home)) };
}

async function addDevKeys(home: string, io: Io): Promise<{ name: string; address: string }[]> {
  const keyring = openKeyring(homePaths(home).keyring, 'test', io);
  const keys = await devKeys();
  for (const { name, privateKey } of keys) if (!keyring.find(name)) await keyring.addLocal(name, privateKey);
  return keys.map(({ name, address }) => ({ name, address }));
}

type DevNode = { readonly chainId: string; readonly moniker: string; readonly nodeId: string; readonly validatorKey: PrivValidatorKey };

/** Ten funded accounts, of which dev0 operates the validator. */
async function devAppState(home: string, { chainId, moniker, nodeId, validatorKey }: DevNode, accounts: InitialisedHome['accounts'], io: Io): Promise<Record<string, unknown>> {
  const keyring = openKeyring(homePaths(home).keyring, 'test', io);
  const gentx = await makeGentx(keyring, { key: keyring.get('dev0'), chainId, value: devDefaults.stake, pubkey: consensusKeyOf(validatorKey), memo: memoOf(nodeId), flags: { moniker } });
  return withGentxs(withDevAccounts(withShortVotes(emptyAppState()), accounts.map(({ address }) => address), 1), [gentx]);
}

function writeConfigs({ home, dev = false }: InitHomeOptions, chainId: string, moniker: string): void {
  const paths = homePaths(home);
  const { ports } = nodeDefaults;
  rmSync(paths.configToml, { force: true });
  writeCometConfig(home, { moniker, proxyApp: `tcp://127.0.0.1:${ports.abci}`, rpcLaddr: `tcp://127.0.0.1:${ports.rpc}`, p2pLaddr: `tcp://0.0.0.0:${ports.p2p}`, prometheusLaddr: `:${ports.prometheus}` });
  replaceFile(paths.appToml, renderAppToml(), 0o644);
  replaceFile(paths.clientToml, renderClientToml({ chainId, ...(dev ? { keyringBackend: 'test' } : {}) }), 0o644);
}
