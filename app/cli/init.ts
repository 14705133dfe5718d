import type { Command } from 'commander';
import { chainDefaults } from '../../config/node.js';
import { UsageFailure } from './failure.js';
import { initHome } from './home/init-home.js';
import type { Io } from './io.js';
import { printResult } from './output.js';
import { homeOf, settingsOf } from './settings.js';

type Flags = { chainId: string; moniker: string; overwrite?: true };

export function addInit(program: Command, io: Io): void {
  const command = program.command('init [moniker]')
    .description('make a home: keys of the node, config files, and a genesis with this node as the one validator')
    .option('--chain-id <id>', 'the name of the chain', chainDefaults.localChainId)
    .option('--moniker <name>', 'what this node calls itself', 'windlass')
    .option('--overwrite', 'replace genesis and config files; keys are kept, and a home with blocks is refused')
    .addHelpText('after', '\nExample:\n  windlass init alice --chain-id my-chain --home ./alice\n  windlass genesis add-account alice-key 1000000000uwind --home ./alice');
  command.action(async (moniker: string | undefined) => {
    const flags = command.optsWithGlobals<Flags>();
    const { output } = settingsOf(command, io);
    if (!/^[A-Za-z0-9][A-Za-z0-9_.-]{0,49}$/.test(flags.chainId)) throw new UsageFailure(`--chain-id ${flags.chainId}: expected 1 to 50 letters, digits, dots, dashes or underscores`);
    const made = await initHome({
      home: homeOf(command, io), chainId: flags.chainId, moniker: moniker ?? flags.moniker, overwrite: flags.overwrite === true, genesisTime: new Date().toISOString(),
    }, io);
    const { home, chainId, nodeId, validatorAddress } = made;
    printResult(io, output, { home, chain_id: chainId, moniker: made.moniker, node_id: nodeId, validator_address: validatorAddress });
  });
}
