import { coinsOrNothing, parseAmount, wireCoinsText, type Coins, type WireCoin } from '../coins.js';
import { feeCollector } from '../modules/auth/index.js';
import { Refusal, refuseSdk } from '../refusal.js';
import { feePayerOf } from '../tx-decode.js';
import { requireMinGasPrice } from './min-gas-price.js';
import type { AnteHandler, AnteRun } from './types.js';

/** Moves the fee to the collector. It stays paid even if a message fails later. */
export const deductFee: AnteHandler = run => {
  const { environment, ctx, tx, signers } = run;
  const { fee } = tx;
  if (ctx.mode !== 'simulate' && fee.gasLimit === 0n) refuseSdk('invalidGasLimit', 'must provide positive gas');
  if (ctx.mode === 'check' || ctx.mode === 'recheck') requireMinGasPrice(environment.minGasPrices, fee);
  if (fee.granter !== '') refuseSdk('invalidRequest', 'fee grants are not enabled');
  const payer = feePayerOf(tx, signers);
  if (!environment.auth.account(ctx, payer)) refuseSdk('unknownAddress', `fee payer address: ${payer} does not exist`);
  if (!isNothing(fee.amount)) collect(run, payer, coinsOrNothing(fee.amount) ?? refuseSdk('insufficientFee', `invalid fee amount: ${wireCoinsText(fee.amount)}`));
  ctx.events.emit('tx', [['fee', wireCoinsText(fee.amount)], ['fee_payer', payer]]);
};

/** Clients list a fee of nothing as `0uwind`, too. */
const isNothing = (fee: readonly WireCoin[]): boolean => fee.every(({ amount }) => parseAmount(amount) === 0n);

/** A refusal of the transfer comes out as sdk/5 with its text once more around it, as from the SDK. */
function collect({ environment, ctx }: AnteRun, payer: string, coins: Coins): void {
  try {
    environment.bank.sendToModule(ctx, payer, feeCollector.name, coins);
  } catch (error) {
    if (error instanceof Refusal && error.code === 5) refuseSdk('insufficientFunds', error.message);
    throw error;
  }
}
