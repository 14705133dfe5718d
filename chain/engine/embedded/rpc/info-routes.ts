/** Methods about the node and the chain as a whole. */
import { internalError } from './errors.js';
import { heightFrom, pageFrom, tipHeight } from './heights.js';
import { hexOf, timeOf } from './json.js';
import { validatorToJson, type Json } from './views.js';
import { paramsToJson } from '../consensus-params.js';
import { blockProtocol, cometVersion, p2pProtocol } from '../block-maker.js';
import { powerOf, pubKeyToJson } from '../validator-set.js';
import type { ChainState } from '../chain-state.js';
import type { BlockMeta } from '../block-types.js';
import type { BlockStore } from '../block-store.js';
import type { Args } from './args.js';
import type { Node, Routes } from './routes.js';

/** How long `status` waits for the first block, without which no client can read it. */
const firstBlockWaitMs = 5000;
const genesisChunkBytes = 16 * 1024 * 1024;

export const infoRoutes: Routes = {
  health: { params: [], run: () => ({}) },
  status: { params: [], run: status },
  net_info: { params: [], run: () => ({ listening: false, listeners: [], n_peers: '0', peers: [] }) },
  genesis: {
    params: [],
    run({ genesis }) {
      if (genesisBytes(genesis).length > genesisChunkBytes) throw internalError('genesis response is large, please use the genesis_chunked API instead');
      return { genesis };
    },
  },
  genesis_chunked: { params: ['chunk'], run: genesisChunk },
  consensus_params: {
    params: ['height'],
    async run(node, args) {
      const { height, state } = await stateFor(node, args);
      return { block_height: String(height), consensus_params: paramsToJson(state.params) };
    },
  },
  validators: { params: ['height', 'page', 'per_page'], run: validators },
  consensus_state: { params: [], run: consensusState },
};

async function status(node: Node): Promise<Json> {
  await firstBlock(node);
  const { store, tip: { state }, key } = node;
  const [latest, earliest] = await Promise.all([store.meta(state.height), earliestMeta(store)]);
  if (!latest || !earliest) throw internalError('the first or the last block is missing from the block store');
  return {
    node_info: {
      protocol_version: { p2p: String(p2pProtocol), block: String(blockProtocol), app: String(state.appVersion) },
      id: node.nodeId,
      listen_addr: 'tcp://127.0.0.1:0',
      network: state.chainId,
      version: cometVersion,
      channels: '',
      moniker: node.moniker,
      other: { tx_index: 'on', rpc_address: node.rpcLaddr },
    },
    sync_info: {
      latest_block_hash: hexOf(latest.blockId.hash),
      latest_app_hash: hexOf(latest.header.appHash),
      latest_block_height: String(latest.header.height),
      latest_block_time: timeOf(latest.header.time),
      earliest_block_hash: hexOf(earliest.blockId.hash),
      earliest_app_hash: hexOf(earliest.header.appHash),
      earliest_block_height: String(earliest.header.height),
      earliest_block_time: timeOf(earliest.header.time),
      catching_up: false,
    },
    validator_info: { address: hexOf(key.address), pub_key: pubKeyToJson(key.pubKey), voting_power: String(powerOf(state.validators, key.address)) },
  };
}

/** Waits for the first block, with a bound; throws when there is none after it. */
async function firstBlock(node: Node): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>(resolve => { timer = setTimeout(resolve, firstBlockWaitMs); });
  await Promise.race([node.firstBlock, timeout]);
  clearTimeout(timer);
  if (tipHeight(node) === 0n) throw internalError('the first block is not made yet');
}

/** The oldest block may be pruned while it is read; then the next oldest is. */
async function earliestMeta(store: BlockStore): Promise<BlockMeta | undefined> {
  for (;;) {
    const { base } = store;
    const meta = await store.meta(base);
    if (meta || store.base === base) return meta;
  }
}

const genesisBytes = (genesis: Node['genesis']): Buffer => Buffer.from(JSON.stringify(genesis), 'utf8');

function genesisChunk({ genesis }: Node, args: Args): Json {
  const bytes = genesisBytes(genesis);
  const total = Math.max(1, Math.ceil(bytes.length / genesisChunkBytes));
  const chunk = args.count('chunk') ?? 0;
  if (chunk < 0 || chunk >= total) throw internalError(`there are ${total} chunks, 0 to ${total - 1}, but ${chunk} was asked for`);
  const data = bytes.subarray(chunk * genesisChunkBytes, (chunk + 1) * genesisChunkBytes).toString('base64');
  return { chunk: String(chunk), total: String(total), data };
}

/** The state that block `height` is made from. The block under way counts as the latest, as CometBFT has it. */
async function stateFor(node: Node, args: Args): Promise<{ height: bigint; state: ChainState }> {
  const latest = node.tip.state.height + 1n;
  const height = heightFrom(node, args, latest);
  if (height === latest) return { height, state: node.tip.state };
  const state = await node.store.state(height - 1n);
  if (!state) throw internalError(`could not find validator set for height #${height}`);
  return { height, state };
}

async function validators(node: Node, args: Args): Promise<Json> {
  const { height, state } = await stateFor(node, args);
  const { start, end } = pageFrom(args, state.validators.length);
  const page = state.validators.slice(start, end);
  return { block_height: String(height), validators: page.map(validatorToJson), count: String(page.length), total: String(state.validators.length) };
}

/** One validator decides in round 0 and nobody votes on the wire, so only the height is news. */
function consensusState(node: Node): Json {
  const { tip: { state }, key } = node;
  return {
    round_state: {
      'height/round/step': `${state.height + 1n}/0/1`,
      start_time: timeOf(state.time),
      proposal_block_hash: '',
      locked_block_hash: '',
      valid_block_hash: '',
      height_vote_set: [],
      proposer: { address: hexOf(key.address), index: state.validators.findIndex(({ address }) => Buffer.compare(address, key.address) === 0) },
      last_committed_height: String(tipHeight(node)),
    },
  };
}
