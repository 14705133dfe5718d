import { refuseSdk } from '../refusal.js';
import type { AnteHandler } from './types.js';

export const checkTimeoutHeight: AnteHandler = ({ ctx, tx }) => {
  const { timeoutHeight } = tx.body;
  if (timeoutHeight > 0n && ctx.height > timeoutHeight) {
    refuseSdk('txTimeoutHeight', `block height: ${ctx.height}, timeout height: ${timeoutHeight}`);
  }
};
