/** config/app.toml: how this node runs the application, under the names that Cosmos SDK operators know. */
import { nodeDefaults } from '../../../config/node.js';
import { readSenderSpec } from '../../slog/senders/spec.js';
import { parseDecCoins } from '../coins.js';
import { booleanKey, choiceKey, countKey, readToml, renderToml, textKey, textListKey, type TomlKeys, type TomlReading } from './toml-table.js';

export type Pruning = 'default' | 'nothing' | 'everything' | 'custom';
export type AppConfig = {
  /** Such as "0.025uwind"; checked in CheckTx only. Empty accepts every fee. */
  minimumGasPrices: string;
  /** Gas a query may use; 0 is unlimited. */
  queryGasLimit: number;
  pruning: Pruning;
  pruningKeepRecent: number;
  pruningInterval: number;
  /** Stops before it executes the first block above this height; 0 never. */
  haltHeight: number;
  /** As haltHeight, by block time in Unix seconds. */
  haltTime: number;
  minRetainBlocks: number;
  indexEvents: readonly string[];
  apiEnable: boolean;
  apiAddress: string;
  apiUnsafeCors: boolean;
  grpcEnable: boolean;
  grpcAddress: string;
  snapshotInterval: number;
  snapshotKeepRecent: number;
  /** RPC addresses of other nodes. */
  repairServers: readonly string[];
  /** Txs waiting in the mempool, at most; 0 is unlimited. */
  mempoolMaxTxs: number;
  /** Workers of vats at once, 1 or more. */
  maxVatsOnline: number;
  /** RPC addresses of other nodes. */
  forensicsPeers: readonly string[];
  onDivergence: 'exit' | 'hold';
  /** Seconds until the next block is overdue, at least. */
  forensicsOverdue: number;
  /** Worker processes of this host, at most; 0 is no limit beside maxVatsOnline. */
  hostWorkersMax: number;
  /** MiB that they may come to need together; 0 is no limit. */
  hostMemoryMax: number;
  recorderEnabled: boolean;
  recorderSegments: number;
  /** In MiB. */
  recorderOverflow: number;
  recorderFsync: 'none' | 'commit';
  /** As app/slog/senders/spec.ts reads them. */
  slogSenders: readonly string[];
};

const isListenAddress = (text: string): boolean => /^(tcp:\/\/|unix:\/\/)?\S+$/.test(text) && (text.startsWith('unix://') || /:\d{1,5}$/.test(text));
const { ports, pruning, recorder, stateSync } = nodeDefaults;

const isRpcAddress = (text: string): boolean => /^(?:https?|tcp):\/\/[^/\s]+/.test(text) && URL.canParse(text);

const keys: TomlKeys<AppConfig> = {
  minimumGasPrices: textKey(
    { name: 'minimum-gas-prices', comment: 'The least price of gas this node takes into its mempool, such as "0.025uwind". Other validators may differ.' },
    nodeDefaults.minimumGasPrices, 'prices such as "0.025uwind", or "" to take any', text => parseDecCoins(text) !== undefined,
  ),
  queryGasLimit: countKey({ name: 'query-gas-limit', comment: 'Gas that one query may use; 0 is unlimited.' }, 0),
  pruning: choiceKey(
    { name: 'pruning', comment: 'default keeps the last 100 states, nothing keeps all, everything keeps 2, custom uses the two numbers below.' },
    'default', ['default', 'nothing', 'everything', 'custom'],
  ),
  pruningKeepRecent: countKey({ name: 'pruning-keep-recent', comment: 'With custom: how many states to keep.' }, pruning.keepRecent),
  pruningInterval: countKey({ name: 'pruning-interval', comment: 'With custom: prune every so many blocks.' }, pruning.interval),
  haltHeight: countKey({ name: 'halt-height', comment: 'Stop before the first block above this height; 0 is never.' }, nodeDefaults.haltHeight),
  haltTime: countKey({ name: 'halt-time', comment: 'Stop before the first block after this time, in Unix seconds; 0 is never.' }, 0),
  minRetainBlocks: countKey({ name: 'min-retain-blocks', comment: 'Blocks that CometBFT keeps at least; 0 keeps all.' }, nodeDefaults.minRetainBlocks),
  indexEvents: textListKey({ name: 'index-events', comment: 'Events to index, as "type.attribute"; an empty list indexes all.' }, []),
  apiEnable: booleanKey({ section: 'api', name: 'enable', comment: 'Serve REST.' }, true),
  apiAddress: textKey(
    { section: 'api', name: 'address', comment: 'Where REST listens.' }, `tcp://127.0.0.1:${ports.rest}`, 'an address such as "tcp://127.0.0.1:1317"', isListenAddress,
  ),
  apiUnsafeCors: booleanKey({ section: 'api', name: 'enabled-unsafe-cors', comment: 'Let pages of any origin call REST.' }, false),
  grpcEnable: booleanKey({ section: 'grpc', name: 'enable', comment: 'Serve gRPC.' }, true),
  grpcAddress: textKey(
    { section: 'grpc', name: 'address', comment: 'Where gRPC listens.' }, `127.0.0.1:${ports.grpc}`, 'an address such as "127.0.0.1:9090"', isListenAddress,
  ),
  snapshotInterval: countKey(
    { section: 'state-sync', name: 'snapshot-interval', comment: 'Make a snapshot for joining nodes every so many blocks; 0 makes none.' }, stateSync.snapshotInterval,
  ),
  snapshotKeepRecent: countKey({ section: 'state-sync', name: 'snapshot-keep-recent', comment: 'How many of them to keep; 0 keeps all.' }, stateSync.snapshotKeepRecent),
  repairServers: textListKey(
    { section: 'repair', name: 'rpc-servers', comment: 'RPC of other nodes, such as "http://10.0.0.7:26657", that are asked for a heap file which is lost or damaged here.' },
    [], 'a list of addresses such as "http://10.0.0.7:26657"', isRpcAddress,
  ),
  mempoolMaxTxs: countKey({ section: 'mempool', name: 'max-txs', comment: 'Transactions waiting in the application, at most; 0 is unlimited.' }, nodeDefaults.mempoolMaxTxs),
  maxVatsOnline: countKey({ section: 'kernel', name: 'max-vats-online', comment: 'Contracts whose worker processes run at once, 1 or more; each takes some 100 MiB.' }, nodeDefaults.maxVatsOnline, 1),
  forensicsPeers: textListKey(
    { section: 'forensics', name: 'peers', comment: 'RPC of other nodes, three or more, such as "http://10.0.0.7:26657", that are asked what they did when this node has another result than the chain.' },
    [], 'a list of addresses such as "http://10.0.0.7:26657"', isRpcAddress,
  ),
  onDivergence: choiceKey(
    { section: 'forensics', name: 'on-divergence', comment: 'When this node has another result than the chain: exit with code 70, or hold: stay up and answer queries only.' }, nodeDefaults.forensics.onDivergence, ['exit', 'hold'],
  ),
  forensicsOverdue: countKey({ section: 'forensics', name: 'overdue-seconds', comment: 'After so long without a block, or ten times the usual, others are asked why.' }, nodeDefaults.forensics.overdueSeconds, 1),
  hostWorkersMax: countKey({ section: 'provisioning', name: 'workers-max', comment: 'Worker processes at most, those included that are made beside others; 0 is no limit beside max-vats-online.' }, nodeDefaults.hostWorkersMax),
  hostMemoryMax: countKey(
    { section: 'provisioning', name: 'worker-memory-max', comment: 'MiB that workers may come to need together: 90 each, and what the contract declared (64 if nothing). Idle ones make room; 0 is no limit.' }, nodeDefaults.hostMemoryMax,
  ),
  recorderEnabled: booleanKey({ section: 'recorder', name: 'enabled', comment: 'Record what is executed until the next block proves that it was agreed: what a node that disagrees with its network is examined by.' }, true),
  recorderSegments: countKey({ section: 'recorder', name: 'segments', comment: 'Files of 8 MiB that are written in turn, 2 or more.' }, recorder.segments, 2),
  recorderOverflow: countKey({ section: 'recorder', name: 'overflow', comment: 'MiB that it may take beyond them while heights are not agreed; then only hashes are kept of the largest.' }, recorder.overflowMiB),
  recorderFsync: choiceKey({ section: 'recorder', name: 'fsync', comment: 'none: what is recorded outlives the process; commit: with each block it is synced, to outlive the power too.' }, 'none', ['none', 'commit']),
  slogSenders: textListKey(
    { section: 'slog', name: 'senders', comment: 'Who gets what is recorded: "file" (hourly files in slog/), "pipe:<path>" (a named pipe), "module:<file>" (a module of yours); paths from the home.' },
    ['file'], 'a list of "file", "pipe:<path>" and "module:<file>"', text => readSenderSpec(text) !== undefined,
  ),
};

/** Reads app.toml; an absent file or key means its default. Throws CliFailure on a value that does not fit. */
export function readAppToml(path: string): TomlReading<AppConfig> {
  return readToml(path, keys);
}

export function renderAppToml(config: Partial<AppConfig> = {}): string {
  return renderToml('Windlass, the application of this node. A change takes effect at the next start.', keys, { ...appDefaults(), ...config });
}

export function appDefaults(): AppConfig {
  return Object.fromEntries(Object.entries(keys).map(([field, key]) => [field, key.fallback])) as AppConfig;
}
