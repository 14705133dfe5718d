/** From messages to signed bytes. Nothing here talks to a node. */
import { Secp256k1Wallet, isMultisigThresholdPubkey, type StdFee } from '@cosmjs/amino';
import { DirectSecp256k1Wallet, Registry, encodePubkey, type EncodeObject, type OfflineSigner } from '@cosmjs/proto-signing';
import { AminoTypes, SigningStargateClient, createDefaultAminoConverters, defaultRegistryTypes, makeMultisignedTxBytes } from '@cosmjs/stargate';
import { SignMode } from 'cosmjs-types/cosmos/tx/signing/v1beta1/signing';
import { AuthInfo, Fee, Tx, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { chainDefaults } from '../../../config/node.js';
import { windlassAminoConverters, windlassRegistryTypes } from '../../client/index.js';
import { CliFailure } from '../failure.js';
import { addressOf } from '../keyring/hd.js';
import type { KeyInfo, Keyring } from '../keyring/keyring.js';
import { chainAminoConverters, chainRegistryTypes } from './chain-types.js';

export const registry = new Registry([...defaultRegistryTypes, ...chainRegistryTypes, ...windlassRegistryTypes]);
const aminoTypes = new AminoTypes({ ...createDefaultAminoConverters(), ...chainAminoConverters, ...windlassAminoConverters });

export type SignerState = { readonly accountNumber: bigint; readonly sequence: number; readonly chainId: string };
export type UnsignedTx = { readonly messages: readonly EncodeObject[]; readonly fee: StdFee; readonly memo: string };

/**
 * Signs with a key of the keyring. A multisig key signs with as many of its members as it needs and the keyring holds,
 * always in amino-JSON. Throws CliFailure when too few members are here, or on a wrong password.
 */
export async function signTx(keyring: Keyring, key: KeyInfo, signMode: 'direct' | 'amino-json', tx: UnsignedTx, state: SignerState): Promise<Uint8Array> {
  if (isMultisigThresholdPubkey(key.publicKey)) return signByMembers(keyring, key, tx, state);
  const privateKey = await keyring.privateKey(key.name);
  const wallet = await walletOf(privateKey, signMode);
  return TxRaw.encode(await signWith(wallet, key.address, tx, state)).finish();
}

function walletOf(privateKey: Uint8Array, signMode: 'direct' | 'amino-json'): Promise<OfflineSigner> {
  const maker = signMode === 'direct' ? DirectSecp256k1Wallet : Secp256k1Wallet;
  return maker.fromKey(privateKey, chainDefaults.addressPrefix);
}

async function signWith(wallet: OfflineSigner, address: string, { messages, fee, memo }: UnsignedTx, state: SignerState): Promise<TxRaw> {
  const client = await SigningStargateClient.offline(wallet, { registry, aminoTypes });
  return client.sign(address, messages, fee, memo, state);
}

async function signByMembers(keyring: Keyring, key: KeyInfo, tx: UnsignedTx, state: SignerState): Promise<Uint8Array> {
  const { publicKey } = key;
  if (!isMultisigThresholdPubkey(publicKey)) throw new TypeError(`${key.name} is no multisig key`);
  const threshold = Number(publicKey.value.threshold);
  const members = publicKey.value.pubkeys.map(member => keyring.find(addressOf({ type: 'tendermint/PubKeySecp256k1', value: member.value }))).filter(member => member !== undefined);
  if (members.length < threshold) {
    throw new CliFailure(`${key.name} needs ${threshold} signatures; this keyring holds ${members.length} of its ${publicKey.value.pubkeys.length} members`);
  }
  const signatures = new Map<string, Uint8Array>();
  let bodyBytes: Uint8Array = new Uint8Array(0);
  for (const member of members.slice(0, threshold)) {
    const wallet = await walletOf(await keyring.privateKey(member.name), 'amino-json');
    const signed = await signWith(wallet, member.address, tx, state);
    bodyBytes = signed.bodyBytes;
    signatures.set(member.address, signed.signatures[0] ?? new Uint8Array(0));
  }
  return makeMultisignedTxBytes(publicKey, state.sequence, tx.fee, bodyBytes, signatures);
}

/** What Simulate takes: the messages with the real key and sequence, one empty signature and no fee. */
export function txToSimulate(key: KeyInfo, messages: readonly EncodeObject[], memo: string, sequence: number): Uint8Array {
  const signer = { publicKey: encodePubkey(key.publicKey), sequence: BigInt(sequence), modeInfo: { single: { mode: SignMode.SIGN_MODE_UNSPECIFIED } } };
  const tx = Tx.fromPartial({
    body: TxBody.decode(registry.encodeTxBody({ messages, memo })),
    authInfo: AuthInfo.fromPartial({ fee: Fee.fromPartial({}), signerInfos: [signer] }),
    signatures: [new Uint8Array(0)],
  });
  return Tx.encode(tx).finish();
}
