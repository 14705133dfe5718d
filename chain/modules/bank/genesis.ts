/** app_state.bank in the SDK's JSON. */
import { addCoins, coinsOrNothing, coinsText, isDenom, type Coins, type WireCoin } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { parseAddress } from '../../crypto/address.js';
import type { BankKeeper, BankParams, DenomMetadata } from './keeper.js';
import { changeSupply, give } from './ledger.js';

type WireGenesis = {
  params: BankParams | undefined;
  balances: { address: string; coins: WireCoin[] }[];
  supply: WireCoin[];
  denomMetadata: DenomMetadata[];
  sendEnabled: { denom: string; enabled: boolean }[];
};

/** Checks and stores balances, supply and denoms. Throws an Error that says what is wrong. */
export function initBankGenesis(codecs: Codecs, keeper: BankKeeper, ctx: Context, state: unknown): void {
  const genesis = codecs.of<WireGenesis>('cosmos.bank.v1beta1.GenesisState').fromJson(state ?? {});
  const params = genesis.params ?? { sendEnabled: [], defaultSendEnabled: true };
  keeper.setParams(ctx, { sendEnabled: [], defaultSendEnabled: params.defaultSendEnabled });
  for (const { denom, enabled } of [...params.sendEnabled, ...genesis.sendEnabled]) keeper.setSendEnabled(ctx, checkedDenom(denom, 'send_enabled'), enabled);
  const total = storeBalances(ctx, genesis.balances);
  if (genesis.supply.length > 0) requireSameSupply(genesis.supply, total);
  changeSupply(ctx, total, 1n);
  storeMetadata(ctx, keeper, genesis.denomMetadata);
}

/** Rewards are counted in decimals of 315 bits, 18 digits after the point: a fee of more would stop the begin of the next block. */
const supplyEnd = 1n << 255n;

function storeBalances(ctx: Context, balances: WireGenesis['balances']): Coins {
  const seen = new Set<string>();
  let total: Coins = [];
  for (const [index, { address, coins: wire }] of balances.entries()) {
    const place = `genesis: app_state.bank.balances[${index}]`;
    const parsed = parseAddress(address);
    if ('problem' in parsed) throw new Error(`${place}: ${address || '(empty)'} is not an address: ${parsed.problem}`);
    if (seen.has(address)) throw new Error(`${place}: ${address} is listed twice`);
    seen.add(address);
    const coins = coinsOrNothing(wire);
    if (!coins) throw new Error(`${place}: coins must be positive, sorted by denom and without repeats`);
    give(ctx, address, coins);
    total = addCoins(total, coins);
  }
  const huge = total.find(({ amount }) => amount >= supplyEnd);
  if (huge) throw new Error(`genesis: app_state.bank: the supply of ${huge.denom} does not fit 255 bits`);
  return total;
}

function requireSameSupply(stated: readonly WireCoin[], total: Coins): void {
  const coins = coinsOrNothing(stated);
  if (!coins) throw new Error('genesis: app_state.bank.supply: coins must be positive, sorted by denom and without repeats');
  if (coinsText(coins) !== coinsText(total)) throw new Error(`genesis supply is incorrect, expected ${coinsText(coins)}, got ${coinsText(total)}`);
}

function storeMetadata(ctx: Context, keeper: BankKeeper, list: readonly DenomMetadata[]): void {
  const seen = new Set<string>();
  for (const metadata of list) {
    if (seen.has(checkedDenom(metadata.base, 'denom_metadata'))) throw new Error(`genesis: app_state.bank.denom_metadata: ${metadata.base} is listed twice`);
    if (!metadata.denomUnits.some(({ denom }) => denom === metadata.display)) {
      throw new Error(`genesis: app_state.bank.denom_metadata: ${metadata.base} has no unit for its display denom ${metadata.display}`);
    }
    seen.add(metadata.base);
    keeper.setMetadata(ctx, metadata);
  }
}

function checkedDenom(denom: string, place: string): string {
  if (!isDenom(denom)) throw new Error(`genesis: app_state.bank.${place}: ${denom || '(empty)'} is not a denom`);
  return denom;
}
