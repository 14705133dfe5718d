import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Context, Coins, CoreModules, Module } from '../../../chain/index.js';
import { coinsOrNothing, parseAmount } from '../../../chain/index.js';
import { makeTestChain, strangerAddress, type TestChain, type TestChainOptions } from '../../support/chain-app.js';
import { makeRandom } from '../../support/chain-random.js';
import { makeTestWallet, sendMsg } from '../../support/chain-wallet.js';

const alice = await makeTestWallet('alice');
const bob = await makeTestWallet('bob');
const accounts = [{ address: alice.address, coins: [{ denom: 'uwind', amount: '1000000' }] }];
const moduleAccounts = [
  { name: 'mint', permissions: ['minter'], mayReceive: false },
  { name: 'pot', permissions: ['burner'], mayReceive: true },
] as const;
const five: Coins = [{ denom: 'uwind', amount: 5n }];

/** A chain whose next block runs `act` in its end. */
async function acting(act: (ctx: Context, core: CoreModules) => void, options: TestChainOptions = {}): Promise<TestChain> {
  return makeTestChain({ accounts, moduleAccounts, modules: core => [{ name: 'actor', stores: [], endBlock: ctx => act(ctx, core) } satisfies Module], ...options });
}

test('minting and burning move the supply, with the events of the SDK', async () => {
  const chain = await acting((ctx, { bank }) => {
    bank.mint(ctx, 'mint', five);
    bank.sendBetweenModules(ctx, 'mint', 'pot', five);
    bank.burn(ctx, 'pot', [{ denom: 'uwind', amount: 2n }]);
  });
  const { events } = await chain.block();
  assert.deepEqual(events.map(({ type }) => type), ['coin_received', 'coinbase', 'coin_spent', 'coin_received', 'transfer', 'message', 'coin_spent', 'burn']);
  assert.equal(chain.core.bank.supply(chain.store.branch(), 'uwind'), 1_000_003n);
  assert.equal(chain.balance(chain.core.auth.moduleAddress('pot')), 3n);
});

test('a module without the permission, or one that was not declared, is a broken invariant', async () => {
  const acts: ((ctx: Context, core: CoreModules) => void)[] = [
    (ctx, { bank }) => bank.mint(ctx, 'pot', five),
    (ctx, { bank }) => bank.burn(ctx, 'mint', five),
    (ctx, { bank }) => bank.sendToModule(ctx, alice.address, 'nobody', five),
    (ctx, { bank }) => bank.sendCoins(ctx, alice.address, bob.address, [{ denom: 'uwind', amount: 0n }]),
    (ctx, { bank }) => bank.sendCoins(ctx, alice.address, bob.address, [...five, ...five]),
  ];
  for (const act of acts) await assert.rejects((await acting(act)).block(), { name: 'AssertionError' });
});

test('messages cannot send to modules that take no gifts, nor denoms that are switched off', async () => {
  const appState = { bank: { params: { send_enabled: [], default_send_enabled: true }, send_enabled: [{ denom: 'frozen', enabled: false }], balances: [{ address: alice.address, coins: [{ denom: 'frozen', amount: '9' }, { denom: 'uwind', amount: '1000000' }] }] } };
  const chain = await makeTestChain({ accounts, moduleAccounts, appState });
  const send = async (to: string, sequence: number, denom = 'uwind') => chain.deliver(await alice.sign([sendMsg(alice.address, to, '5', denom)], { sequence }));
  const blocked = chain.core.auth.moduleAddress('mint');
  const refused = await send(blocked, 0);
  assert.deepEqual([refused.codespace, refused.code, refused.log], ['sdk', 4, `failed to execute message; message index: 0: ${blocked} is not allowed to receive funds: unauthorized`]);
  assert.equal((await send(chain.core.auth.moduleAddress('pot'), 1)).code, 0);
  const frozen = await send(bob.address, 2, 'frozen');
  assert.deepEqual([frozen.codespace, frozen.code, frozen.log], ['bank', 5, 'failed to execute message; message index: 0: frozen transfers are currently disabled: send transactions are disabled']);
});

test('a MsgMultiSend must balance, with one sender', async () => {
  const chain = await makeTestChain({ accounts });
  const coins = (amount: string) => [{ denom: 'uwind', amount }];
  const multi = async (inputs: unknown[], outputs: unknown[]) => {
    const result = await chain.check(await alice.sign([{ typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend', value: { inputs, outputs } }]));
    return [result.codespace, result.code, result.log];
  };
  const side = (amount: string, address = alice.address) => ({ address, coins: coins(amount) });
  assert.deepEqual(await multi([], [side('1')]), ['bank', 2, 'no inputs to send transaction']);
  assert.deepEqual(await multi([side('1')], []), ['bank', 3, 'no outputs to send transaction']);
  assert.deepEqual(await multi([side('1')], [side('2')]), ['bank', 4, 'sum inputs != sum outputs']);
  assert.deepEqual(await multi([side('1'), side('1', bob.address)], [side('2')]), ['bank', 9, 'multiple senders not allowed']);
});

test('only canonical, positive, sorted coins are coins', () => {
  for (const text of ['', '-1', '+1', '01', '1.0', '1e3', ' 1', '0x1', '٣', (2n ** 256n).toString(), '9'.repeat(100)]) assert.equal(parseAmount(text), undefined, text);
  assert.equal(parseAmount((2n ** 256n - 1n).toString()), 2n ** 256n - 1n);
  const list = (...denoms: string[]) => denoms.map(denom => ({ denom, amount: '1' }));
  for (const bad of [list('bbb', 'aaa'), list('aaa', 'aaa'), list('ab'), list('1ab'), list('a b'), list('x'.repeat(129)), [{ denom: 'aaa', amount: '0' }]]) assert.equal(coinsOrNothing(bad), undefined);

  assert.equal(coinsOrNothing(list('AAA', 'aaa', 'ibc/27'))?.length, 3);
});

test('whatever is sent, the sum of the balances is the supply', async () => {
  const random = makeRandom(99);
  const wallets = await Promise.all(['alice', 'bob', 'carol', 'dave'].map(makeTestWallet));
  const chain = await makeTestChain({ accounts: wallets.map(({ address }) => ({ address, coins: [{ denom: 'uwind', amount: '400000' }] })) });
  const sequences = wallets.map(() => 0);
  for (let round = 0; round < 10; round += 1) {
    const txs: Uint8Array[] = [];
    for (let count = 0; count < 12; count += 1) {
      const who = random.below(wallets.length);
      const wallet = wallets[who] as (typeof wallets)[number];
      const to = random.below(5) === 0 ? strangerAddress(random.below(4)) : (wallets[random.below(wallets.length)] as typeof wallet).address;
      txs.push(await wallet.sign([sendMsg(wallet.address, to, String(1 + random.below(150_000)))], { accountNumber: who, sequence: sequences[who] as number }));
      sequences[who] = (sequences[who] as number) + 1;
    }
    await chain.block(txs);
    for (const [who, { address }] of wallets.entries()) sequences[who] = Number(chain.account(address)?.sequence);
    const state = chain.store.branch();
    const holders = [...wallets.map(({ address }) => address), ...['fee_collector', 'distribution'].map(name => chain.core.auth.moduleAddress(name)), ...[0, 1, 2, 3].map(strangerAddress)];
    assert.equal(holders.reduce((sum, address) => sum + chain.core.bank.balance(state, address, 'uwind'), 0n), 1_600_000n);
    assert.equal(chain.core.bank.supply(state, 'uwind'), 1_600_000n);
  }
});
