import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSignDoc, Secp256k1Wallet } from '@cosmjs/amino';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { accountAddress, operatorAddress } from '../../../chain/index.js';
import { makeTestChain, testChainId } from '../../support/chain-app.js';
import { makeTestWallet, testFee } from '../../support/chain-wallet.js';

const operator = await makeTestWallet('operator');
const validatorAddress = operatorAddress.text(accountAddress.bytes(operator.address));
const withdraw = { typeUrl: '/cosmos.distribution.v1beta1.MsgWithdrawValidatorCommission', value: { validatorAddress } };

/** What cosmjs makes, with the signature of the same document under another name of the message. */
async function signedAs(type: string): Promise<Uint8Array> {
  const raw = TxRaw.decode(await operator.sign([withdraw], { mode: 'amino' }));
  const wallet = await Secp256k1Wallet.fromKey(operator.privateKey, 'windlass');
  const { signature } = await wallet.signAmino(operator.address, makeSignDoc([{ type, value: { validator_address: validatorAddress } }], testFee, testChainId, '', 0, 0));
  return TxRaw.encode({ ...raw, signatures: [Buffer.from(signature.signature, 'base64')] }).finish();
}

test('a withdrawal of commission is good under the SDK’s name and under that of cosmjs, and under no other', async () => {
  const check = async (name: string): Promise<string> => {
    const chain = await makeTestChain({ accounts: [{ address: operator.address, coins: [{ denom: 'uwind', amount: '1000000' }] }] });
    return (await chain.check(await signedAs(name))).log;
  };
  assert.equal(await check('cosmos-sdk/MsgWithdrawValCommission'), '');
  assert.equal(await check('cosmos-sdk/MsgWithdrawValidatorCommission'), '');
  assert.match(await check('cosmos-sdk/MsgWithdrawCommission'), /^signature verification failed/);
});
