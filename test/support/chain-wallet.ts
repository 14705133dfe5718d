/** Real keys, and transactions that cosmjs signs, for a chain in process. */
import { createHash } from 'node:crypto';
import { createMultisigThresholdPubkey, pubkeyToAddress, Secp256k1Wallet, type MultisigThresholdPubkey, type StdFee } from '@cosmjs/amino';
import { DirectSecp256k1Wallet, Registry, type EncodeObject, type OfflineSigner } from '@cosmjs/proto-signing';
import { defaultRegistryTypes, makeMultisignedTxBytes, SigningStargateClient } from '@cosmjs/stargate';
import { MsgCancelProposal } from 'cosmjs-types/cosmos/gov/v1/tx';
import { MsgUnjail } from 'cosmjs-types/cosmos/slashing/v1beta1/tx';
import { MsgUpdateParams as MsgUpdateStakingParams } from 'cosmjs-types/cosmos/staking/v1beta1/tx';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { addressPrefix } from '../../chain/index.js';
import { testChainId } from './chain-app.js';

export type SignMode = 'direct' | 'amino';

export type SignOptions = {
  readonly accountNumber?: number;
  readonly sequence?: number;
  readonly chainId?: string;
  readonly fee?: StdFee;
  readonly memo?: string;
  readonly mode?: SignMode;
  readonly timeoutHeight?: bigint;
};

export type TestWallet = {
  readonly address: string;
  readonly privateKey: Uint8Array;
  readonly publicKey: Uint8Array;
  /** The bytes of a signed TxRaw, made by cosmjs. */
  sign(messages: readonly EncodeObject[], options?: SignOptions): Promise<Uint8Array>;
};

export const testFee: StdFee = { amount: [{ denom: 'uwind', amount: '5000' }], gas: '200000' };

/** The private key is the SHA-256 of the name, so that every run has the same addresses. */
export async function makeTestWallet(name: string): Promise<TestWallet> {
  const privateKey = new Uint8Array(createHash('sha256').update(`test wallet ${name}`).digest());
  const signers: Record<SignMode, OfflineSigner> = {
    direct: await DirectSecp256k1Wallet.fromKey(privateKey, addressPrefix),
    amino: await Secp256k1Wallet.fromKey(privateKey, addressPrefix),
  };
  const [account] = await signers.direct.getAccounts();
  if (!account) throw new Error('a wallet has an account');
  return {
    address: account.address,
    privateKey,
    publicKey: account.pubkey,
    sign: async (messages, options = {}) => TxRaw.encode(await signedBy(signers[options.mode ?? 'direct'], account.address, messages, options)).finish(),
  };
}

/** cosmjs' own, and what it knows but does not list. */
const registry = new Registry([
  ...defaultRegistryTypes, ['/cosmos.gov.v1.MsgCancelProposal', MsgCancelProposal], ['/cosmos.slashing.v1beta1.MsgUnjail', MsgUnjail],
  ['/cosmos.staking.v1beta1.MsgUpdateParams', MsgUpdateStakingParams],
]);

async function signedBy(signer: OfflineSigner, address: string, messages: readonly EncodeObject[], options: SignOptions): Promise<TxRaw> {
  const client = await SigningStargateClient.offline(signer, { registry });
  const data = { accountNumber: BigInt(options.accountNumber ?? 0), sequence: options.sequence ?? 0, chainId: options.chainId ?? testChainId };
  return client.sign(address, messages, options.fee ?? testFee, options.memo ?? '', data, options.timeoutHeight);
}

export type TestMultisig = {
  readonly address: string;
  readonly key: MultisigThresholdPubkey;
  /** Signed in amino mode by the given members. */
  sign(members: readonly TestWallet[], messages: readonly EncodeObject[], options?: SignOptions): Promise<Uint8Array>;
};

export function makeTestMultisig(wallets: readonly TestWallet[], threshold: number): TestMultisig {
  const members = wallets.map(({ publicKey }) => ({ type: 'tendermint/PubKeySecp256k1', value: Buffer.from(publicKey).toString('base64') }));
  const key = createMultisigThresholdPubkey(members, threshold, true);
  const address = pubkeyToAddress(key, addressPrefix);
  const sign: TestMultisig['sign'] = async (signers, messages, options = {}) => {
    const signatures = new Map<string, Uint8Array>();
    let bodyBytes: Uint8Array = new Uint8Array(0);
    for (const { privateKey, address: member } of signers) {
      const raw = await signedBy(await Secp256k1Wallet.fromKey(privateKey, addressPrefix), member, messages, options);
      signatures.set(member, raw.signatures[0] as Uint8Array);
      bodyBytes = raw.bodyBytes;
    }
    return makeMultisignedTxBytes(key, options.sequence ?? 0, options.fee ?? testFee, bodyBytes, signatures);
  };
  return { address, key, sign };
}

export function sendMsg(fromAddress: string, toAddress: string, amount: string, denom = 'uwind'): EncodeObject {
  return { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress, toAddress, amount: [{ denom, amount }] } };
}

