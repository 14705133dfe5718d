import { join } from 'node:path';

/** Where CometBFT's files lie in a home; the embedded engine uses the same. */
export type HomePaths = {
  readonly config: string;
  readonly genesis: string;
  readonly privValidatorKey: string;
  readonly nodeKey: string;
  readonly privValidatorState: string;
  readonly cometPid: string;
};

export function homePaths(home: string): HomePaths {
  return {
    config: join(home, 'config', 'config.toml'),
    genesis: join(home, 'config', 'genesis.json'),
    privValidatorKey: join(home, 'config', 'priv_validator_key.json'),
    nodeKey: join(home, 'config', 'node_key.json'),
    privValidatorState: join(home, 'data', 'priv_validator_state.json'),
    cometPid: join(home, 'data', 'cometbft.pid.json'),
  };
}
