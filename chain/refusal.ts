/**
 * An expected "no" to a transaction or a query: a codespace, a stable code, and a text for people. It is thrown by the
 * step that finds it and caught where a tx or query ends (tx.ts, query.ts); it carries no stack into anything hashed.
 * Codespace `sdk` follows the Cosmos SDK's table (types/errors/errors.go).
 */
export class Refusal extends Error {
  constructor(
    readonly codespace: string,
    readonly code: number,
    message: string,
  ) {
    super(message);
    this.name = 'Refusal';
  }
}

export function refuse(codespace: string, code: number, message: string): never {
  throw new Refusal(codespace, code, message);
}

/** Codes of codespace `sdk`. */
export const sdk = {
  txParse: 2, invalidSequence: 3, unauthorized: 4, insufficientFunds: 5, unknownRequest: 6, invalidAddress: 7,
  invalidPubKey: 8, unknownAddress: 9, invalidCoins: 10, outOfGas: 11, memoTooLarge: 12, insufficientFee: 13,
  tooManySignatures: 14, noSignatures: 15, invalidRequest: 18, txInMempool: 19, mempoolFull: 20, txTooLarge: 21,
  keyNotFound: 22, wrongPassword: 23, signerMismatch: 24, invalidHeight: 26, invalidChainId: 28, invalidType: 29,
  txTimeoutHeight: 30, unknownExtensionOptions: 31, wrongSequence: 32, packAny: 33, unpackAny: 34, logic: 35,
  conflict: 36, notSupported: 37, notFound: 38, io: 39, appConfig: 40, invalidGasLimit: 41,
} as const;
