import { existsSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { abciSocketAddress } from '../../chain/engine/comet/index.js';
import { GenesisError } from '../../chain/engine/home-files/index.js';
import type { Logger } from '../../chain/index.js';
import { nodeDefaults } from '../../config/node.js';
import { UpgradeNeeded, WrongRelease } from '../host/upgrade.js';
import { DatabaseLocked } from '../store.js';
import { logLevels, makeLog, type LogFormat, type LogLevel } from '../log.js';
import { NodeDiverged, startNode, type Node, type NodeOptions } from '../node.js';
import { parseDecCoins } from './coins.js';
import { CliFailure, exitCodes, ReportedFailure, UsageFailure } from './failure.js';
import { readAppToml, type AppConfig } from './home/app-toml.js';
import { readCometAddresses } from './home/comet-toml.js';
import { claimEngine, recordedEngine, type EngineName } from './home/engine.js';
import { initHome, isEmptyHome } from './home/init-home.js';
import { homePaths, resolveHome } from './home/paths.js';
import type { Io } from './io.js';
import { devKeys } from './keyring/hd.js';
import { showProgress } from './progress.js';
import { homeOf, rpcUrl } from './settings.js';
import { waitForCosmovisor } from './supervised.js';
import { programVersion } from './version.js';
import { waitForSignal, type Stopping } from './signals.js';

type Flags = {
  dev?: true; engine?: EngineName; 'rpc.laddr'?: string; 'p2p.laddr'?: string; 'abci.address'?: string; blockTime?: string; withComet: string;
  unsafeSkipUpgrades?: string; logLevel: LogLevel; logFormat: LogFormat; maxVatsOnline?: string;
};

export function addStart(program: Command, io: Io): void {
  const command = program.command('start')
    .description('run the node of a home until it is interrupted')
    .option('--dev', 'make a home with ten funded accounts if there is none; for chains without value')
    .addOption(new Option('--engine <name>', 'who makes the blocks (default: what the home was made with, else embedded)').choices(['embedded', 'cometbft']))
    .option('--rpc.laddr <address>', `where the RPC listens (default: config.toml, else tcp://127.0.0.1:${nodeDefaults.ports.rpc})`)
    .option('--p2p.laddr <address>', `where CometBFT listens for peers (default: config.toml, else tcp://0.0.0.0:${nodeDefaults.ports.p2p})`)
    .option('--abci.address <address>', 'where ABCI is served to CometBFT: unix://path or tcp://host:port (default: a socket in the home)')
    .option('--block-time <duration>', 'from one block to the next, such as 1s or 250ms')
    .option('--with-comet <bool>', 'false: CometBFT is run by an operator', 'true')
    .option('--max-vats-online <n>', `workers at once (default: app.toml, else ${nodeDefaults.maxVatsOnline})`)
    .option('--unsafe-skip-upgrades <heights>', 'heights, such as 100,200, at which a planned upgrade is dropped; only if all validators do the same')
    .addOption(new Option('--log-level <level>', 'least level that is logged').choices([...logLevels]).default('info'))
    .addOption(new Option('--log-format <format>', 'plain for people, json for machines').choices(['plain', 'json']).default('plain'))
    .addHelpText('after', '\nExample:\n  windlass start --dev\n  windlass start --engine cometbft --home ./validator');
  command.action(() => start(io, homeOf(command, io), command.optsWithGlobals<Flags>()));
}

async function start(io: Io, home: string, flags: Flags): Promise<void> {
  const checked = checkFlags(flags);
  const stopping = waitForSignal();
  const isFresh = await prepareHome(io, home, flags);
  const engine = flags.engine ?? recordedEngine(home) ?? 'embedded';
  claimEngine(home, engine);
  const config = readConfig(io, home);
  const log = makeLog(flags.logLevel, flags.logFormat, line => io.err(line));
  if (engine === 'embedded') log.warn({ engine }, 'the embedded engine is for development and tests only');
  try {
    await runNode(io, { home, engine, flags, checked, config, isFresh }, log, stopping);
  } catch (error) {
    if (error instanceof CliFailure && error.cause instanceof UpgradeNeeded) await waitForCosmovisor(io, log, stopping.signal);
    throw error;
  }
}

type Start = { readonly home: string; readonly engine: EngineName; readonly flags: Flags; readonly checked: CheckedFlags; readonly config: AppConfig; readonly isFresh: boolean };

/** Until it is told to stop, or ends. */
async function runNode(io: Io, { home, engine, flags, checked, config, isFresh }: Start, log: Logger, stopping: Stopping): Promise<void> {
  const replay = showReplay(io);
  const node = await open(io, {
    ...optionsOf(home, engine, flags, checked, config), log, signal: stopping.signal,
    onScreen: screen => io.err(screen),
    onConsole: (vatId, level, text) => log.info({ vat: vatId, level }, text),
    onReplay: replay.onReplay,
  });
  replay.end();
  if (flags.dev) await announce(io, home, node, engine, isFresh);
  const save = (): void => saveOnDemand(node, log);
  process.on('SIGUSR2', save);
  const end = await Promise.race([stopping.received, node.ended]);
  process.off('SIGUSR2', save);
  if (typeof end === 'string') log.info({ signal: end }, 'stopping');
  await node.stop();
  if (typeof end === 'object' && end.reason === 'failed') {
    log.error({ reason: end.error.message }, 'the node stops: it cannot go on');
    throw new ReportedFailure(1);
  }
  if (typeof end === 'object' && end.reason === 'upgrade') throw upgradeFailure(end.needed);
  if (typeof end === 'object' && end.reason === 'diverged') throw divergedFailure(io, end.diverged.screen);
}

/** SIGUSR2, for operators whose hands are on another machine. */
function saveOnDemand({ forensics }: Node, log: Logger): void {
  try {
    const { id } = forensics.save('manual', 'SIGUSR2');
    log.info({ incident: id }, 'saved what this node knows of its last block');
  } catch (error) {
    log.error({ reason: error instanceof Error ? error.message : String(error) }, 'nothing could be saved');
  }
}

/** Makes a development home where there is none. Answers whether it did. */
async function prepareHome(io: Io, home: string, { dev, engine }: Flags): Promise<boolean> {
  if (existsSync(homePaths(home).genesis)) return false;
  if (!dev) throw new CliFailure(`there is no genesis in ${home}`, { hint: 'Make a home with windlass init, or try windlass start --dev for a chain of your own.' });
  if (!isEmptyHome(home) && existsSync(homePaths(home).config)) throw new CliFailure(`${home} has a config folder but no genesis`, { hint: 'Choose an empty folder: windlass start --dev --home DIR.' });
  await initHome({ home, dev: true, ...(engine ? { engine } : {}), genesisTime: new Date().toISOString() }, io);
  return true;
}

/** One bar over all vats that are brought back at the start; later page-ins are nobody's wait. */
function showReplay(io: Io): { onReplay(vatId: string, done: number, total: number): void; end(): void } {
  const vats = new Map<string, { done: number; total: number }>();
  let isStarting = true;
  return {
    onReplay: (vatId, done, total) => {
      if (!isStarting) return;
      vats.set(vatId, { done, total });
      const sum = (part: 'done' | 'total'): number => [...vats.values()].reduce((all, vat) => all + vat[part], 0);
      if (sum('done') < sum('total') || done === total) showProgress(io, 'replaying deliveries', sum('done'), sum('total'));
    },
    end: () => {
      isStarting = false;
    },
  };
}

function readConfig(io: Io, home: string): AppConfig {
  const { config, unknown } = readAppToml(homePaths(home).appToml);
  for (const key of unknown) io.err(`Warning: ${homePaths(home).appToml}: ${key} is not known and has no effect\n`);
  return config;
}

function upgradeFailure(needed: UpgradeNeeded): CliFailure {
  return new CliFailure(needed.message, { hint: `Start the release that has the upgrade "${needed.plan.name}" on this home: nothing of block ${needed.height} was executed. See "Upgrading a network" in the README.`, cause: needed });
}

/** The same at each start, for as long as it is so; a supervisor should not try again (exit code 70). */
function divergedFailure(io: Io, screen: string): ReportedFailure {
  io.err(screen);
  return new ReportedFailure(exitCodes.diverged);
}

async function open(io: Io, options: NodeOptions): Promise<Node> {
  try {
    return await startNode(options);
  } catch (error) {
    if (error instanceof NodeDiverged) throw divergedFailure(io, error.screen);
    if (error instanceof UpgradeNeeded) throw upgradeFailure(error);
    if (error instanceof WrongRelease) throw new CliFailure(error.message, { hint: error.advice, cause: error });
    if (error instanceof DatabaseLocked) throw new CliFailure(error.message, { hint: 'Stop the other node, or choose another --home.', cause: error });
    if (error instanceof GenesisError || (error instanceof Error && /^(genesis|app_state)\b/.test(error.message))) throw new CliFailure(`${homePaths(options.home).genesis}: ${error.message}`, { hint: 'Correct it; windlass genesis validate checks all of it.', cause: error });
    if (error instanceof Error && error.message.includes('address already in use')) {
      throw new CliFailure(error.message, { hint: 'Stop what listens there, or choose other addresses: --rpc.laddr, --p2p.laddr, --abci.address.', cause: error });
    }
    throw error;
  }
}

type CheckedFlags = Pick<NodeOptions, 'withComet' | 'blockTimeMs'> & { readonly skipUpgradeHeights: ReadonlySet<bigint> } & { readonly maxVatsOnline: number | undefined };

/** Before anything is written: a command that was mistyped leaves no home behind. Throws UsageFailure. */
function checkFlags(flags: Flags): CheckedFlags {
  const { withComet, blockTime } = flags;
  if (!['true', 'false'].includes(withComet)) throw new UsageFailure(`--with-comet ${withComet}: expected true or false`);
  const maxVatsOnline = flags.maxVatsOnline === undefined ? undefined : Number(flags.maxVatsOnline);
  if (maxVatsOnline !== undefined && (!Number.isSafeInteger(maxVatsOnline) || maxVatsOnline < 1)) throw new UsageFailure(`--max-vats-online ${flags.maxVatsOnline}: expected a whole number, 1 or more`);
  for (const name of ['rpc.laddr', 'p2p.laddr', 'abci.address'] as const) checkListenAddress(name, flags[name]);
  return { withComet: withComet === 'true', maxVatsOnline, skipUpgradeHeights: parseHeights(flags.unsafeSkipUpgrades ?? ''), blockTimeMs: blockTime === undefined ? undefined : parseDuration(blockTime) };
}

function parseHeights(text: string): ReadonlySet<bigint> {
  const parts = text === '' ? [] : text.split(',');
  if (!parts.every(part => /^[1-9]\d{0,17}$/.test(part))) throw new UsageFailure(`--unsafe-skip-upgrades ${text}: expected heights, such as 100,200`);
  return new Set(parts.map(BigInt));
}

function checkListenAddress(name: 'rpc.laddr' | 'p2p.laddr' | 'abci.address', text: string | undefined): void {
  if (text === undefined || (name === 'abci.address' && /^unix:\/\/./.test(text))) return;
  const port = /^(?:tcp:\/\/)?(?:\[[^\]]+\]|[^:/]*):(\d{1,5})$/.exec(text)?.[1];
  if (port === undefined || Number(port) > 65535) throw new UsageFailure(`--${name} ${text} is no address to listen at`, 'Write it as tcp://127.0.0.1:26657, with the port you want.');
}

function optionsOf(home: string, engine: EngineName, flags: Flags, checked: CheckedFlags, config: AppConfig): Omit<NodeOptions, 'log' | 'onConsole'> {
  const listen = readCometAddresses(homePaths(home).configToml);
  return {
    home, engine, ...checked,
    ...(flags.dev ? { stopsAtLedgerFault: true } : {}),
    maxVatsOnline: checked.maxVatsOnline ?? config.maxVatsOnline,
    hostLimits: { host: hostLimits(config) },
    moniker: 'windlass',
    version: programVersion(),
    rpcLaddr: flags['rpc.laddr'] ?? listen.rpc,
    p2pLaddr: flags['p2p.laddr'] ?? listen.p2p,
    abciAddress: flags['abci.address'] ?? abciSocketAddress(home),
    minGasPrices: minGasPrices(config),
    pruning: prunedVersions(config),
    undoBlocks: 100n,
    snapshots: { interval: config.snapshotInterval, keepRecent: config.snapshotKeepRecent },
    repairServers: config.repairServers.map(rpcUrl),
    forensics: { peers: config.forensicsPeers.map(rpcUrl), onDivergence: config.onDivergence, overdueMs: 1000 * config.forensicsOverdue },
    recorder: config.recorderEnabled && { segments: config.recorderSegments, overflowBytes: config.recorderOverflow * 1024 * 1024, fsync: config.recorderFsync },
    slog: { senders: config.slogSenders },
  };
}

/** 0 is no limit. */
function hostLimits({ hostWorkersMax, hostMemoryMax }: AppConfig): NonNullable<NonNullable<NodeOptions['hostLimits']>['host']> {
  return {
    ...(hostWorkersMax === 0 ? {} : { workers: BigInt(hostWorkersMax) }),
    ...(hostMemoryMax === 0 ? {} : { workerMem: BigInt(hostMemoryMax) * 1024n * 1024n }),
  };
}

function minGasPrices({ minimumGasPrices }: AppConfig): NodeOptions['minGasPrices'] {
  const prices = parseDecCoins(minimumGasPrices) ?? [];
  return prices.map(({ denom }, index) => ({ denom, amount: (minimumGasPrices.split(',')[index] ?? '').trim().slice(0, -denom.length) }));
}

function prunedVersions({ pruning, pruningKeepRecent }: AppConfig): number {
  switch (pruning) {
    case 'default': return nodeDefaults.pruning.keepRecent;
    case 'nothing': return Infinity;
    case 'everything': return 2;
    case 'custom': return pruningKeepRecent < 1 ? 1 : pruningKeepRecent;
  }
}

/** Milliseconds of "1s", "250ms", "1.5s" or "2m". */
export function parseDuration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(text);
  const ms = Number(match?.[1]) * { ms: 1, s: 1000, m: 60_000 }[(match?.[2] ?? 's') as 'ms' | 's' | 'm'];
  if (!match || ms < 10 || ms > 3_600_000) throw new UsageFailure(`${text} is no duration`, 'Write it as 1s or 250ms; from 10ms to 60m.');
  return Math.round(ms);
}

/** What a newcomer needs next; on stdout, once the first block is there. */
async function announce(io: Io, home: string, node: Node, engine: EngineName, isFresh: boolean): Promise<void> {
  const accounts = await devKeys();
  const lines = [
    isFresh ? `A new chain in ${home}, engine ${engine}.` : `The chain in ${home} goes on from height ${node.app.height}, engine ${engine}.`,
    '',
    `  RPC        ${node.rpcUrl}`,
    `  websocket  ${node.rpcUrl.replace(/^http/, 'ws')}/websocket`,
    '',
    '  Accounts in the test keyring, 1,000,000 wind each at genesis (everybody knows their keys):',
    ...accounts.map(({ name, address }) => `  ${name}  ${address}`),
    '',
    'Try next, in another terminal:',
    `  npx windlass tx send ${accounts[1]?.address ?? ''} 1000000uwind --from dev0 --yes${home === resolveHome(undefined, {}) ? '' : ` --home ${home}`}`,
    'A contract of your own takes five minutes: see README.md.',
    '',
  ];
  io.out(`${lines.join('\n')}\n`);
}
