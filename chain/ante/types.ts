import type { Context } from '../context.js';
import type { AuthKeeper, AuthParams } from '../modules/auth/index.js';
import type { BankKeeper } from '../modules/bank/index.js';
import type { SignBytesMaker } from '../sign-bytes.js';
import type { Tx, TxDecoder } from '../tx-decode.js';
import type { MinGasPrice } from './min-gas-price.js';

/** What ante handlers need besides the tx; made once, with the application. */
export type AnteEnvironment = {
  readonly auth: AuthKeeper;
  readonly bank: BankKeeper;
  readonly decoder: TxDecoder;
  readonly signBytes: SignBytesMaker;
  /** This node's own; any one of them suffices. Empty: no minimum. */
  readonly minGasPrices: readonly MinGasPrice[];
};

/** One tx on its way through the handlers. */
export type AnteRun = {
  readonly environment: AnteEnvironment;
  readonly ctx: Context;
  readonly tx: Tx;
  /** Who must sign, in order. */
  readonly signers: readonly string[];
  /** consensus_params.block.max_gas; negative: none. */
  readonly blockMaxGas: bigint;
  readonly params: () => AuthParams;
};

/** Checks one thing, or does it. Throws Refusal; then nothing that ante did is kept. */
export type AnteHandler = (run: AnteRun) => void;
