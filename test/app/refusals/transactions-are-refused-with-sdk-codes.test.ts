import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { EncodeObject } from '@cosmjs/proto-signing';
import { codecOf } from '../../../app/client/codecs.js';
import type { ExecTxResult } from '../../../chain/abci/types.js';
import { makeRandom } from '../../support/chain-random.js';
import { assertPlain, makeTwins, type Signing, type Twins } from './twins.js';

let twins: Twins;
before(async () => { twins = await makeTwins({ minGasPrices: [{ denom: 'uwind', amount: '0.025' }] }); });
after(() => twins.end());

const now = (): EncodeObject => ({ typeUrl: '/windlass.kernel.v1.MsgInvoke', value: { sender: twins.addressOf('ann'), target: 'home.timer', method: 'now', args: { body: '#[]', slots: [] }, saveAs: '', funds: [] } });
const signed = (signing: Signing = {}): Promise<Uint8Array> => twins.sign('ann', [now()], { gas: '200000', ...signing });

function refused({ codespace, code, log, data }: ExecTxResult, wanted: number, text: RegExp): void {
  assert.deepEqual([codespace, code, data.length], ['sdk', wanted, 0], log);
  assertPlain(log);
  assert.match(log, text);
}

/** In CheckTx and in a block, where it changes nothing at all. */
const atOnce: readonly (readonly [says: string, tx: () => Promise<Uint8Array> | Uint8Array, code: number, text: RegExp])[] = [
  ['the chain id of another chain', () => signed({ chainId: 'other-chain' }), 4, /^signature verification failed; please verify account number \(0\) and chain-id \(windlass-audit\): \(unable to verify single signer signature\): unauthorized$/],
  ['the number of another account', () => signed({ accountNumber: 2 }), 4, /: unauthorized$/],
  ['a sequence that was not yet', () => signed({ sequence: 99 }), 32, /^account sequence mismatch, expected 0, got 99: incorrect account sequence$/],
  ['a message of somebody else', () => twins.sign('ben', [now()], { gas: '200000' }), 8, /^pubKey does not match signer address windlass1[a-z0-9]+ with signer index: 0: invalid pubkey$/],
  ['a signature with a changed bit', async () => { const tx = await signed(); tx[tx.length - 1] = (tx[tx.length - 1] as number) ^ 1; return tx; }, 4, /: unauthorized$/],
  ['too little gas for the signature', () => signed({ gas: '3000' }), 11, /^out of gas in location: \w+; gasWanted: 3000, gasUsed: \d+: out of gas$/],
  ['a fee beyond the balance', () => signed({ fee: '9'.repeat(20) }), 5, /insufficient funds$/],
  ['nothing, which is the encoding of an empty tx', () => new Uint8Array(0), 18, /^must contain at least one message: invalid request$/],
  ['text', () => new TextEncoder().encode('{"tx":"no"}'), 2, /: tx parse error$/],
  ['random bytes', () => makeRandom(11).bytes(300), 2, /: tx parse error$/],
  ['a tx with a byte more', async () => Uint8Array.from([...(await signed()), 0]), 2, /: tx parse error$/],
  ['a tx of more than a mebibyte', () => new Uint8Array(1_048_577), 21, /^a tx has at most 1048576 bytes, this one has 1048577: tx too large$/],
  ['an address of another chain', () => twins.sign('ann', [{ typeUrl: now().typeUrl, value: { ...(now().value as object), sender: 'cosmos10d07y265gmmuvt4z0w9aw880jnsr700j6zn9kn' } }]), 7, /^invalid sender address \(.*[^:]\)?: invalid address$/],
  ['coins that are none', () => twins.sign('ann', [{ typeUrl: now().typeUrl, value: { ...(now().value as object), funds: [{ denom: 'uwind', amount: '0' }] } }]), 10, /^0uwind: invalid coins$/],
];

for (const [says, tx, code, text] of atOnce) {
  test(`${says}: sdk/${code}`, async () => {
    const bytes = await tx();
    refused(await twins.check(bytes), code, text);
    refused(await twins.changesNothing(bytes), code, text);
  });
}

test('a fee below the node’s price: sdk/13, in CheckTx only', async () => {
  const cheap = await signed({ fee: '4999' });
  refused(await twins.check(cheap), 13, /^insufficient fees; got: 4999uwind required: 5000uwind: insufficient fee$/);
});

test('too little gas for an action: sdk/11, after which fee and sequence are gone', async () => {
  const gas = await signed({ gas: '90000', fee: '5000' });
  refused(await twins.costsOnlyTheFee('ann', gas), 11, /^out of gas in location: [\w ]+; gasWanted: 90000, gasUsed: \d+: out of gas$/);
});

test('funds beyond the balance: sdk/5 in the block', async () => {
  const message = { typeUrl: now().typeUrl, value: { ...(now().value as object), funds: [{ denom: 'uwind', amount: '9'.repeat(25) }] } };
  refused(await twins.costsOnlyTheFee('ann', await twins.sign('ann', [message])), 5, /^failed to execute message; message index: 0: spendable balance \d+uwind is smaller than 9+uwind: insufficient funds$/);
});

test('a tx that was in a block already: sdk/32', async () => {
  const known = await signed({ sequence: 2 });
  assert.equal((await twins.block([known]))[0]?.code, 0);
  refused(await twins.changesNothing(known), 32, /^account sequence mismatch, expected 3, got 2: incorrect account sequence$/);
  refused(await twins.check(known), 32, /^account sequence mismatch, expected 3, got 2: incorrect account sequence$/);
});

test('an action nobody queued: sdk/22 and NotFound', async () => {
  const { codespace, code, log } = await twins.app.query('/windlass.kernel.v1.Query/Action', codecOf<object>('windlass.kernel.v1.QueryActionRequest').encode({ actionId: 12_345n }));
  assert.deepEqual([codespace, code, log], ['sdk', 22, 'rpc error: code = NotFound desc = action 12345 is unknown or expired: key not found']);
});

test('queries of garbage are answered with a code and a plain text', async () => {
  const random = makeRandom(5);
  for (const path of ['', '/', '/store', '/store/kernel/subspace', '/store/nothing/key', '/app', '/no.such.Query/Method', '/windlass.kernel.v1.Query/Action', '/windlass.kernel.v1.Query/Capabilities', '/cosmos.tx.v1beta1.Service/Simulate', '/cosmos.tx.v1beta1.Service/GetTx']) {
    const { code, log } = await twins.app.query(path, random.bytes(40));
    assert.notEqual(code, 0, path);
    assert.notEqual(log, 'internal error', path);
    assertPlain(log);
  }
});

test('the comparison of AppHashes sees an accepted tx, and a fee', async () => {
  const own = await makeTwins();
  try {
    await assert.rejects(own.changesNothing(await own.sign('ann', [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: own.addressOf('ann'), toAddress: own.addressOf('ann'), amount: [{ denom: 'uwind', amount: '9'.repeat(30) }] } }])), /the AppHash/);
  } finally {
    await own.end();
  }
});
