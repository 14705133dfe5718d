import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { encodeSecp256k1Pubkey, makeSignDoc, pubkeyToAddress, serializeSignDoc } from '@cosmjs/amino';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { makePublicKeyCodec, type PublicKey } from '../../../chain/crypto/public-key.js';
import { addressPrefix } from '../../../chain/index.js';
import { makeTestChain, strangerAddress, testChainId, testCodecs } from '../../support/chain-app.js';
import { makeTestWallet, testFee, type TestWallet } from '../../support/chain-wallet.js';

const [alice, bob, carol] = await Promise.all(['alice', 'bob', 'carol'].map(makeTestWallet)) as [TestWallet, TestWallet, TestWallet];
const single = ({ publicKey }: TestWallet): PublicKey => ({ kind: 'secp256k1', key: publicKey });
const key: PublicKey = { kind: 'multisig', threshold: 2, members: [single(alice), { kind: 'multisig', threshold: 1, members: [single(bob), single(carol)] }] };

/** The address as cosmjs derives it, of the same nest of keys. */
const aminoKey = (threshold: string, pubkeys: unknown[]) => ({ type: 'tendermint/PubKeyMultisigThreshold', value: { threshold, pubkeys } });
const address = pubkeyToAddress(
  aminoKey('2', [encodeSecp256k1Pubkey(alice.publicKey), aminoKey('1', [bob, carol].map(({ publicKey }) => encodeSecp256k1Pubkey(publicKey)))]),
  addressPrefix,
);
const amount = [{ denom: 'uwind', amount: '5' }];
const to = strangerAddress(3);

function sign({ privateKey }: TestWallet): Uint8Array {
  const msgs = [{ type: 'cosmos-sdk/MsgSend', value: { from_address: address, to_address: to, amount } }];
  const doc = serializeSignDoc(makeSignDoc(msgs, testFee, testChainId, '', 0, 0n as never));
  return secp256k1.sign(createHash('sha256').update(doc).digest(), privateKey, { prehash: false });
}

/** Bits of the outer and inner arrays are set by the caller; members sign in amino mode. */
function nestedTx(innerBits: number, innerSigners: readonly TestWallet[]): Uint8Array {
  const multi = (signatures: Uint8Array[]) => testCodecs.of<{ signatures: Uint8Array[] }>('cosmos.crypto.multisig.v1beta1.MultiSignature').encode({ signatures });
  const aminoMode = { single: { mode: 127 }, multi: undefined };
  const bits = (elems: number) => ({ extraBitsStored: 2, elems: Uint8Array.of(elems) });
  const inner = { single: undefined, multi: { bitarray: bits(innerBits), modeInfos: innerSigners.map(() => aminoMode) } };
  const modeInfo = { single: undefined, multi: { bitarray: bits(0b1100_0000), modeInfos: [aminoMode, inner] } };
  const msg = testCodecs.of<object>('cosmos.bank.v1beta1.MsgSend').encode({ fromAddress: address, toAddress: to, amount });
  const bodyBytes = testCodecs.of<object>('cosmos.tx.v1beta1.TxBody').encode({ messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: msg }] });
  const authInfoBytes = testCodecs.of<object>('cosmos.tx.v1beta1.AuthInfo').encode({
    signerInfos: [{ publicKey: makePublicKeyCodec(testCodecs).toAny(key), modeInfo, sequence: 0n }],
    fee: { amount: [...testFee.amount], gasLimit: BigInt(testFee.gas) },
  });
  const signatures = [multi([sign(alice), multi(innerSigners.map(sign))])];
  return testCodecs.of<object>('cosmos.tx.v1beta1.TxRaw').encode({ bodyBytes, authInfoBytes, signatures });
}

test('a multisig inside a multisig signs for its place', async () => {
  const chain = await makeTestChain({ accounts: [{ address, coins: [{ denom: 'uwind', amount: '1000000' }] }] });
  const result = await chain.deliver(nestedTx(0b0100_0000, [carol]));
  assert.equal(result.log, '');
  assert.equal(chain.balance(to), 5n);
});

test('the inner bit must be that of the member who signed', async () => {
  const chain = await makeTestChain({ accounts: [{ address, coins: [{ denom: 'uwind', amount: '1000000' }] }] });
  const result = await chain.deliver(nestedTx(0b1000_0000, [carol]));
  assert.equal(result.code, 4);
  assert.equal(chain.balance(to), 0n);
});
