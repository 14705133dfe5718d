/** From a mnemonic to secp256k1 keys and their addresses. */
import { randomBytes } from 'node:crypto';
import { pubkeyToAddress, type MultisigThresholdPubkey, type Secp256k1Pubkey } from '@cosmjs/amino';
import { Bip39, EnglishMnemonic, Secp256k1, Slip10, Slip10Curve, stringToPath } from '@cosmjs/crypto';
import { fromBech32 } from '@cosmjs/encoding';
import { chainDefaults, devDefaults } from '../../../config/node.js';
import { UsageFailure } from '../failure.js';

export type PublicKey = Secp256k1Pubkey | MultisigThresholdPubkey;

/** m/44'/118'/0'/0/index. */
export function hdPath(index: number): string {
  return `m/44'/${chainDefaults.coinType}'/0'/0/${index}`;
}

/** 24 English words of 256 random bits. */
export function newMnemonic(): string {
  return Bip39.encode(Uint8Array.from(randomBytes(32))).toString();
}

/** The 32-byte private key at a path. Throws UsageFailure when the words are no BIP-39 mnemonic. */
export async function derivePrivateKey(mnemonic: string, index: number): Promise<Uint8Array> {
  const seed = await Bip39.mnemonicToSeed(checkedMnemonic(mnemonic));
  return Slip10.derivePath(Slip10Curve.Secp256k1, seed, stringToPath(hdPath(index))).privkey;
}

function checkedMnemonic(mnemonic: string): EnglishMnemonic {
  try {
    return new EnglishMnemonic(mnemonic.trim().toLowerCase().split(/\s+/).join(' '));
  } catch {
    // The cause may quote the words: it is left out on purpose.
    throw new UsageFailure('this is no mnemonic', 'Type 12, 15, 18, 21 or 24 English words of the BIP-39 list; the last one is a checksum, so one wrong word spoils all.');
  }
}

/** The compressed public key, as amino-JSON writes it. Throws when the bytes are no private key. */
export async function publicKeyOf(privateKey: Uint8Array): Promise<Secp256k1Pubkey> {
  const { pubkey } = Secp256k1.makeKeypair(privateKey);
  return { type: 'tendermint/PubKeySecp256k1', value: Buffer.from(Secp256k1.compressPubkey(pubkey)).toString('base64') };
}

export function addressOf(publicKey: PublicKey): string {
  return pubkeyToAddress(publicKey, chainDefaults.addressPrefix);
}

/** Whether the text is an account's address on this chain: right prefix, checksum, 20 or 32 bytes. */
export function isAddress(text: string): boolean {
  try {
    const { prefix, data } = fromBech32(text);
    return prefix === chainDefaults.addressPrefix && (data.length === 20 || data.length === 32);
  } catch {
    return false;
  }
}

export type DevKey = { readonly name: string; readonly privateKey: Uint8Array; readonly publicKey: Secp256k1Pubkey; readonly address: string };

/** dev0 to dev9, or as many as are asked for, of the mnemonic that everybody knows. */
export async function devKeys(count: number = devDefaults.accounts): Promise<DevKey[]> {
  const seed = await Bip39.mnemonicToSeed(checkedMnemonic(devDefaults.mnemonic));
  const keys: DevKey[] = [];
  for (let index = 0; index < count; index += 1) {
    const { privkey } = Slip10.derivePath(Slip10Curve.Secp256k1, seed, stringToPath(hdPath(index)));
    const publicKey = await publicKeyOf(privkey);
    keys.push({ name: `dev${index}`, privateKey: privkey, publicKey, address: addressOf(publicKey) });
  }
  return keys;
}
