/** The flags of every `tx` verb, and what they come to. */
import { Option, type Command } from 'commander';
import { clientDefaults } from '../../../config/node.js';
import type { Coin } from '../../client/index.js';
import { parseCoins, parseDecCoins, type DecCoin } from '../coins.js';
import { UsageFailure } from '../failure.js';
import { withKeyringFlag, withNodeFlag } from '../settings.js';

export type FeePolicy = { readonly kind: 'fees'; readonly fees: readonly Coin[] } | { readonly kind: 'prices'; readonly prices: readonly DecCoin[] };
export type TxOptions = {
  readonly from: string;
  readonly gas: 'auto' | bigint;
  readonly gasAdjustment: number;
  readonly fee: FeePolicy;
  readonly yes: boolean;
  readonly wait: boolean;
  readonly waitSeconds: number;
  readonly memo: string;
  readonly signMode: 'direct' | 'amino-json';
};

type RawFlags = {
  from: string; gas: string; gasAdjustment: string; fees?: string; gasPrices?: string; yes?: true; wait?: true; timeout: string; memo: string;
  signMode: 'direct' | 'amino-json';
};

export function withTxFlags(command: Command): Command {
  return withKeyringFlag(withNodeFlag(command))
    .requiredOption('--from <key>', 'name or address of the key that signs and pays')
    .option('--gas <limit>', 'gas limit, or auto to ask the node what it takes', 'auto')
    .option('--gas-adjustment <factor>', 'with --gas auto: how much more than the estimate to allow', String(clientDefaults.gasAdjustment))
    .option('--fees <coins>', 'the fee, such as 5000uwind')
    .option('--gas-prices <prices>', `the price of one gas (default: ${clientDefaults.gasPrices})`)
    .option('-y, --yes', 'do not ask before signing')
    .option('--wait', 'wait for the outcome of the action, not only for the block')
    .option('--timeout <seconds>', 'how long to wait for the block, and again for the outcome', String(clientDefaults.waitSeconds))
    .option('--memo <text>', 'a public note in the transaction', '')
    .addOption(new Option('--sign-mode <mode>', 'what is signed').choices(['direct', 'amino-json']).default('direct'));
}

/** Throws UsageFailure on a value that is none. */
export function txOptions(command: Command): TxOptions {
  const flags = command.optsWithGlobals<RawFlags>();
  return {
    from: flags.from,
    gas: flags.gas === 'auto' ? 'auto' : wholeNumber('--gas', flags.gas),
    gasAdjustment: factor(flags.gasAdjustment),
    fee: feePolicy(flags),
    yes: flags.yes === true,
    wait: flags.wait === true,
    waitSeconds: Number(wholeNumber('--timeout', flags.timeout)),
    memo: flags.memo,
    signMode: flags.signMode,
  };
}

function feePolicy({ fees, gasPrices }: RawFlags): FeePolicy {
  if (fees !== undefined && gasPrices !== undefined) throw new UsageFailure('--fees and --gas-prices say the same thing twice', 'Give one of them.');
  if (fees !== undefined) return { kind: 'fees', fees: fees === '' ? [] : parseCoins(fees, '--fees') };
  const prices = parseDecCoins(gasPrices ?? clientDefaults.gasPrices);
  if (!prices) throw new UsageFailure(`--gas-prices ${String(gasPrices)} is no price`, 'Write it as 0.025uwind.');
  return { kind: 'prices', prices };
}

function wholeNumber(flag: string, text: string): bigint {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new UsageFailure(`${flag} ${text}: expected a whole number above 0`);
  return BigInt(text);
}

function factor(text: string): number {
  const value = Number(text);
  if (!/^\d+(\.\d+)?$/.test(text) || !(value >= 1 && value <= 100)) throw new UsageFailure(`--gas-adjustment ${text}: expected a number from 1 to 100`);
  return value;
}
