import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeTestChain } from '../../support/chain-app.js';
import { makeRandom } from '../../support/chain-random.js';
import { makeTestMultisig, makeTestWallet, sendMsg } from '../../support/chain-wallet.js';

const alice = await makeTestWallet('alice');
const bob = await makeTestWallet('bob');
const coins = [{ denom: 'uwind', amount: '1000000' }];
const multisig = makeTestMultisig([alice, bob], 1);

/** One to four small injuries: a byte changed, left out, put in, or the end cut off. */
function injure(bytes: Uint8Array, random: ReturnType<typeof makeRandom>): Uint8Array {
  let list = [...bytes];
  for (let count = 1 + random.below(4); count > 0; count -= 1) {
    const at = random.below(list.length);
    switch (random.below(4)) {
      case 0: list[at] = random.below(256); break;
      case 1: list.splice(at, 1); break;
      case 2: list.splice(at, 0, random.below(256)); break;
      default: if (random.below(8) === 0) list = list.slice(0, at + 1);
    }
  }
  return Uint8Array.from(list);
}

for (const [name, makeTx] of [
  ['direct', () => alice.sign([sendMsg(alice.address, bob.address, '10')])],
  ['amino', () => alice.sign([sendMsg(alice.address, bob.address, '10')], { mode: 'amino', memo: 'memo' })],
  ['multisig', () => multisig.sign([bob], [sendMsg(multisig.address, bob.address, '10')], { accountNumber: 1 })],
] as const) {
  test(`3000 injured txs, signed as ${name}, are refused without effect`, async () => {
    const chain = await makeTestChain({ accounts: [alice, multisig].map(({ address }) => ({ address, coins })) });
    const tx = await makeTx();
    const random = makeRandom(20_240 + name.length);
    const injured = Array.from({ length: 3000 }, () => injure(tx, random)).filter(bytes => Buffer.compare(bytes, tx) !== 0);
    const { txResults } = await chain.block(injured);
    assert.equal(txResults.length, injured.length);
    for (const [index, { code, log, events, codespace }] of txResults.entries()) {
      assert.notEqual(code, 0, `mutation ${index}: ${Buffer.from(injured[index] as Uint8Array).toString('hex')}`);
      assert.deepEqual([codespace, events], ['sdk', []]);
      assert.doesNotMatch(log, /node:|file:|\n {4}at /);
    }
    assert.equal(chain.balance(bob.address), 0n);
    for (const { address } of [alice, multisig]) assert.deepEqual([chain.balance(address), chain.account(address)?.sequence], [1_000_000n, 0n]);
    assert.equal((await chain.deliver(tx)).code, 0); // the whole one still works
  });
}

test('random bytes are no tx: sdk/2, in CheckTx too', async () => {
  const chain = await makeTestChain({ accounts: [{ address: alice.address, coins }] });
  const random = makeRandom(7);
  for (let length = 0; length < 300; length += 1) {
    const { code, gasUsed, gasWanted } = await chain.check(random.bytes(length));
    assert([2, 18].includes(code), `length ${length}: ${code}`); // the empty tx is canonical, and lacks a message
    assert.deepEqual([gasUsed, gasWanted], [0n, 0n]);
  }
});

test('a tx in another encoding of the same content is sdk/2', async () => {
  const chain = await makeTestChain({ accounts: [{ address: alice.address, coins }] });
  const tx = await alice.sign([sendMsg(alice.address, bob.address, '10')]);
  const withUnknown = Uint8Array.from([...tx, 0x22, 0x00]);
  assert.equal((await chain.deliver(withUnknown)).log, 'cosmos.tx.v1beta1.TxRaw: unknown field 4: tx parse error');
  const bodyLength = tx[1] as number;
  const longVarint = Uint8Array.from([0x0a, bodyLength | 0x80, (tx[2] as number) | 0x80, 0x00, ...tx.slice(3)]);
  assert.equal((await chain.deliver(longVarint)).log, 'the tx is not in its canonical encoding (ADR-027): tx parse error');
});
