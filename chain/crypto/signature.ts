/** Signatures of a tx as trees: one signature, or a multisig's bits and members; and what has to be verified of them. */
import type { Codecs } from '../codec/index.js';
import { CodecError } from '../codec/index.js';
import { refuseSdk } from '../refusal.js';
import type { PublicKey } from './public-key.js';
import { verifySecp256k1, type SignatureCheck } from './secp256k1.js';

/** Numbers of cosmos.tx.signing.v1beta1.SignMode that can be verified. */
export const signMode = { direct: 1, legacyAminoJson: 127 } as const;

export type ModeInfo = {
  single: { mode: number } | undefined;
  multi: { bitarray: { extraBitsStored: number; elems: Uint8Array } | undefined; modeInfos: ModeInfo[] } | undefined;
};

export type SignatureData =
  | { readonly kind: 'single'; readonly mode: number; readonly signature: Uint8Array }
  | {
    readonly kind: 'multi';
    /** One bit for each member key: whether it signed. */
    readonly bits: readonly boolean[];
    /** One for each mode info, in the order of the set bits. */
    readonly members: readonly SignatureData[];
    /** Whether there were as many signatures as mode infos; not so in a simulation. */
    readonly complete: boolean;
    readonly bytes: Uint8Array;
  };

export type SignatureParser = (modeInfo: ModeInfo | undefined, bytes: Uint8Array) => SignatureData;

/** The parser of a signer's mode info and signature. Refuses with sdk/2 a multisignature that cannot be decoded. */
export function makeSignatureParser(codecs: Codecs): SignatureParser {
  const multiSignature = codecs.of<{ signatures: Uint8Array[] }>('cosmos.crypto.multisig.v1beta1.MultiSignature');
  const parse: SignatureParser = (modeInfo, bytes) => {
    const multi = modeInfo?.multi;
    if (!multi) return { kind: 'single', mode: modeInfo?.single?.mode ?? 0, signature: bytes };
    const signatures = decodeSignatures(bytes);
    const members = multi.modeInfos.map((member, index) => parse(member, signatures[index] ?? new Uint8Array(0)));
    return { kind: 'multi', bits: bitsOf(multi.bitarray), members, complete: signatures.length === members.length, bytes };
  };
  const decodeSignatures = (bytes: Uint8Array): Uint8Array[] => {
    try {
      return multiSignature.decode(bytes, 'refuse').signatures;
    } catch (error) {
      if (error instanceof CodecError) refuseSdk('txParse', error.message);
      throw error;
    }
  };
  return parse;
}

function bitsOf(bitarray: { extraBitsStored: number; elems: Uint8Array } | undefined): boolean[] {
  if (!bitarray) return [];
  const { elems, extraBitsStored: extra } = bitarray;
  if (extra > 7 || (elems.length === 0 && extra !== 0)) refuseSdk('txParse', 'a compact bit array with more bits than bytes');
  const count = extra === 0 ? elems.length * 8 : (elems.length - 1) * 8 + extra;
  return Array.from({ length: count }, (_, index) => (((elems[index >> 3] as number) >> (7 - (index % 8))) & 1) === 1);
}

/** Whether every signature in the tree was made in amino mode; then a wrong sequence is a likely cause of failure. */
export function isAminoOnly(data: SignatureData): boolean {
  return data.kind === 'single' ? data.mode === signMode.legacyAminoJson : data.members.every(isAminoOnly);
}

/** For the `signature` events: each member's bytes, then the multisig's own. */
export function signatureBytes(data: SignatureData): Uint8Array[] {
  return data.kind === 'single' ? [data.signature] : [...data.members.flatMap(signatureBytes), data.bytes];
}

/** The bytes that a mode signs, or why there are none. */
export type SignBytesOf = (mode: number) => { readonly bytes: Uint8Array } | { readonly problem: string };

type Demand = { readonly check: SignatureCheck; readonly complaint: string };
type Demands = { readonly problem: string } | { readonly demands: readonly Demand[] };

/** What must hold for `data` to be a signature by `key`; a `problem` means that it cannot be one. */
export function demandsOf(key: PublicKey, data: SignatureData, signBytesOf: SignBytesOf, complaint = 'unable to verify single signer signature'): Demands {
  if (key.kind === 'multisig') return multisigDemands(key, data, signBytesOf);
  if (key.kind === 'ed25519') return { problem: 'ED25519 public keys are unsupported' };
  if (data.kind !== 'single') return { problem: 'a multisignature, but the key is a single one' };
  const toSign = signBytesOf(data.mode);
  if ('problem' in toSign) return toSign;
  return { demands: [{ check: { key: key.key, signBytes: toSign.bytes, signature: data.signature }, complaint }] };
}

function multisigDemands(key: PublicKey & { kind: 'multisig' }, data: SignatureData, signBytesOf: SignBytesOf): Demands {
  if (data.kind !== 'multi') return { problem: 'a single signature, but the key is a multisig' };
  const signed = data.bits.flatMap((bit, index) => (bit ? [index] : []));
  if (data.bits.length !== key.members.length) return { problem: `bit array size is incorrect, expecting: ${key.members.length}` };
  if (signed.length < key.threshold) return { problem: `not enough signatures set, have ${signed.length}, expected ${key.threshold}` };
  if (!data.complete || data.members.length !== signed.length) return { problem: `signature size is incorrect ${data.members.length}` };
  const demands: Demand[] = [];
  for (const [place, index] of signed.entries()) {
    const member = demandsOf(key.members[index] as PublicKey, data.members[place] as SignatureData, signBytesOf, `unable to verify signature at index ${index}`);
    if ('problem' in member) return member;
    demands.push(...member.demands);
  }
  return { demands };
}

/** Undefined when the signature is good, else why not, in the SDK's words. */
export function complaintAboutSignature(key: PublicKey, data: SignatureData, signBytesOf: SignBytesOf): string | undefined {
  const wanted = demandsOf(key, data, signBytesOf);
  if ('problem' in wanted) return wanted.problem;
  return wanted.demands.find(demand => !verifySecp256k1(demand.check))?.complaint;
}
