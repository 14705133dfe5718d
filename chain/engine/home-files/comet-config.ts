/** config.toml of CometBFT v0.38: every key with its usual value, and what we pin. */
import { existsSync } from 'node:fs';
import { stringify } from 'smol-toml';
import { createFile, replaceFile } from './files.js';
import { homePaths } from './paths.js';

export type CometConfigOptions = {
  readonly moniker: string;
  /** tcp://host:port or unix://path of our ABCI server. */
  readonly proxyApp: string;
  readonly rpcLaddr: string;
  readonly p2pLaddr: string;
  /** id@host:port, … */
  readonly persistentPeers?: readonly string[];
  /** 'default' as CometBFT; 'fast' for validators on one host, about five blocks a second. */
  readonly timeouts?: 'default' | 'fast';
  /** Time from a commit to the next height (consensus.timeout_commit), in milliseconds; overrides the profile's. */
  readonly blockTimeMs?: number;
  readonly allowDuplicateIp?: boolean;
  readonly addrBookStrict?: boolean;
  /** Such as ':26660'; left out, metrics are off. */
  readonly prometheusLaddr?: string;
  readonly stateSync?: { readonly rpcServers: readonly string[]; readonly trustHeight: bigint; readonly trustHash: string; readonly discoveryTimeMs?: number };
};

type Toml = { [key: string]: string | number | boolean | string[] | Toml };

const timeoutProfiles = {
  default: { propose: '3s', proposeDelta: '500ms', vote: '1s', voteDelta: '500ms', commit: '1s', gossip: '100ms', majority: '2s', flush: '100ms' },
  fast: { propose: '500ms', proposeDelta: '100ms', vote: '100ms', voteDelta: '100ms', commit: '200ms', gossip: '10ms', majority: '500ms', flush: '10ms' },
} as const;

/** Writes config/config.toml unless there is one, which then belongs to its operator; 'replace' writes it in any case. */
export function writeCometConfig(home: string, options: CometConfigOptions, existing: 'keep' | 'replace' = 'keep'): void {
  const path = homePaths(home).config;
  if (existing === 'replace') replaceFile(path, cometConfigText(options), 0o644);
  else if (!existsSync(path)) createFile(path, cometConfigText(options), 0o644);
}

export function cometConfigText(options: CometConfigOptions): string {
  const head = [
    '# CometBFT v0.38. What each key means: https://docs.cometbft.com/v0.38/core/configuration',
    '# consensus.create_empty_blocks must stay true: work that is due runs between blocks.',
  ];
  const tables = { ...base(options), rpc: rpc(options), p2p: p2p(options), mempool, statesync: stateSync(options), ...rest(options) };
  return `${head.join('\n')}\n${stringify(tables)}\n`;
}

function base(options: CometConfigOptions): Toml {
  return {
    version: '0.38.25',
    proxy_app: options.proxyApp,
    moniker: options.moniker,
    db_backend: 'goleveldb',
    db_dir: 'data',
    log_level: 'info',
    log_format: 'plain',
    genesis_file: 'config/genesis.json',
    priv_validator_key_file: 'config/priv_validator_key.json',
    priv_validator_state_file: 'data/priv_validator_state.json',
    priv_validator_laddr: '',
    node_key_file: 'config/node_key.json',
    abci: 'socket',
    filter_peers: false,
    event_bus_buffer_capacity: 0,
  };
}

function rpc(options: CometConfigOptions): Toml {
  return {
    laddr: options.rpcLaddr,
    cors_allowed_origins: [],
    cors_allowed_methods: ['HEAD', 'GET', 'POST'],
    cors_allowed_headers: ['Origin', 'Accept', 'Content-Type', 'X-Requested-With', 'X-Server-Time'],
    grpc_laddr: '',
    grpc_max_open_connections: 900,
    unsafe: false,
    max_open_connections: 900,
    max_subscription_clients: 100,
    max_subscriptions_per_client: 5,
    experimental_subscription_buffer_size: 200,
    experimental_websocket_write_buffer_size: 200,
    experimental_close_on_slow_client: false,
    timeout_broadcast_tx_commit: '10s',
    max_request_batch_size: 10,
    max_body_bytes: 1_000_000,
    max_header_bytes: 1_048_576,
    tls_cert_file: '',
    tls_key_file: '',
    pprof_laddr: '',
  };
}

function p2p(options: CometConfigOptions): Toml {
  return {
    laddr: options.p2pLaddr,
    external_address: '',
    seeds: '',
    persistent_peers: (options.persistentPeers ?? []).join(','),
    addr_book_file: 'config/addrbook.json',
    addr_book_strict: options.addrBookStrict ?? true,
    max_num_inbound_peers: 40,
    max_num_outbound_peers: 10,
    unconditional_peer_ids: '',
    persistent_peers_max_dial_period: '0s',
    flush_throttle_timeout: timeoutProfiles[options.timeouts ?? 'default'].flush,
    max_packet_msg_payload_size: 1024,
    send_rate: 5_120_000,
    recv_rate: 5_120_000,
    pex: true,
    seed_mode: false,
    private_peer_ids: '',
    allow_duplicate_ip: options.allowDuplicateIp ?? false,
    handshake_timeout: '20s',
    dial_timeout: '3s',
  };
}

const mempool: Toml = {
  type: 'flood',
  recheck: true,
  recheck_timeout: '1s',
  broadcast: true,
  wal_dir: '',
  size: 5000,
  max_txs_bytes: 1_073_741_824,
  cache_size: 10_000,
  'keep-invalid-txs-in-cache': false,
  max_tx_bytes: 1_048_576,
  max_batch_bytes: 0,
  experimental_max_gossip_connections_to_persistent_peers: 0,
  experimental_max_gossip_connections_to_non_persistent_peers: 0,
};

function stateSync({ stateSync: from }: CometConfigOptions): Toml {
  return {
    enable: from !== undefined,
    rpc_servers: (from?.rpcServers ?? []).join(','),
    trust_height: Number(from?.trustHeight ?? 0n),
    trust_hash: from?.trustHash ?? '',
    trust_period: '168h0m0s',
    discovery_time: from?.discoveryTimeMs === undefined ? '15s' : `${from.discoveryTimeMs}ms`,
    temp_dir: '',
    chunk_request_timeout: '10s',
    chunk_fetchers: '4',
    max_snapshot_chunks: 100_000,
  };
}

function rest(options: CometConfigOptions): Toml {
  const timeouts = timeoutProfiles[options.timeouts ?? 'default'];
  return {
    blocksync: { version: 'v0' },
    consensus: {
      wal_file: 'data/cs.wal/wal',
      timeout_propose: timeouts.propose,
      timeout_propose_delta: timeouts.proposeDelta,
      timeout_prevote: timeouts.vote,
      timeout_prevote_delta: timeouts.voteDelta,
      timeout_precommit: timeouts.vote,
      timeout_precommit_delta: timeouts.voteDelta,
      timeout_commit: options.blockTimeMs === undefined ? timeouts.commit : `${options.blockTimeMs}ms`,
      double_sign_check_height: 0,
      skip_timeout_commit: false,
      create_empty_blocks: true,
      create_empty_blocks_interval: '0s',
      peer_gossip_sleep_duration: timeouts.gossip,
      peer_query_maj23_sleep_duration: timeouts.majority,
      block_time_tolerance: '1m0s',
    },
    storage: { discard_abci_responses: false },
    tx_index: { indexer: 'kv', 'psql-conn': '' },
    instrumentation: {
      prometheus: options.prometheusLaddr !== undefined,
      prometheus_listen_addr: options.prometheusLaddr ?? ':26660',
      max_open_connections: 3,
      namespace: 'cometbft',
    },
  };
}
