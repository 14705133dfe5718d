import { refuseSdk } from '../refusal.js';
import type { AnteHandler } from './types.js';

/** The tx's gas meter runs since before ante; here its limit is held against the block's. */
export const setUpGas: AnteHandler = ({ tx, blockMaxGas, ctx }) => {
  const { gasLimit } = tx.fee;
  if (ctx.mode !== 'simulate' && blockMaxGas >= 0n && gasLimit > blockMaxGas) {
    refuseSdk('invalidGasLimit', `tx gas limit ${gasLimit} exceeds block max gas ${blockMaxGas}`);
  }
};
