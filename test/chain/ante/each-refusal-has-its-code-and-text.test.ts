import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TxRaw, AuthInfo, TxBody } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import type { ExecTxResult } from '../../../chain/abci/types.js';
import { makeTestChain, strangerAddress, type TestChain, type TestChainOptions } from '../../support/chain-app.js';
import { makeTestMultisig, makeTestWallet, sendMsg, testFee, type SignOptions } from '../../support/chain-wallet.js';

const alice = await makeTestWallet('alice');
const bob = await makeTestWallet('bob');
const coins = [{ denom: 'uwind', amount: '1000000' }];
const send = [sendMsg(alice.address, bob.address, '10')];
const start = (options: TestChainOptions = {}): Promise<TestChain> => makeTestChain({ accounts: [{ address: alice.address, coins }], ...options });

type Parts = { body: TxBody; auth: AuthInfo; signatures: Uint8Array[] };
/** The signed tx, taken apart, changed, and put together again. */
async function changed(change: (parts: Parts) => void, options: SignOptions = {}): Promise<Uint8Array> {
  const raw = TxRaw.decode(await alice.sign(send, options));
  const parts = { body: TxBody.decode(raw.bodyBytes), auth: AuthInfo.decode(raw.authInfoBytes), signatures: raw.signatures };
  change(parts);
  return TxRaw.encode({ bodyBytes: TxBody.encode(parts.body).finish(), authInfoBytes: AuthInfo.encode(parts.auth).finish(), signatures: parts.signatures }).finish();
}

/** Refused alike in CheckTx and in a block, and nothing but refused: no event, no change of balance or sequence. */
async function refused(chain: TestChain, tx: Uint8Array, code: number, log: string): Promise<void> {
  const check = (result: ExecTxResult): void => {
    assert.deepEqual([result.codespace, result.code, result.log], ['sdk', code, log]);
    assert.deepEqual(result.events, []);
    assert.equal(result.data.length, 0);
  };
  check(await chain.check(tx));
  check(await chain.deliver(tx));
  assert.equal(chain.balance(alice.address), 1_000_000n);
  assert.equal(chain.account(alice.address)?.sequence, 0n);
}

const gas = (amount: string): SignOptions => ({ fee: { ...testFee, gas: amount } });
const fee = (amount: string, denom = 'uwind'): SignOptions => ({ fee: { amount: [{ denom, amount }], gas: '200000' } });
const unverified = 'signature verification failed; please verify account number (0)';

const cases: readonly (readonly [says: string, tx: () => Promise<Uint8Array>, code: number, log: string, options?: TestChainOptions])[] = [
  ['wrong sequence', () => alice.sign(send, { sequence: 7 }), 32, 'account sequence mismatch, expected 0, got 7: incorrect account sequence'],
  ['wrong chain id', () => alice.sign(send, { chainId: 'other' }), 4, `${unverified} and chain-id (windlass-test): (unable to verify single signer signature): unauthorized`],
  ['wrong chain id, amino', () => alice.sign(send, { chainId: 'other', mode: 'amino' }), 4, `${unverified}, sequence (0) and chain-id (windlass-test): unauthorized`],
  ['wrong account number', () => alice.sign(send, { accountNumber: 3 }), 4, `${unverified} and chain-id (windlass-test): (unable to verify single signer signature): unauthorized`],
  ['somebody else’s signature', () => bob.sign(send), 8, `pubKey does not match signer address ${alice.address} with signer index: 0: invalid pubkey`],
  ['no gas', () => alice.sign(send, gas('0')), 11, 'out of gas in location: ReadFlat; gasWanted: 0, gasUsed: 1000: out of gas'],
  ['too little gas', () => alice.sign(send, gas('3000')), 11, 'out of gas in location: txSize; gasWanted: 3000, gasUsed: 4212: out of gas'],
  ['more gas than int64', () => changed(parts => { (parts.auth.fee as { gasLimit: bigint }).gasLimit = 2n ** 63n; }), 18, 'invalid gas supplied; 9223372036854775808 > 9223372036854775807: invalid request'],
  ['more gas than a block has', () => alice.sign(send), 41, 'tx gas limit 200000 exceeds block max gas 100000: invalid gas limit', { maxGas: 100_000n }],
  ['a fee beyond the balance', () => alice.sign(send, fee('1000001')), 5, 'spendable balance 1000000uwind is smaller than 1000001uwind: insufficient funds: insufficient funds'],
  ['a negative fee', () => alice.sign(send, fee('-1')), 13, 'invalid fee provided: -1uwind: insufficient fee'],
  ['a fee of the same denom twice', () => alice.sign(send, { fee: { amount: [{ denom: 'uwind', amount: '1' }, { denom: 'uwind', amount: '1' }], gas: '200000' } }), 13, 'invalid fee amount: 1uwind,1uwind: insufficient fee'],
  ['a long memo', () => alice.sign(send, { memo: 'é'.repeat(129) }), 12, 'maximum number of characters is 256 but received 258 characters: memo too large'],
  ['a fee granter', () => alice.sign(send, { fee: { ...testFee, granter: bob.address } }), 18, 'fee grants are not enabled: invalid request'],
  ['no signature', () => changed(parts => { parts.signatures = []; }), 15, 'no signatures supplied'],
  ['two signatures', () => changed(parts => { parts.signatures.push(new Uint8Array(64)); }), 4, 'wrong number of signers; expected 1, got 2: unauthorized'],
  ['no signer info', () => changed(parts => { parts.auth.signerInfos = []; }), 4, 'invalid number of signer;  expected: 1, got 0: unauthorized'],
  ['two signer infos', () => changed(parts => { parts.auth.signerInfos = [...parts.auth.signerInfos, ...parts.auth.signerInfos]; }), 4, 'invalid number of signer;  expected: 1, got 2: unauthorized'],
  ['an extension option', () => changed(parts => { parts.body.extensionOptions = [{ typeUrl: '/x', value: new Uint8Array(0) }]; }), 31, 'unknown extension options'],
  ['an unordered tx', () => changed(parts => { parts.body.unordered = true; }), 37, 'unordered transactions are not enabled: feature not supported'],
  ['a timeout timestamp', () => changed(parts => { parts.body.timeoutTimestamp = { seconds: 1n, nanos: 0 }; }), 37, 'timeout timestamps are not enabled: feature not supported'],
  ['no message', () => changed(parts => { parts.body.messages = []; }), 18, 'must contain at least one message: invalid request'],
  ['an unknown message', () => changed(parts => { parts.body.messages = [{ typeUrl: '/no.such.Msg', value: new Uint8Array(0) }]; }), 2, 'unable to resolve type URL /no.such.Msg: tx parse error'],
  ['an unknown key type', () => changed(parts => { (parts.auth.signerInfos[0] as { publicKey: unknown }).publicKey = { typeUrl: '/no.such.Key', value: new Uint8Array(0) }; }), 2, 'unable to resolve type URL /no.such.Key: tx parse error'],
  ['a point off the curve', () => changed(parts => { const key = (parts.auth.signerInfos[0] as { publicKey: { value: Uint8Array } }).publicKey; key.value = Uint8Array.of(0x0a, 33, 2, ...new Uint8Array(32).fill(0xff)); }), 8, `pubKey does not match signer address ${alice.address} with signer index: 0: invalid pubkey`],
  ['a key of 32 bytes', () => changed(parts => { const key = (parts.auth.signerInfos[0] as { publicKey: { value: Uint8Array } }).publicKey; key.value = Uint8Array.of(0x0a, 32, ...new Uint8Array(32)); }), 8, 'length of pubkey is incorrect: expected 33, got 32: invalid pubkey'],
  ['a fee payer without account', () => changed(parts => { (parts.auth.fee as { payer: string }).payer = bob.address; parts.signatures.push(new Uint8Array(64)); }), 9, `fee payer address: ${bob.address} does not exist: unknown address`],
  ['a bad recipient', () => alice.sign([sendMsg(alice.address, 'windlass1xyz', '1')]), 7, 'invalid to address: decoding bech32 failed: invalid separator index 8: invalid address'],
  ['a foreign prefix', () => alice.sign([sendMsg(alice.address, 'cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn', '1')]), 7, "invalid to address: hrp does not match bech32 prefix: expected 'windlass' got 'cosmos': internal logic error: invalid address"],
  ['no coins', () => alice.sign([sendMsg(alice.address, bob.address, '0')]), 10, '0uwind: invalid coins'],
  ['a negative amount', () => alice.sign([sendMsg(alice.address, bob.address, '-5')]), 10, '-5uwind: invalid coins'],
];

for (const [says, tx, code, log, options] of cases) {
  test(`${says}: sdk/${code}`, async () => refused(await start(options), await tx(), code, log));
}

test('an account that does not exist is sdk/9, because it cannot pay', async () => {
  const chain = await makeTestChain();
  const tx = await alice.sign(send);
  assert.deepEqual([(await chain.check(tx)).code, (await chain.deliver(tx)).log], [9, `fee payer address: ${alice.address} does not exist: unknown address`]);
});

test('a passed timeout height is sdk/30, and the height itself is still good', async () => {
  const chain = await start();
  await chain.block();
  const tx = await alice.sign(send, { timeoutHeight: 2n });
  assert.equal((await chain.check(tx)).code, 0);
  await chain.block();
  const late = { check: await chain.check(tx), deliver: await chain.deliver(tx) };
  assert.deepEqual([late.check.code, late.deliver.log], [30, 'block height: 3, timeout height: 2: tx timeout height']);
});

test('a multisig of more members than the limit is sdk/14', async () => {
  const wallets = await Promise.all(Array.from({ length: 8 }, (_, index) => makeTestWallet(`member ${index}`)));
  const multisig = makeTestMultisig(wallets, 1);
  const chain = await makeTestChain({ accounts: [{ address: multisig.address, coins }] });
  const tx = await multisig.sign(wallets.slice(0, 1), [sendMsg(multisig.address, bob.address, '1')]);
  assert.deepEqual([(await chain.check(tx)).code, (await chain.deliver(tx)).log], [14, 'signatures: 8, limit: 7: maximum number of signatures exceeded']);
});

test('a replay is sdk/32', async () => {
  const chain = await start();
  const tx = await alice.sign(send);
  assert.equal((await chain.deliver(tx)).code, 0);
  assert.equal((await chain.deliver(tx)).log, 'account sequence mismatch, expected 1, got 0: incorrect account sequence');
  const two = await chain.block([await alice.sign(send, { sequence: 1 }), await alice.sign(send, { sequence: 2 }), await alice.sign(send, { sequence: 2 })]);
  assert.deepEqual(two.txResults.map(({ code }) => code), [0, 0, 32]);
});

test('the node’s gas price is asked by CheckTx only', async () => {
  const chain = await start({ minGasPrices: [{ denom: 'uwind', amount: '0.025' }, { denom: 'other', amount: '3' }] });
  const cheap = await alice.sign(send, fee('4999'));
  assert.deepEqual([(await chain.check(cheap)).code, (await chain.check(cheap)).log], [13, 'insufficient fees; got: 4999uwind required: 600000other,5000uwind: insufficient fee']);
  assert.equal((await chain.check(await alice.sign(send, fee('5000')))).code, 0);
  assert.equal((await chain.deliver(cheap)).code, 0);
});

test('one flipped bit anywhere in a signature, or its high-s twin, is refused', async () => {
  const chain = await start();
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  for (let bit = 0; bit < 512; bit += 13) {
    const tx = await changed(({ signatures }) => { const s = signatures[0] as Uint8Array; s[bit >> 3] = (s[bit >> 3] as number) ^ (1 << (bit & 7)); });
    assert.equal((await chain.check(tx)).code, 4, `bit ${bit}`);
  }
  const twin = await changed(({ signatures }) => {
    const s = signatures[0] as Uint8Array;
    const high = order - BigInt(`0x${Buffer.from(s.subarray(32)).toString('hex')}`);
    s.set(Buffer.from(high.toString(16).padStart(64, '0'), 'hex'), 32);
  });
  await refused(chain, twin, 4, `${unverified} and chain-id (windlass-test): (unable to verify single signer signature): unauthorized`);
  const long = await changed(parts => { parts.signatures = [Uint8Array.from([...(parts.signatures[0] as Uint8Array), 0])]; });
  assert.equal((await chain.check(long)).code, 4);
});

test('the fee is kept, and the sequence used, when a message fails', async () => {
  const chain = await start();
  const result = await chain.deliver(await alice.sign([sendMsg(alice.address, bob.address, '1'), sendMsg(alice.address, strangerAddress(9), '999999')]));
  assert.deepEqual([result.codespace, result.code, result.log], ['sdk', 5, 'failed to execute message; message index: 1: spendable balance 994999uwind is smaller than 999999uwind: insufficient funds']);
  assert.equal(chain.balance(alice.address), 995_000n);
  assert.equal(chain.balance(bob.address), 0n);
  assert.equal(chain.account(alice.address)?.sequence, 1n);
  assert.deepEqual(result.events.map(({ type }) => type), ['coin_spent', 'coin_received', 'transfer', 'message', 'tx', 'tx', 'tx']);
});

test('gas that ends inside a message keeps the fee and has no message index', async () => {
  const chain = await start();
  const result = await chain.deliver(await alice.sign(send, gas('59000')));
  assert.equal(result.code, 11);
  assert.match(result.log, /^out of gas in location: \w+; gasWanted: 59000, gasUsed: \d+: out of gas$/);
  assert.equal(chain.balance(alice.address), 995_000n);
});

test('when a block’s gas is used up, the rest of its txs is sdk/11', async () => {
  const chain = await start({ maxGas: 200_000n });
  const { txResults } = await chain.block(await Promise.all([0, 1, 2, 3, 4, 5].map(sequence => alice.sign(send, { sequence }))));
  assert.deepEqual(txResults.map(({ code }) => code), [0, 0, 0, 0, 11, 11]);
  assert.match(txResults[4]?.log ?? '', /^out of gas in location: block gas meter; gasWanted: 200000, gasUsed: \d+: out of gas$/);
  assert.equal(txResults[5]?.log, 'no block gas left to run tx: out of gas');
  assert.deepEqual([txResults[5]?.gasWanted, txResults[5]?.gasUsed], [0n, 0n]);
});
