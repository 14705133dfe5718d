import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOfKey, makePublicKeyCodec } from '../../../chain/crypto/public-key.js';
import { addressText } from '../../../chain/index.js';
import { makeTestChain, strangerAddress, testCodecs } from '../../support/chain-app.js';

test('an ed25519 key is charged for, and refused with sdk/8', async () => {
  const key = { kind: 'ed25519', key: new Uint8Array(32).fill(7) } as const;
  const address = addressText(addressOfKey(key));
  const coins = [{ denom: 'uwind', amount: '1000000' }];
  const chain = await makeTestChain({ accounts: [{ address, coins }] });
  const msg = testCodecs.of<object>('cosmos.bank.v1beta1.MsgSend').encode({ fromAddress: address, toAddress: strangerAddress(1), amount: [{ denom: 'uwind', amount: '1' }] });
  const tx = testCodecs.of<object>('cosmos.tx.v1beta1.TxRaw').encode({
    bodyBytes: testCodecs.of<object>('cosmos.tx.v1beta1.TxBody').encode({ messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: msg }] }),
    authInfoBytes: testCodecs.of<object>('cosmos.tx.v1beta1.AuthInfo').encode({
      signerInfos: [{ publicKey: makePublicKeyCodec(testCodecs).toAny(key), modeInfo: { single: { mode: 1 }, multi: undefined }, sequence: 0n }],
      fee: { amount: [], gasLimit: 200_000n },
    }),
    signatures: [new Uint8Array(64)],
  });
  const result = await chain.deliver(tx);
  assert.deepEqual([result.codespace, result.code, result.log], ['sdk', 8, 'ED25519 public keys are unsupported: invalid pubkey']);
  assert.equal(chain.account(address)?.sequence, 0n);
});
