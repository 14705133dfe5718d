/** Homes for several validators on this host. */
import { join } from 'node:path';
import type { GenesisDoc, GenesisValidator, PrivValidatorKey } from '../types.js';
import {
  ensurePrivValidatorState, genesisValidatorOf, makeNodeKey, makePrivValidatorKey, nodeIdOf, writeCometConfig, writeGenesis,
  writeNodeKey, writePrivValidatorKey, type CometConfigOptions,
} from '../home-files/index.js';

export type LocalnetOptions = {
  /** Folder that receives node0 … nodeN−1; none of these may hold keys yet. */
  readonly home: string;
  readonly validators: number;
  /** Makes the one genesis for the validators, which have the same power. */
  readonly genesis: (validators: readonly LocalnetValidator[]) => GenesisDoc;
  /** P2P, RPC and ABCI of node i are at basePort + 10·i, +1 and +2; 26656 gives node0 the usual ports. */
  readonly basePort?: number;
  readonly timeouts?: CometConfigOptions['timeouts'];
  readonly blockTimeMs?: number;
};

/** What goes into genesis, and the key for those who also sign with it. */
export type LocalnetValidator = GenesisValidator & { readonly key: PrivValidatorKey };

export type LocalnetNode = {
  readonly index: number;
  readonly home: string;
  readonly nodeId: string;
  readonly rpcLaddr: string;
  readonly p2pLaddr: string;
  readonly abciAddress: string;
};

const powerOfEach = 10n;

/** Writes the homes: config.toml, genesis.json, keys, an empty signing state. Starts nothing. */
export function prepareLocalnet(options: LocalnetOptions): { readonly nodes: readonly LocalnetNode[]; readonly genesis: GenesisDoc } {
  const { validators: count, basePort = 26656 } = options;
  if (!Number.isSafeInteger(count) || count < 1) throw new Error(`a localnet has at least one validator, not ${count}`);
  if (basePort < 1 || basePort + 10 * count > 65535) throw new Error(`no room for the ports of ${count} validators from ${basePort} on`);
  const made = Array.from({ length: count }, (_, index) => {
    const nodeKey = makeNodeKey();
    return { node: nodeAt(options.home, index, basePort, nodeIdOf(nodeKey)), nodeKey, key: makePrivValidatorKey() };
  });
  const genesis = options.genesis(made.map(({ key, node }) => ({ ...genesisValidatorOf(key, powerOfEach, `node${node.index}`), key })));
  for (const { node, nodeKey, key } of made) {
    writePrivValidatorKey(node.home, key);
    writeNodeKey(node.home, nodeKey);
    ensurePrivValidatorState(node.home);
    writeGenesis(node.home, genesis);
    writeCometConfig(node.home, configOf(node, made.map(peer => peer.node), options), 'replace');
  }
  return { nodes: made.map(({ node }) => node), genesis };
}

function nodeAt(folder: string, index: number, basePort: number, nodeId: string): LocalnetNode {
  const at = (offset: number): string => `tcp://127.0.0.1:${basePort + 10 * index + offset}`;
  return { index, home: join(folder, `node${index}`), nodeId, p2pLaddr: at(0), rpcLaddr: at(1), abciAddress: at(2) };
}

function configOf(node: LocalnetNode, all: readonly LocalnetNode[], { timeouts = 'fast', blockTimeMs }: LocalnetOptions): CometConfigOptions {
  return {
    moniker: `node${node.index}`,
    proxyApp: node.abciAddress,
    rpcLaddr: node.rpcLaddr,
    p2pLaddr: node.p2pLaddr,
    persistentPeers: all.filter(peer => peer !== node).map(peer => `${peer.nodeId}@${peer.p2pLaddr.slice('tcp://'.length)}`),
    timeouts,
    ...(blockTimeMs === undefined ? {} : { blockTimeMs }),
    // All peers share one address, and it is a private one.
    allowDuplicateIp: true,
    addrBookStrict: false,
  };
}
