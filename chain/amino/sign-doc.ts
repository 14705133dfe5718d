/** The document that SIGN_MODE_LEGACY_AMINO_JSON signs. */
import { utf8Bytes } from '../bytes.js';
import type { WireCoin } from '../coins.js';
import { canonicalJson, toAminoJson, type AminoShapes, type Json } from './json.js';

export type AminoSignDoc = {
  readonly chainId: string;
  readonly accountNumber: bigint;
  readonly sequence: bigint;
  readonly timeoutHeight: bigint;
  readonly memo: string;
  readonly fee: { readonly amount: readonly WireCoin[]; readonly gasLimit: bigint; readonly payer: string; readonly granter: string };
  readonly msgs: readonly { readonly typeUrl: string; readonly value: unknown }[];
};

/** UTF-8 of the canonical JSON. Throws AminoUnsupported when a message has no amino name. */
export function aminoSignBytes(shapes: AminoShapes, doc: AminoSignDoc): Uint8Array {
  const { fee } = doc;
  const json: Json = {
    account_number: doc.accountNumber.toString(),
    chain_id: doc.chainId,
    fee: {
      amount: fee.amount.map(({ denom, amount }) => ({ denom, amount })),
      gas: fee.gasLimit.toString(),
      ...(fee.payer === '' ? {} : { payer: fee.payer }),
      ...(fee.granter === '' ? {} : { granter: fee.granter }),
    },
    memo: doc.memo,
    msgs: doc.msgs.map(msg => toAminoJson(shapes, msg.typeUrl, msg.value)),
    sequence: doc.sequence.toString(),
    ...(doc.timeoutHeight === 0n ? {} : { timeout_height: doc.timeoutHeight.toString() }),
  };
  return utf8Bytes(canonicalJson(json));
}
