import { existsSync } from 'node:fs';
import { GenesisError, readGenesis } from '../../../chain/engine/home-files/index.js';
import type { GenesisDoc } from '../../../chain/engine/types.js';
import { CliFailure } from '../failure.js';
import { homePaths } from '../home/paths.js';

/** The home's genesis, in CometBFT's layout. Throws CliFailure naming the file and the field. */
export function genesisOf(home: string): GenesisDoc {
  const path = homePaths(home).genesis;
  if (!existsSync(path)) throw new CliFailure(`there is no ${path}`, { hint: 'Make one with windlass init.' });
  try {
    return readGenesis(home);
  } catch (error) {
    const field = error instanceof GenesisError ? error.message : 'it is not JSON';
    throw new CliFailure(`${path}: ${field}`, { cause: error });
  }
}
