/** Accounts that send in benchmarks, and their txs, signed before anything is measured. Keys follow from numbers: they guard nothing. */
import { createECDH, createHash, createPrivateKey, sign, type KeyObject } from 'node:crypto';
import { codecOf } from '../../app/client/codecs.js';
import { addressOf } from '../../app/cli/keyring/hd.js';

export type Message = { readonly typeUrl: string; readonly value: Uint8Array };

export type BenchAccount = {
  readonly address: string;
  /** As in genesis. */
  readonly accountNumber: bigint;
  readonly publicKey: Uint8Array;
  readonly key: KeyObject;
};

type Any = Message;
type TxBody = { messages: Any[] };
type AuthInfo = {
  signerInfos: { publicKey: Any; modeInfo: { single: { mode: number } }; sequence: bigint }[];
  fee: { amount: { denom: string; amount: string }[]; gasLimit: bigint };
};
type SignDoc = { bodyBytes: Uint8Array; authInfoBytes: Uint8Array; chainId: string; accountNumber: bigint };
type TxRaw = { bodyBytes: Uint8Array; authInfoBytes: Uint8Array; signatures: Uint8Array[] };

const signModeDirect = 1;
const groupOrder = BigInt('0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141');
/** Gas of a tx, and the fee at the price that a home asks for. */
const gasLimit = 300_000n;
const fee = { denom: 'uwind', amount: '7500' };

/** `firstNumber` is the account number of the first one. */
export function makeAccounts(count: number, firstNumber: bigint): BenchAccount[] {
  return Array.from({ length: count }, (_, index) => makeAccount(index, firstNumber + BigInt(index)));
}

function makeAccount(index: number, accountNumber: bigint): BenchAccount {
  const secret = createHash('sha256').update(`windlass bench account ${index}`).digest();
  const pair = createECDH('secp256k1');
  pair.setPrivateKey(secret);
  const publicKey = new Uint8Array(pair.getPublicKey(null, 'compressed'));
  const point = pair.getPublicKey();
  const [x, y] = [point.subarray(1, 33), point.subarray(33)].map(part => part.toString('base64url')) as [string, string];
  const key = createPrivateKey({ format: 'jwk', key: { kty: 'EC', crv: 'secp256k1', d: secret.toString('base64url'), x, y } });
  const address = addressOf({ type: 'tendermint/PubKeySecp256k1', value: Buffer.from(publicKey).toString('base64') });
  return { address, accountNumber, publicKey, key };
}

/** The bytes of a TxRaw with one message, signed in direct mode. */
export function signedTx(account: BenchAccount, sequence: number, chainId: string, message: Message): Uint8Array {
  const bodyBytes = codecOf<TxBody>('cosmos.tx.v1beta1.TxBody').encode({ messages: [message] });
  const publicKey = { typeUrl: '/cosmos.crypto.secp256k1.PubKey', value: codecOf<{ key: Uint8Array }>('cosmos.crypto.secp256k1.PubKey').encode({ key: account.publicKey }) };
  const authInfoBytes = codecOf<AuthInfo>('cosmos.tx.v1beta1.AuthInfo').encode({
    signerInfos: [{ publicKey, modeInfo: { single: { mode: signModeDirect } }, sequence: BigInt(sequence) }],
    fee: { amount: [fee], gasLimit },
  });
  const { accountNumber } = account;
  const signBytes = codecOf<SignDoc>('cosmos.tx.v1beta1.SignDoc').encode({ bodyBytes, authInfoBytes, chainId, accountNumber });
  return codecOf<TxRaw>('cosmos.tx.v1beta1.TxRaw').encode({ bodyBytes, authInfoBytes, signatures: [signatureOf(account.key, signBytes)] });
}

/** r ‖ s with s in the lower half of the group, as chains want it. */
export function signatureOf(key: KeyObject, bytes: Uint8Array): Uint8Array {
  const signature = sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' });
  const s = BigInt(`0x${signature.toString('hex', 32)}`);
  if (s > groupOrder / 2n) Buffer.from((groupOrder - s).toString(16).padStart(64, '0'), 'hex').copy(signature, 32);
  return new Uint8Array(signature);
}

export function bankSend(from: string, to: string): Message {
  const codec = codecOf<{ fromAddress: string; toAddress: string; amount: { denom: string; amount: string }[] }>('cosmos.bank.v1beta1.MsgSend');
  return { typeUrl: codec.typeUrl, value: codec.encode({ fromAddress: from, toAddress: to, amount: [{ denom: 'uwind', amount: '1' }] }) };
}

/** A ping to a public object. */
export function invokePing(sender: string, target: string): Message {
  const codec = codecOf<{ sender: string; target: string; method: string; args: { body: string; slots: string[] } }>('windlass.kernel.v1.MsgInvoke');
  return { typeUrl: codec.typeUrl, value: codec.encode({ sender, target, method: 'ping', args: { body: '#[]', slots: [] } }) };
}
