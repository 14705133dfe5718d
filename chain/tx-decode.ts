/**
 * Bytes to a transaction. Two different byte strings must never be the same tx, so TxRaw is accepted only in its one
 * canonical encoding (ADR-027), and unknown fields are refused where they could change a meaning (ADR-020).
 */
import type { WireCoin } from './coins.js';
import { CodecError, type Codec, type Codecs } from './codec/index.js';
import { equalBytes } from './bytes.js';
import { parseAddress, sha256 } from './crypto/address.js';
import { makePublicKeyCodec, type Any, type PublicKey, type PublicKeyCodec } from './crypto/public-key.js';
import { makeSignatureParser, type ModeInfo, type SignatureData } from './crypto/signature.js';
import type { AnyMsgDefinition } from './module.js';
import { refuseSdk } from './refusal.js';

export type TxRaw = { bodyBytes: Uint8Array; authInfoBytes: Uint8Array; signatures: Uint8Array[] };
export type TxBody = {
  messages: Any[]; memo: string; timeoutHeight: bigint; unordered: boolean; timeoutTimestamp: { seconds: bigint; nanos: number } | undefined;
  extensionOptions: Any[]; nonCriticalExtensionOptions: Any[];
};
export type Fee = { amount: WireCoin[]; gasLimit: bigint; payer: string; granter: string };
type SignerInfo = { publicKey: Any | undefined; modeInfo: ModeInfo | undefined; sequence: bigint };
type AuthInfo = { signerInfos: SignerInfo[]; fee: Fee | undefined; tip: unknown };

export type TxMessage = { readonly typeUrl: string; readonly definition: AnyMsgDefinition; readonly value: unknown };

export type TxSignature = {
  /** Absent when the signer leaves it to the account. */
  readonly publicKey: PublicKey | undefined;
  readonly sequence: bigint;
  readonly data: SignatureData;
};

/** A decoded transaction; nothing of it has been checked against state, nor its messages by their own rules. */
export type Tx = {
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes. */
  readonly hash: Uint8Array;
  readonly raw: TxRaw;
  readonly body: TxBody;
  readonly fee: Fee;
  readonly hasTip: boolean;
  readonly messages: readonly TxMessage[];
  readonly signatures: readonly TxSignature[];
  readonly signerInfoCount: number;
};

export type TxDecoder = {
  /** Refuses with sdk/2 (or sdk/8 for a bad public key) whatever is not a tx, and with sdk/21 what is too long for one. */
  decode(bytes: Uint8Array): Tx;
  /** Whether body or messages have unknown fields, which only amino signing forbids: it would not sign them. */
  hasUnknownFields(tx: Tx): boolean;
  readonly publicKeys: PublicKeyCodec;
};

/** Bounds on what one tx may ask of a node before it has paid. */
const messagesMax = 1000;
const signaturesMax = 100;
/** CometBFT's default for its mempool; a proposer who ignores it gains nothing. */
export const txBytesMax = 1_048_576;

export function makeTxDecoder(codecs: Codecs, messages: ReadonlyMap<string, AnyMsgDefinition>): TxDecoder {
  const txRaw = codecs.of<TxRaw>('cosmos.tx.v1beta1.TxRaw');
  const txBody = codecs.of<TxBody>('cosmos.tx.v1beta1.TxBody');
  const authInfo = codecs.of<AuthInfo>('cosmos.tx.v1beta1.AuthInfo');
  const publicKeys = makePublicKeyCodec(codecs);
  const parseSignature = makeSignatureParser(codecs);

  const decodeMessage = (any: Any): TxMessage => {
    const definition = messages.get(any.typeUrl);
    if (!definition) refuseSdk('txParse', `unable to resolve type URL ${any.typeUrl}`);
    return { typeUrl: any.typeUrl, definition, value: definition.codec.decode(any.value, 'refuse-critical') };
  };
  const decodeParts = (bytes: Uint8Array): Tx => {
    const raw = decodeCanonical(txRaw, bytes);
    const body = txBody.decode(raw.bodyBytes, 'refuse-critical');
    const auth = authInfo.decode(raw.authInfoBytes, 'refuse');
    if (body.messages.length > messagesMax) refuseSdk('txParse', `more than ${messagesMax} messages`);
    if (raw.signatures.length > signaturesMax || auth.signerInfos.length > signaturesMax) refuseSdk('txParse', `more than ${signaturesMax} signatures`);
    const signatures = auth.signerInfos.map(({ publicKey, modeInfo, sequence }, index) => ({
      publicKey: publicKey && publicKeys.fromAny(publicKey),
      sequence,
      data: parseSignature(modeInfo, raw.signatures[index] ?? new Uint8Array(0)),
    }));
    const fee = auth.fee ?? { amount: [], gasLimit: 0n, payer: '', granter: '' };
    return {
      bytes, hash: sha256(bytes), raw, body, fee, hasTip: auth.tip !== undefined,
      messages: body.messages.map(decodeMessage), signatures, signerInfoCount: auth.signerInfos.length,
    };
  };
  return {
    publicKeys,
    decode: bytes => {
      if (bytes.length > txBytesMax) refuseSdk('txTooLarge', `a tx has at most ${txBytesMax} bytes, this one has ${bytes.length}`);
      return refusingCodecErrors(() => decodeParts(bytes));
    },
    hasUnknownFields: tx => !(decodes(txBody, tx.raw.bodyBytes) && tx.messages.every((message, index) => decodes(message.definition.codec, (tx.body.messages[index] as Any).value))),
  };
}

function decodeCanonical(codec: Codec<TxRaw>, bytes: Uint8Array): TxRaw {
  const raw = codec.decode(bytes, 'refuse');
  if (!equalBytes(codec.encode(raw), bytes)) refuseSdk('txParse', 'the tx is not in its canonical encoding (ADR-027)');
  return raw;
}

function refusingCodecErrors<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CodecError) refuseSdk('txParse', error.message);
    throw error;
  }
}

function decodes(codec: Codec<unknown>, bytes: Uint8Array): boolean {
  try {
    codec.decode(bytes, 'refuse');
    return true;
  } catch (error) {
    if (error instanceof CodecError) return false;
    throw error;
  }
}

/** Who must sign, in order, without repeats: the messages' signers, then the fee's payer. Refuses with sdk/7. */
export function signersOf(tx: Tx): readonly string[] {
  const signers = new Set<string>();
  for (const { definition, value } of tx.messages) {
    for (const signer of definition.signers(value)) signers.add(checkedSigner(signer));
  }
  if (tx.fee.payer !== '') signers.add(checkedSigner(tx.fee.payer, 'fee payer'));
  return [...signers];
}

function checkedSigner(signer: string, role = 'signer'): string {
  const parsed = parseAddress(signer);
  if ('problem' in parsed) refuseSdk('invalidAddress', `invalid ${role} address (${signer}): ${parsed.problem}`);
  return signer;
}

/** Who pays: the fee's payer if there is one, else the first signer. */
export function feePayerOf(tx: Tx, signers: readonly string[]): string {
  return tx.fee.payer !== '' ? tx.fee.payer : (signers[0] ?? refuseSdk('noSignatures'));
}
