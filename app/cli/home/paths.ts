/** Where things lie in a home. */
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { nodeDefaults } from '../../../config/node.js';

export type HomePaths = {
  readonly home: string;
  readonly config: string;
  readonly data: string;
  readonly keyring: string;
  readonly genesis: string;
  readonly configToml: string;
  readonly appToml: string;
  readonly clientToml: string;
  readonly nodeKey: string;
  readonly privValidatorKey: string;
  readonly privValidatorState: string;
  /** Names that install-bundle gave to bundles; a convenience of this host. */
  readonly bundleNames: string;
};

/** `--home`, else WINDLASS_HOME, else ~/.windlass; absolute. */
export function resolveHome(flag: string | undefined, env: Readonly<Record<string, string | undefined>>): string {
  const fromEnv = env['WINDLASS_HOME'];
  return resolve(flag ?? (fromEnv === undefined || fromEnv === '' ? join(homedir(), nodeDefaults.homeFolder) : fromEnv));
}

export function homePaths(home: string): HomePaths {
  const config = join(home, 'config');
  const data = join(home, 'data');
  return {
    home, config, data,
    keyring: join(home, 'keyring'),
    genesis: join(config, 'genesis.json'),
    configToml: join(config, 'config.toml'),
    appToml: join(config, 'app.toml'),
    clientToml: join(config, 'client.toml'),
    nodeKey: join(config, 'node_key.json'),
    privValidatorKey: join(config, 'priv_validator_key.json'),
    privValidatorState: join(data, 'priv_validator_state.json'),
    bundleNames: join(config, 'bundle-names.json'),
  };
}

/** A running node writes its RPC address here, for commands that are given only --home. */
export const rpcUrlFile = (home: string): string => join(home, 'data', 'rpc-url');
