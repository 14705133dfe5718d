/** What all validators of a new chain share at its first block. */
import { authGenesis, bankGenesis } from './accounts.js';
import { govGenesis } from './gov.js';
import { kernelGenesis } from './kernel.js';
import { genutilGenesis, stakingGenesis } from './staking.js';

export { consensusParams } from './consensus-params.js';
export { kernelGenesis, kernelParams } from './kernel.js';
export { authGenesis, bankGenesis } from './accounts.js';
export { devGovPeriods, govGenesis } from './gov.js';
export { genutilGenesis, stakingGenesis } from './staking.js';

/** app_state without accounts; a module that is not named starts with its own defaults. */
export const appState = { auth: authGenesis, bank: bankGenesis, gov: govGenesis, staking: stakingGenesis, genutil: genutilGenesis, kernel: kernelGenesis } as const;
