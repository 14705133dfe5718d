import { join } from 'node:path';
import { Option, type Command } from 'commander';
import { nodeDefaults } from '../../config/node.js';
import { localnetHomes, makeLocalnet, startMember, type LocalnetMember } from '../localnet.js';
import { logLevels, type LogLevel } from '../log.js';
import { CliFailure, UsageFailure } from './failure.js';
import { readCometAddresses } from './home/comet-toml.js';
import { homePaths } from './home/paths.js';
import type { Io } from './io.js';
import { devKeys } from './keyring/hd.js';
import { makeNodeRpc } from './node-rpc.js';
import { homeOf } from './settings.js';
import { waitForSignal, type Stopping } from './signals.js';
import { parseDuration } from './start.js';

type Flags = { validators?: string; basePort?: string; blockTime?: string; home?: string; logLevel: LogLevel };

const validatorsDefault = 4;
const validatorsMax = 32;
/** One each of P2P, RPC, ABCI, Prometheus, REST, gRPC. */
const portsOfNode = 10;
const readyMs = 180_000;
/** Workers and CometBFT have half of it, then they are killed; the promise to the user is 10 s. */
const stopGraceMs = 7000;
const lastLinesMax = 15;

export function addLocalnet(program: Command, io: Io): void {
  const command = program.command('localnet')
    .description('run several validators on this host, with CometBFT, until interrupted; for development')
    .option('--validators <n>', `how many (default: those that are there, else ${validatorsDefault})`)
    .option('--base-port <port>', `node i has P2P at this port + ${portsOfNode}·i, then RPC, ABCI, Prometheus, REST, gRPC (default: ${nodeDefaults.ports.p2p})`)
    .option('--block-time <duration>', 'from one block to the next, of a new localnet (default: 1s)')
    .addOption(new Option('--log-level <level>', 'least level of the nodes that is shown').choices([...logLevels]).default('warn'))
    .addHelpText('after', '\nHomes are node0, node1, … in --home (default: ~/.windlass/localnet); those that exist go on.\n\nExample:\n  windlass localnet --validators 4 --home ./net\n  windlass tx send ADDRESS 1000000uwind --from dev0 --yes --home ./net/node2');
  command.action(async () => {
    const flags = command.optsWithGlobals<Flags>();
    const stopping = waitForSignal();
    const home = flags.home === undefined && !io.env['WINDLASS_HOME'] ? join(homeOf(command, io), 'localnet') : homeOf(command, io);
    const isNew = localnetHomes(home).length === 0;
    if (isNew) await makeNew(home, flags, io);
    else refuseOther(home, flags);
    await run(io, home, isNew, flags.logLevel, stopping);
  });
}

async function makeNew(home: string, flags: Flags, io: Io): Promise<void> {
  const validators = wholeNumber('--validators', flags.validators ?? String(validatorsDefault), 1, validatorsMax);
  const basePort = wholeNumber('--base-port', flags.basePort ?? String(nodeDefaults.ports.p2p), 1, 65_535 - portsOfNode * validators);
  const blockTimeMs = parseDuration(flags.blockTime ?? '1s');
  await makeLocalnet({ home, validators, basePort, blockTimeMs, genesisTime: new Date().toISOString() }, io);
}

/** What a localnet was made with stays: the addresses of its nodes are in each other's configuration, its validators in genesis. */
function refuseOther(home: string, flags: Flags): void {
  const homes = localnetHomes(home);
  const hint = 'Leave the flag out, or make another localnet: choose another --home.';
  if (flags.validators !== undefined && Number(flags.validators) !== homes.length) {
    throw new CliFailure(`the localnet in ${home} has ${homes.length} validators, not ${flags.validators}`, { hint });
  }
  const port = Number(/:(\d+)$/.exec(readCometAddresses(homePaths(homes[0] ?? home).configToml).p2p)?.[1]);
  if (flags.basePort !== undefined && Number(flags.basePort) !== port) {
    throw new CliFailure(`the localnet in ${home} begins at port ${port}, not ${flags.basePort}`, { hint });
  }
  if (flags.blockTime !== undefined) {
    throw new CliFailure(`--block-time is of a new localnet, and there is one in ${home}`, { hint: 'Change consensus.timeout_commit in the config.toml of each node, or choose another --home.' });
  }
}

async function run(io: Io, home: string, isNew: boolean, logLevel: LogLevel, stopping: Stopping): Promise<void> {
  const lastLines = new Map<string, string[]>();
  const members = localnetHomes(home).map((nodeHome, index) => {
    const name = `node${index}`;
    const lines: string[] = [];
    lastLines.set(name, lines);
    return startMember(name, nodeHome, logLevel, line => {
      lines.push(line);
      if (lines.length > lastLinesMax) lines.shift();
      io.err(`${name} | ${line}\n`);
    });
  });
  try {
    if (!(await allMakeBlocks(io, members, lastLines, stopping))) return;
    io.out(await announcement(home, members, isNew));
    await untilOver(io, members, stopping);
  } finally {
    await Promise.all(members.map(member => member.stop(stopGraceMs)));
  }
}

/** True when every node has a block; false when a signal came first. Throws when a node ends, or it takes too long. */
async function allMakeBlocks(io: Io, members: readonly LocalnetMember[], lastLines: ReadonlyMap<string, string[]>, stopping: Stopping): Promise<boolean> {
  const early = members.map(({ name, ended }) => ended.then(how => {
    throw new CliFailure(`${name} ${how} before it made a block; its last lines:\n  ${(lastLines.get(name) ?? []).join('\n  ')}`, {
      hint: 'If a port is taken, choose another --base-port for a new localnet.',
    });
  }));
  const over = stopping.received.then(() => false);
  const decided = new AbortController();
  const ready = Promise.all(members.map(({ rpcUrl }) => firstBlock(io, rpcUrl, decided.signal))).then(() => true);
  try {
    return await Promise.race([over, ready, ...early]);
  } finally {
    decided.abort();
  }
}

async function firstBlock(io: Io, rpcUrl: string, signal: AbortSignal): Promise<void> {
  const rpc = makeNodeRpc(rpcUrl);
  for (const deadline = io.now() + readyMs; !signal.aborted; await io.sleep(200)) {
    try {
      const { sync_info: sync } = await rpc.call<{ sync_info: { latest_block_height: string } }>('status');
      if (sync.latest_block_height !== '0') return;
    } catch (error) {
      if (!(error instanceof CliFailure)) throw error; // it does not listen yet
    }
    if (io.now() > deadline) throw new CliFailure(`no block at ${rpcUrl} within ${readyMs / 1000} s`, { hint: 'The lines above say what each node was doing.' });
  }
}

/** Returns at a signal. A node that ends is told and the others go on; when the last has ended, throws. */
async function untilOver(io: Io, members: readonly LocalnetMember[], stopping: Stopping): Promise<void> {
  let running = members.length;
  const allEnded = Promise.all(members.map(async ({ name, home, ended }) => {
    const how = await ended;
    if (stopping.signal.aborted) return;
    running -= 1;
    const goesOn = 3 * running > 2 * members.length ? 'the others go on' : 'the others have no two thirds of the power and wait for it';
    io.err(`${name} ${how}; ${goesOn}. Start it again with: windlass start --home ${home}\n`);
  }));
  const end = await Promise.race([stopping.received, allEnded]);
  if (typeof end !== 'string' && !stopping.signal.aborted) throw new CliFailure('all nodes of the localnet have ended', { hint: 'The lines above say why.' });
}

async function announcement(home: string, members: readonly LocalnetMember[], isNew: boolean): Promise<string> {
  const accounts = await devKeys();
  return [
    isNew ? `A new localnet of ${members.length} validators in ${home}.` : `The localnet of ${members.length} validators in ${home} goes on.`,
    '',
    ...members.map(({ name, rpcUrl, home: nodeHome }) => `  ${name}  RPC ${rpcUrl}  home ${nodeHome}`),
    '',
    '  Accounts dev0 to dev9 are in the test keyring of every home, 1,000,000 wind each at genesis (everybody knows their keys).',
    '',
    'Try next, in another terminal:',
    `  npx windlass tx send ${accounts[1]?.address ?? ''} 1000000uwind --from dev0 --yes --home ${members[0]?.home ?? home}`,
    '',
    'Ctrl-C ends all of them; the same command goes on with them.',
    '',
    '',
  ].join('\n');
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < min || number > max) throw new UsageFailure(`${flag} ${text}: expected a whole number from ${min} to ${max}`);
  return number;
}
