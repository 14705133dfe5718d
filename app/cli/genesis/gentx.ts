import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { nodeIdOf, readNodeKey, readPrivValidatorKey, replaceFile } from '../../../chain/engine/home-files/index.js';
import { parseCoins } from '../coins.js';
import { CliFailure, UsageFailure } from '../failure.js';
import { genesisBalance } from '../home/genesis-state.js';
import { homePaths } from '../home/paths.js';
import type { Io } from '../io.js';
import { operatorOf } from '../validator-address.js';
import { printResult } from '../output.js';
import { homeOf, keyringOf, settingsOf, withKeyringFlag } from '../settings.js';
import { consensusKeyOf, parseConsensusKey, withValidatorFlags, type ValidatorFlags } from '../validator-flags.js';
import { makeGentx, memoOf } from './gentx-tx.js';
import { genesisOf } from './read.js';

type Flags = ValidatorFlags & { chainId?: string; outputDocument?: string; ip: string; p2pPort: string; nodeId?: string };

/** Where gentx writes and collect-gentxs reads. */
export const gentxFolder = (home: string): string => join(homePaths(home).config, 'gentx');

export function addGentx(genesis: Command, io: Io): void {
  const command = withValidatorFlags(withKeyringFlag(genesis.command('gentx <key> <amount>')))
    .description('sign a transaction of genesis that makes this node a validator, with so much of the key\'s coins as its own stake')
    .option('--chain-id <id>', 'the chain (default: that of the genesis)')
    .option('--ip <host>', 'where peers reach this node', '127.0.0.1')
    .option('--p2p-port <port>', 'and at which port', '26656')
    .option('--node-id <id>', 'the node (default: of this home)')
    .option('--output-document <file>', 'where to write it (default: config/gentx/gentx-<node id>.json)')
    .addHelpText('after', '\nExample:\n  windlass genesis gentx alice 100000000000uwind --moniker alice --commission-rate 0.05');
  command.action(async (keyName: string, amount: string) => {
    const settings = settingsOf(command, io);
    const home = homeOf(command, io);
    const flags = command.optsWithGlobals<Flags>();
    const keyring = keyringOf(settings);
    const key = keyring.get(keyName);
    const doc = genesisOf(home);
    const [value, second] = parseCoins(amount, 'the amount');
    if (!value || second) throw new UsageFailure('a validator stakes one coin', 'Such as 100000000000uwind.');
    const balance = genesisBalance(doc.app_state, key.address, value.denom);
    if (balance < BigInt(value.amount)) {
      throw new CliFailure(`${keyName} has ${balance}${value.denom} in the genesis, less than ${amount}`, { hint: `Give it some: windlass genesis add-account ${keyName} ${amount}` });
    }
    const nodeId = flags.nodeId ?? nodeIdOf(readNodeKey(home));
    const pubkey = flags.pubkey === undefined ? consensusKeyOf(readPrivValidatorKey(home)) : parseConsensusKey(flags.pubkey);
    const tx = await makeGentx(keyring, {
      key, chainId: flags.chainId ?? doc.chain_id, value, pubkey, memo: memoOf(nodeId, flags.ip, Number(flags.p2pPort)), flags: { ...flags, moniker: flags.moniker ?? keyName },
    });
    const path = flags.outputDocument === undefined ? join(gentxFolder(home), `gentx-${nodeId}.json`) : resolve(flags.outputDocument);
    if (!existsSync(dirname(path))) mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    replaceFile(path, `${JSON.stringify(tx)}\n`, 0o644);
    printResult(io, settings.output, { gentx: path, validator: operatorOf(key.address), stake: value });
  });
}
