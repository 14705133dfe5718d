/** What a command works with: flag, else environment, else client.toml, else default. */
import { existsSync, readFileSync } from 'node:fs';
import { Option, type Command } from 'commander';
import { nodeDefaults } from '../../config/node.js';
import { UsageFailure } from './failure.js';
import { readClientToml, type ClientConfig, type KeyringBackend } from './home/client-toml.js';
import { homePaths, resolveHome, type HomePaths } from './home/paths.js';
import type { Io } from './io.js';
import { rpcUrlFile } from './home/paths.js';
import { openKeyring, type Keyring } from './keyring/keyring.js';
import type { OutputFormat } from './output.js';

export type Settings = {
  readonly io: Io;
  readonly paths: HomePaths;
  readonly client: ClientConfig;
  readonly output: OutputFormat;
  /** http:// or https://, of the node's RPC. */
  readonly nodeUrl: string;
  readonly keyringBackend: KeyringBackend;
};

/** Flags that every command takes, before or after its name. */
export function withGlobalFlags(program: Command): Command {
  return program
    .option('--home <dir>', 'folder of the node and its keys (default: WINDLASS_HOME, else ~/.windlass)')
    .addOption(new Option('-o, --output <format>', 'how to print the result (default: client.toml, else text)').choices(['text', 'json']));
}

export function withNodeFlag(command: Command): Command {
  return command.option('--node <url>', 'RPC of the node, http:// or tcp:// (default: client.toml, else http://127.0.0.1:26657)');
}

export function withKeyringFlag(command: Command): Command {
  return command.addOption(new Option('--keyring-backend <backend>', 'test: readable files, for chains without value; file: encrypted (default: client.toml, else file)').choices(['test', 'file']));
}

/** The folder of a command's home, absolute. */
export function homeOf(command: Command, io: Io): string {
  return resolveHome(command.optsWithGlobals<{ home?: string }>().home, io.env);
}

/** Reads client.toml; warns of keys in it that have no effect. Throws CliFailure on bad values. */
export function settingsOf(command: Command, io: Io): Settings {
  const flags = command.optsWithGlobals<{ output?: OutputFormat; node?: string; keyringBackend?: KeyringBackend }>();
  const paths = homePaths(homeOf(command, io));
  const { config, unknown } = readClientToml(paths.clientToml);
  for (const key of unknown) io.err(`Warning: ${paths.clientToml}: ${key} is not known and has no effect\n`);
  return {
    io, paths,
    client: config,
    output: flags.output ?? config.output,
    nodeUrl: rpcUrl(flags.node ?? runningNode(paths.home, config.node)),
    keyringBackend: flags.keyringBackend ?? config.keyringBackend,
  };
}

/** client.toml's node, unless it is the default and the home's own node says where it is. */
function runningNode(home: string, configured: string): string {
  const path = rpcUrlFile(home);
  return configured === nodeDefaults.rpcUrl && existsSync(path) ? readFileSync(path, 'utf8').trim() : configured;
}

export function keyringOf({ paths, keyringBackend, io }: Settings): Keyring {
  return openKeyring(paths.keyring, keyringBackend, io);
}

/** tcp://h:p is how CometBFT writes the same thing. Throws UsageFailure. */
export function rpcUrl(text: string): string {
  const url = text.replace(/^tcp:\/\//, 'http://').replace(/\/+$/, '');
  if (!/^https?:\/\/[^/\s]+/.test(url) || !URL.canParse(url)) throw new UsageFailure(`--node ${text} is no address of an RPC`, 'Write it as http://127.0.0.1:26657 or tcp://127.0.0.1:26657.');
  return url;
}
