/** config/client.toml: what the command line assumes when a flag is absent. */
import { clientDefaults, nodeDefaults } from '../../../config/node.js';
import type { OutputFormat } from '../output.js';
import { choiceKey, readToml, renderToml, textKey, type TomlKeys, type TomlReading } from './toml-table.js';

export type KeyringBackend = 'test' | 'file';
export type ClientConfig = {
  /** Empty: whatever chain the node is on. */
  chainId: string;
  keyringBackend: KeyringBackend;
  output: OutputFormat;
  /** The RPC address, http:// or tcp://. */
  node: string;
  broadcastMode: 'sync';
};

const keys: TomlKeys<ClientConfig> = {
  chainId: textKey(
    { name: 'chain-id', comment: 'The chain to sign for; a node on another chain is refused. Empty takes the node\'s.' }, '', 'a chain id of at most 50 characters',
    text => text.length <= 50 && !/\s/.test(text),
  ),
  keyringBackend: choiceKey(
    { name: 'keyring-backend', comment: 'file encrypts keys with a password; test keeps them readable, for chains without value.' }, clientDefaults.keyringBackend, ['file', 'test'],
  ),
  output: choiceKey({ name: 'output', comment: 'text for people, json for programs.' }, clientDefaults.output, ['text', 'json']),
  node: textKey(
    { name: 'node', comment: 'The RPC of the node to talk to.' }, nodeDefaults.rpcUrl, 'an address such as "http://127.0.0.1:26657"', text => /^(https?|tcp):\/\/\S+$/.test(text),
  ),
  broadcastMode: choiceKey({ name: 'broadcast-mode', comment: 'sync: the node checks a transaction before it answers.' }, clientDefaults.broadcastMode, ['sync']),
};

/** Reads client.toml; an absent file or key means its default. Throws CliFailure on a value that does not fit. */
export function readClientToml(path: string): TomlReading<ClientConfig> {
  return readToml(path, keys);
}

export function renderClientToml(config: Partial<ClientConfig> = {}): string {
  const defaults = Object.fromEntries(Object.entries(keys).map(([field, key]) => [field, key.fallback])) as ClientConfig;
  return renderToml('Windlass, the command line.', keys, { ...defaults, ...config });
}
