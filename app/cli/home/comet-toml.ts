/** What of config/config.toml, CometBFT's own file, the node itself goes by. */
import { nodeDefaults } from '../../../config/node.js';
import { readToml, textKey, type TomlKeys } from './toml-table.js';

export type CometAddresses = {
  /** tcp://host:port where the RPC listens. */
  rpc: string;
  /** tcp://host:port where CometBFT listens for peers. */
  p2p: string;
};

const { ports } = nodeDefaults;
const isTcp = (text: string): boolean => /^tcp:\/\/\S+:\d{1,5}$/.test(text);
const expected = 'an address such as "tcp://127.0.0.1:26657"';

const keys: TomlKeys<CometAddresses> = {
  rpc: textKey({ section: 'rpc', name: 'laddr', comment: 'Where the RPC listens.' }, `tcp://127.0.0.1:${ports.rpc}`, expected, isTcp),
  p2p: textKey({ section: 'p2p', name: 'laddr', comment: 'Where CometBFT listens for peers.' }, `tcp://0.0.0.0:${ports.p2p}`, expected, isTcp),
};

/** The addresses in config.toml; an absent file or key means its default. Throws CliFailure on a value that does not fit. */
export function readCometAddresses(path: string): CometAddresses {
  return readToml(path, keys).config;
}
