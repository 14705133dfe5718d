/** What every tx passes before its messages run. */
import type { Context } from '../context.js';
import { signersOf, type Tx } from '../tx-decode.js';
import { deductFee } from './deduct-fee.js';
import { refuseExtensionOptions } from './extension-options.js';
import { incrementSequences } from './increment-sequence.js';
import { checkMemo } from './memo.js';
import { setPublicKeys } from './set-public-key.js';
import { setUpGas } from './set-up-gas.js';
import { checkSignatureCount } from './signature-count.js';
import { chargeSignatures } from './signature-gas.js';
import { checkTimeoutHeight } from './timeout-height.js';
import { chargeTxSize } from './tx-size-gas.js';
import type { AnteEnvironment, AnteHandler } from './types.js';
import { validateBasic } from './validate-basic.js';
import { verifySignatures } from './verify-signatures.js';

// The order is consensus, and that of the SDK: what it costs and which refusal comes first depend on it.
const anteHandlers: readonly AnteHandler[] = [
  setUpGas,
  refuseExtensionOptions,
  validateBasic,
  checkTimeoutHeight,
  checkMemo,
  chargeTxSize,
  deductFee,
  setPublicKeys,
  checkSignatureCount,
  chargeSignatures,
  verifySignatures,
  incrementSequences,
];

/** Runs all handlers in order over `ctx`, whose writes the caller keeps or drops. Throws Refusal, OutOfGas among them. */
export function runAnteHandlers(environment: AnteEnvironment, ctx: Context, tx: Tx, blockMaxGas: bigint): void {
  const run = { environment, ctx, tx, signers: signersOf(tx), blockMaxGas, params: () => environment.auth.params(ctx) };
  for (const handle of anteHandlers) handle(run);
}

export { parseMinGasPrices } from './min-gas-price.js';
export type { AnteEnvironment } from './types.js';
