/** What a signer of a tx has signed, by sign mode. */
import { AminoUnsupported, type AminoShapes } from './amino/json.js';
import { aminoSignBytes } from './amino/sign-doc.js';
import type { Codecs } from './codec/index.js';
import { signMode, type SignBytesOf } from './crypto/signature.js';
import type { AnyMsgDefinition } from './module.js';
import type { Tx, TxDecoder } from './tx-decode.js';

export type SignerData = { readonly chainId: string; readonly accountNumber: bigint; readonly sequence: bigint };

/** Whose names stand in an amino document. */
export type AminoNames = 'sdk' | 'clients';

/** Makes, for a tx and one signer, the function from sign mode to bytes; each mode's bytes are made once. */
export type SignBytesMaker = (tx: Tx, signer: SignerData, names?: AminoNames) => SignBytesOf;

type SignDoc = { bodyBytes: Uint8Array; authInfoBytes: Uint8Array; chainId: string; accountNumber: bigint };

/** What has an amino name: messages, and what stands in an Any of one. */
type AminoTyped = Pick<AnyMsgDefinition, 'codec' | 'aminoName' | 'aminoNameOfClients' | 'aminoKeepEmpty'>;

export function makeSignBytesMaker(codecs: Codecs, types: readonly AminoTyped[], decoder: TxDecoder): SignBytesMaker {
  const signDoc = codecs.of<SignDoc>('cosmos.tx.v1beta1.SignDoc');
  const shapes = { sdk: aminoShapes(types), clients: aminoShapes(types.map(type => ({ ...type, aminoName: type.aminoNameOfClients ?? type.aminoName }))) };
  return (tx, signer, names = 'sdk') => {
    const made = new Map<number, ReturnType<SignBytesOf>>();
    const make: SignBytesOf = mode => {
      const { bodyBytes, authInfoBytes } = tx.raw;
      const { chainId, accountNumber } = signer;
      if (mode === signMode.direct) return { bytes: signDoc.encode({ bodyBytes, authInfoBytes, chainId, accountNumber }) };
      if (mode === signMode.legacyAminoJson) return aminoBytesOf(shapes[names], decoder, tx, signer);
      return { problem: `sign mode ${mode} is not supported` };
    };
    return mode => {
      const known = made.get(mode) ?? make(mode);
      made.set(mode, known);
      return known;
    };
  };
}

function aminoShapes(types: readonly AminoTyped[]): AminoShapes {
  return new Map(types.map(({ codec, aminoName, aminoKeepEmpty }) =>
    [codec.typeUrl, { codec, aminoName, keepEmpty: new Set(aminoKeepEmpty) }]));
}

/** Amino-JSON cannot say what extension options and unknown fields say, so a tx with them is not signed by it. */
function aminoBytesOf(shapes: AminoShapes, decoder: TxDecoder, tx: Tx, signer: SignerData): ReturnType<SignBytesOf> {
  const { body, fee, messages } = tx;
  if (body.extensionOptions.length + body.nonCriticalExtensionOptions.length > 0) return { problem: 'SIGN_MODE_LEGACY_AMINO_JSON does not support protobuf extension options' };
  if (decoder.hasUnknownFields(tx)) return { problem: 'SIGN_MODE_LEGACY_AMINO_JSON does not support unknown fields' };
  try {
    return { bytes: aminoSignBytes(shapes, { ...signer, timeoutHeight: body.timeoutHeight, memo: body.memo, fee, msgs: messages }) };
  } catch (error) {
    if (error instanceof AminoUnsupported) return { problem: error.message };
    throw error;
  }
}
