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

/** Text of each code, as errors.go registers it; it ends every message of that code. */
const sdkTexts: Readonly<Record<keyof typeof sdk, string>> = {
  txParse: 'tx parse error', invalidSequence: 'invalid sequence number', unauthorized: 'unauthorized', insufficientFunds: 'insufficient funds',
  unknownRequest: 'unknown request', invalidAddress: 'invalid address', invalidPubKey: 'invalid pubkey', unknownAddress: 'unknown address',
  invalidCoins: 'invalid coins', outOfGas: 'out of gas', memoTooLarge: 'memo too large', insufficientFee: 'insufficient fee',
  tooManySignatures: 'maximum number of signatures exceeded', noSignatures: 'no signatures supplied', invalidRequest: 'invalid request',
  txInMempool: 'tx already in mempool', mempoolFull: 'mempool is full', txTooLarge: 'tx too large', keyNotFound: 'key not found',
  wrongPassword: 'invalid account password', signerMismatch: 'tx intended signer does not match the given signer', invalidHeight: 'invalid height',
  invalidChainId: 'invalid chain-id', invalidType: 'invalid type', txTimeoutHeight: 'tx timeout height', unknownExtensionOptions: 'unknown extension options',
  wrongSequence: 'incorrect account sequence', packAny: 'failed packing protobuf message to Any', unpackAny: 'failed unpacking protobuf message from Any',
  logic: 'internal logic error', conflict: 'conflict', notSupported: 'feature not supported', notFound: 'not found', io: 'Internal IO error',
  appConfig: 'error in app.toml', invalidGasLimit: 'invalid gas limit',
};

/** Throws the Refusal of codespace `sdk` with the SDK's text: `detail: text`, or the text alone without a detail. */
export function refuseSdk(name: keyof typeof sdk, detail?: string): never {
  const text = sdkTexts[name];
  throw new Refusal('sdk', sdk[name], detail === undefined ? text : `${detail}: ${text}`);
}

/** gRPC status names that a query may answer with, and the codes that the SDK's baseapp makes of them. */
const grpcCodes = {
  NotFound: 'keyNotFound', InvalidArgument: 'invalidRequest', FailedPrecondition: 'invalidRequest', Unauthenticated: 'unauthorized',
  Unimplemented: 'unknownRequest', Internal: 'unknownRequest', Unknown: 'unknownRequest',
} as const satisfies Record<string, keyof typeof sdk>;

/** The refusal of a query, in the form clients match: `rpc error: code = NotFound desc = …: key not found`. */
export function refuseQuery(status: keyof typeof grpcCodes, description: string): never {
  refuseSdk(grpcCodes[status], `rpc error: code = ${status} desc = ${description}`);
}
