import type { Command } from 'commander';
import { appState as appStateTemplate } from '../../../config/genesis/index.js';
import { readKernelGenesis } from '../../host/genesis.js';
import type { GenesisDoc } from '../../../chain/engine/types.js';
import { CliFailure } from '../failure.js';
import { faultsOfAppState } from '../home/genesis-state.js';
import { homePaths } from '../home/paths.js';
import type { Io } from '../io.js';
import { isAddress } from '../keyring/hd.js';
import { printResult } from '../output.js';
import { homeOf, settingsOf } from '../settings.js';
import { genesisOf } from './read.js';

export function addValidate(genesis: Command, io: Io): void {
  const command = genesis.command('validate')
    .description('check the genesis: its layout, its validators, its accounts and coins')
    .addHelpText('after', '\nExample:\n  windlass genesis validate --home ./alice');
  command.action(() => {
    const { output } = settingsOf(command, io);
    const home = homeOf(command, io);
    const doc = genesisOf(home);
    const faults = [...faultsOfAppState(doc.app_state, isAddress), ...unknownSections(doc.app_state), ...faultsOfKernel(doc.app_state['kernel']), ...faultsOfValidators(doc)];
    if (faults.length > 0) throw new CliFailure(`${homePaths(home).genesis}: ${faults.join('; ')}`);
    printResult(io, output, { valid: true, chain_id: doc.chain_id, validators: doc.validators.length + gentxsOf(doc.app_state).length, initial_height: doc.initial_height });
  });
}

/** Sections that no module reads are most likely misspelt. */
function unknownSections(appState: Readonly<Record<string, unknown>>): string[] {
  return Object.keys(appState).filter(name => !(name in appStateTemplate)).map(name => `app_state.${name}: no module reads it; the modules are ${Object.keys(appStateTemplate).join(', ')}`);
}

/** By name at the top level, by staking, or by transactions of genesis; a fixed set and staked validators would have to agree. */
function faultsOfValidators({ validators, app_state: state }: GenesisDoc): string[] {
  const staked = ((state['staking'] as { validators?: unknown[] } | undefined)?.validators ?? []).length + gentxsOf(state).length;
  if (validators.length === 0 && staked === 0) return ['validators: a chain needs at least one, as by windlass genesis gentx and collect-gentxs'];
  return [];
}

function gentxsOf(state: GenesisDoc['app_state']): unknown[] {
  return (state['genutil'] as { gen_txs?: unknown[] } | undefined)?.gen_txs ?? [];
}

function faultsOfKernel(state: unknown): string[] {
  try {
    readKernelGenesis(state);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}
