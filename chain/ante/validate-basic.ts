import { isDenom, parseAmount, wireCoinsText } from '../coins.js';
import { refuseSdk } from '../refusal.js';
import type { AnteHandler } from './types.js';

const gasMax = (1n << 63n) - 1n;

/** What can be said of fee and signatures without any state. A recheck has been here before. */
export const validateBasic: AnteHandler = ({ ctx, tx, signers }) => {
  if (ctx.mode === 'recheck') return;
  if (tx.fee.gasLimit > gasMax) refuseSdk('invalidRequest', `invalid gas supplied; ${tx.fee.gasLimit} > ${gasMax}`);
  if (!tx.fee.amount.every(({ denom, amount }) => isDenom(denom) && parseAmount(amount) !== undefined)) refuseSdk('insufficientFee', `invalid fee provided: ${wireCoinsText(tx.fee.amount)}`);
  if (tx.raw.signatures.length === 0) refuseSdk('noSignatures');
  if (tx.raw.signatures.length !== signers.length) {
    refuseSdk('unauthorized', `wrong number of signers; expected ${signers.length}, got ${tx.raw.signatures.length}`);
  }
};
