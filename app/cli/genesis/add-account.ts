import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { writeGenesis } from '../../../chain/engine/home-files/index.js';
import { parseCoins } from '../coins.js';
import { CliFailure } from '../failure.js';
import { withAccount } from '../home/genesis-state.js';
import type { Io } from '../io.js';
import { isAddress } from '../keyring/hd.js';
import { printResult } from '../output.js';
import { homeOf, keyringOf, settingsOf, withKeyringFlag } from '../settings.js';
import { genesisOf } from './read.js';

export function addAddAccount(genesis: Command, io: Io): void {
  const command = withKeyringFlag(genesis.command('add-account <address-or-key> <coins>').alias('add-genesis-account'))
    .description('give an account coins in the genesis')
    .addHelpText('after', '\nExample:\n  windlass genesis add-account alice 1000000000uwind');
  command.action((addressOrKey: string, coinsText: string) => {
    const settings = settingsOf(command, io);
    const home = homeOf(command, io);
    const coins = parseCoins(coinsText, 'the coins');
    const address = isAddress(addressOrKey) ? addressOrKey : keyringOf(settings).get(addressOrKey).address;
    const doc = genesisOf(home);
    if (existsSync(join(home, 'data', 'windlass.db'))) throw new CliFailure(`${home} has made blocks already; its genesis is past`, { hint: 'Send coins with windlass tx send.' });
    writeGenesis(home, { ...doc, app_state: withAccount(doc.app_state, { address, coins }) });
    printResult(io, settings.output, { address, coins });
  });
}
