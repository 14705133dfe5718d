/** The blocks that a node stored, and executing them in a fresh application. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeApp, type App, type AppOptions } from '../../../app/app.js';
import { appProtoFolder } from '../../../app/client/codecs.js';
import { makeDispatch } from '../../../chain/abci/dispatch.js';
import type { AbciApplication, RequestFinalizeBlock } from '../../../chain/abci/types.js';
import { parseTimestamp } from '../../../chain/codec/json.js';
import { finalizeRequest } from '../../../chain/engine/embedded/block-maker.js';
import { openBlockStore } from '../../../chain/engine/embedded/block-store.js';
import { paramsFromGenesis } from '../../../chain/engine/embedded/consensus-params.js';
import { updateFromGenesis } from '../../../chain/engine/embedded/validator-set.js';
import { readGenesis } from '../../../chain/engine/home-files/index.js';
import type { GenesisDoc } from '../../../chain/engine/types.js';
import { chainProtoFolder } from '../../../chain/index.js';
import { makeXsnapWorkerFactory } from '../../../kernel/index.js';
import { callRpc } from '../../support/node.js';

/** `appHash` is that of the state after the block, lower-case hex, as the network agreed on it. */
export type StoredBlock = { readonly request: RequestFinalizeBlock; readonly appHash: string };
export type StoredChain = { readonly genesis: GenesisDoc; readonly blocks: readonly StoredBlock[] };

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** Of a stopped node with the embedded engine: every block whose results are stored. */
export async function storedByEmbedded(home: string): Promise<StoredChain> {
  const store = await openBlockStore(join(home, 'data', 'blocks.db'));
  try {
    const blocks: StoredBlock[] = [];
    for (let height = store.base; height <= store.height; height += 1n) {
      const [block, meta, before, results] = await Promise.all([store.block(height), store.meta(height), store.state(height - 1n), store.results(height)]);
      if (!results) break; // it was killed before the block was executed
      if (!block || !meta || !before) throw new Error(`the store lacks a part of block ${height}`);
      blocks.push({ request: finalizeRequest(before, block, meta.blockId.hash), appHash: hex(results.appHash) });
    }
    return { genesis: readGenesis(home), blocks };
  } finally {
    await store.close();
  }
}

type RpcHeader = { height: string; time: string; app_hash: string; next_validators_hash: string; proposer_address: string };
type RpcBlock = {
  block_id: { hash: string };
  block: { header: RpcHeader; data: { txs: string[] | null }; last_commit: { round: number; signatures: { block_id_flag: number; validator_address: string }[] } };
};
type RpcValidators = { validators: { address: string; voting_power: string }[] };

const bytesOfHex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** Of a running node with CometBFT, from its RPC: every block whose AppHash a further header holds, up to `last`. */
export async function storedByComet(url: string, home: string, last?: bigint): Promise<StoredChain> {
  const status = await callRpc(url, 'status') as { sync_info: { latest_block_height: string } };
  const tip = last === undefined ? BigInt(status.sync_info.latest_block_height) : last + 1n;
  const fetched: RpcBlock[] = [];
  for (let height = 1n; height <= tip; height += 1n) fetched.push(await callRpc(url, 'block', { height: String(height) }) as unknown as RpcBlock);
  const { validators } = await callRpc(url, 'validators', { height: '1' }) as unknown as RpcValidators;
  const power = new Map(validators.map(validator => [validator.address, BigInt(validator.voting_power)]));
  const blocks = fetched.slice(0, -1).map((each, index) => ({ request: requestOf(each, power), appHash: (fetched[index + 1] as RpcBlock).block.header.app_hash.toLowerCase() }));
  return { genesis: readGenesis(home), blocks };
}

function requestOf({ block_id: id, block: { header, data, last_commit: lastCommit } }: RpcBlock, power: ReadonlyMap<string, bigint>): RequestFinalizeBlock {
  const addresses = [...power.keys()];
  return {
    txs: (data.txs ?? []).map(tx => Uint8Array.from(Buffer.from(tx, 'base64'))),
    decidedLastCommit: {
      round: lastCommit.round,
      votes: lastCommit.signatures.map(({ block_id_flag: blockIdFlag }, index) => {
        const address = addresses[index] ?? '';
        return { validator: { address: bytesOfHex(address), power: power.get(address) ?? 0n }, blockIdFlag };
      }),
    },
    misbehavior: [],
    hash: bytesOfHex(id.hash),
    height: BigInt(header.height),
    time: parseTimestamp(header.time),
    nextValidatorsHash: bytesOfHex(header.next_validators_hash),
    proposerAddress: bytesOfHex(header.proposer_address),
  };
}

export type ReplayOptions = {
  readonly maxVatsOnline?: number;
  /** Closes the application and opens it again after every so many blocks. */
  readonly restartEvery?: number;
};

const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Options of an application in process, without an engine. */
export function appOptions(data: string, more: Partial<AppOptions> = {}): AppOptions {
  return {
    data, protoFolders: [chainProtoFolder, appProtoFolder], workers: makeXsnapWorkerFactory({}), version: 'test', minGasPrices: [],
    pruning: 100, undoBlocks: 100n, maxVatsOnline: 50, log: quiet, ...more,
  };
}

/** Executes the blocks in an empty home and answers the AppHash after each. */
export async function replay({ genesis, blocks }: StoredChain, { maxVatsOnline = 50, restartEvery }: ReplayOptions = {}): Promise<string[]> {
  const data = mkdtempSync(join(tmpdir(), 'windlass-replay-'));
  let app: App | undefined;
  try {
    const open = async (): Promise<AbciApplication> => {
      await app?.close();
      app = undefined;
      app = await makeApp(appOptions(data, { maxVatsOnline }));
      return makeDispatch(app.application);
    };
    let application = await open();
    await initChain(application, genesis);
    const hashes: string[] = [];
    for (const { request } of blocks) {
      const { appHash } = await application.finalizeBlock(request);
      await application.commit();
      hashes.push(hex(appHash));
      if (restartEvery !== undefined && hashes.length % restartEvery === 0) application = await open();
    }
    return hashes;
  } finally {
    await app?.close();
    rmSync(data, { recursive: true, force: true, maxRetries: 5 });
  }
}

export async function initChain(application: AbciApplication, genesis: GenesisDoc): Promise<void> {
  await application.initChain({
    time: parseTimestamp(genesis.genesis_time), chainId: genesis.chain_id, consensusParams: paramsFromGenesis(genesis),
    validators: genesis.validators.map(updateFromGenesis), appStateBytes: Buffer.from(JSON.stringify(genesis.app_state), 'utf8'), initialHeight: 1n,
  });
}

export const appHashes = ({ blocks }: StoredChain): string[] => blocks.map(({ appHash }) => appHash);
