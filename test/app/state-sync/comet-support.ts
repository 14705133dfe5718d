/** A home that joins a running chain by state sync, as its operator would set it up: the genesis, the peer, and a header to trust. */
import { cpSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initHome } from '../../../app/cli/home/init-home.js';
import { renderAppToml, type AppConfig } from '../../../app/cli/home/app-toml.js';
import { homePaths } from '../../../app/cli/home/paths.js';
import { processIo } from '../../../app/cli/io.js';
import { replaceFile, nodeIdOf, readNodeKey, writeCometConfig } from '../../../chain/engine/home-files/index.js';
import { callRpc, type TestNode } from '../../support/node.js';

export function writeAppToml(home: string, config: Partial<AppConfig>): void {
  replaceFile(homePaths(home).appToml, renderAppToml(config), 0o644);
}

/** Where the CometBFT of a home listens for peers, as it was told. */
export type Peer = { readonly node: TestNode; readonly p2p: string };

export async function homeThatJoins({ node, p2p }: Peer, trustHeight: bigint, app: Partial<AppConfig>): Promise<string> {
  const home = mkdtempSync(join(tmpdir(), 'windlass-joins-'));
  await initHome({ home, dev: true, engine: 'cometbft', genesisTime: '2026-01-02T03:04:05Z' }, processIo());
  cpSync(homePaths(node.home).genesis, homePaths(home).genesis);
  cpSync(homePaths(node.home).keyring, homePaths(home).keyring, { recursive: true });
  const { block_id: { hash } } = (await callRpc(node.rpcUrl, 'block', { height: String(trustHeight) })) as { block_id: { hash: string } };
  const options = {
    moniker: 'joins', proxyApp: 'unix://unused.sock', rpcLaddr: 'tcp://127.0.0.1:0', p2pLaddr: 'tcp://127.0.0.1:0', timeouts: 'fast' as const, allowDuplicateIp: true, addrBookStrict: false,
    persistentPeers: [`${nodeIdOf(readNodeKey(node.home))}@${p2p.replace('tcp://', '')}`],
    stateSync: { rpcServers: [node.rpcUrl, node.rpcUrl], trustHeight, trustHash: hash, discoveryTimeMs: 5000 },
  };
  writeCometConfig(home, options, 'replace');
  writeAppToml(home, app);
  return home;
}

export const readConfig = (home: string): string => readFileSync(homePaths(home).configToml, 'utf8');
