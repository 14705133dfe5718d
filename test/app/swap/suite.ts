/** What a swap of coins must keep, whoever makes the blocks. */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { until, type EngineName } from '../../support/node.js';
import { bolt, openMarket, wind, type Market, type Trader } from './market.js';

/** Far enough for a slow machine. */
const farAway = 3600n;
const offered = [{ denom: bolt, amount: '400' }];
const price = [{ denom: wind, amount: '700' }];

/** The claims, each a subtest, on a node of its own with that engine. */
export async function claimSwapsAreSafe(t: TestContext, engine: EngineName): Promise<void> {
  const market = await openMarket(engine);
  t.after(() => market.close());
  const [owner, seller, buyer] = market.traders as [Trader, Trader, Trader, Trader];
  const vat = await market.create(owner, 'swap.js', 'swap');
  await owner.invoke('home.directory', 'publish', ['swap', { $cap: 'swap' }]);

  const offer = async (seconds: bigint, payTo = seller.address): Promise<bigint> => {
    const deadline = (await market.now()) + seconds;
    const { body } = await seller.invoke('@swap', 'offer', [{ wantDenom: wind, wantAmount: 700n, deadline, payTo }], { funds: offered });
    return BigInt(body.slice('#"'.length, -1));
  };

  await t.test('gives each what the other had, and the contract nothing', async () => {
    const before = await bolts(market, [seller, buyer]);
    const id = await offer(farAway);
    assert.equal(await market.inKernel(bolt), 400n);
    await assertHoldings(market, owner, { [bolt]: 400n, [wind]: 0n });
    const { body } = await buyer.invoke('@swap', 'accept', [id, buyer.address], { funds: price });
    assert.equal(body, '#{"amount":"+400","denom":"ubolt"}');
    assert.deepEqual(await bolts(market, [seller, buyer]), [before[0]! - 400n, before[1]! + 400n]);
    assert.match((await buyer.invoke('@swap', 'read', [id])).body, /"state":"sold"/);
    await assertHoldings(market, owner, {});
    await market.assertEveryCoinIsAccountedFor();
  });

  await t.test('sends the price to the seller to the last coin', async () => {
    const receiver = market.traders[3]!.address; // signs nothing, so no fee blurs the sum
    const before = await market.balance(receiver, wind);
    const id = await offer(farAway, receiver);
    await buyer.invoke('@swap', 'accept', [id, buyer.address], { funds: price });
    assert.equal(await market.balance(receiver, wind), before + 700n);
  });

  await t.test('refuses any other price, and gives the coins back', async () => {
    const id = await offer(farAway);
    const before = await bolts(market, [buyer]);
    const wrong = [[{ denom: wind, amount: '699' }], [{ denom: wind, amount: '701' }], [{ denom: bolt, amount: '700' }], [{ denom: bolt, amount: '1' }, { denom: wind, amount: '700' }], []];
    for (const funds of wrong) {
      const { body } = await buyer.invoke('@swap', 'accept', [id, buyer.address], { funds, refused: true });
      assert.match(body, /costs 700uwind, not|exactly one denom/);
      assert.equal(await market.inKernel(wind), 0n, 'nothing of a refused payment stays');
    }
    assert.deepEqual(await bolts(market, [buyer]), before);
    await assertHoldings(market, owner, { [bolt]: 400n, [wind]: 0n });
    await buyer.invoke('@swap', 'accept', [id, 'windlass1nobody'], { funds: price, refused: true });
    await buyer.invoke('@swap', 'accept', [id, buyer.address], { funds: price });
    await assertHoldings(market, owner, {});
  });

  await t.test('refuses a sold offer, an unknown one, and terms that are none', async () => {
    const before = await bolts(market, [seller, buyer]);
    const sold = await buyer.invoke('@swap', 'accept', [1n, buyer.address], { funds: price, refused: true });
    assert.match(sold.body, /offer 1 is sold/);
    const unknown = await buyer.invoke('@swap', 'accept', [99n, buyer.address], { funds: price, refused: true });
    assert.match(unknown.body, /there is no offer 99/);
    const late = { wantDenom: wind, wantAmount: 1n, deadline: 1n, payTo: seller.address };
    assert.match((await seller.invoke('@swap', 'offer', [late], { funds: offered, refused: true })).body, /the deadline 1 has passed/);
    for (const terms of [null, 5n, {}, { ...late, wantAmount: 0n }, { ...late, deadline: 2n ** 60n }, { ...late, payTo: 'nobody' }]) {
      await seller.invoke('@swap', 'offer', [terms], { funds: offered, refused: true });
    }
    assert.deepEqual(await bolts(market, [seller, buyer]), before);
    await assertHoldings(market, owner, {});
  });

  await t.test('gives the offer back when the deadline comes, and refuses who is late', async () => {
    const before = await bolts(market, [seller, buyer]);
    const id = await offer(4n);
    await until('the refund at the deadline', async () => ((await market.inKernel(bolt)) === 0n ? true : undefined), 120_000);
    assert.deepEqual(await bolts(market, [seller, buyer]), before);
    const { body } = await buyer.invoke('@swap', 'accept', [id, buyer.address], { funds: price, refused: true });
    assert.match(body, /is refunded/);
    assert.equal(await market.inKernel(wind), 0n);
    assert.deepEqual(await bolts(market, [seller, buyer]), before);
  });

  await t.test('keeps an open offer, its coins and its deadline over an upgrade', async () => {
    const before = await bolts(market, [seller, buyer]);
    const kept = await offer(farAway);
    const timely = await offer(15n);
    const bundleId = await market.install(owner, 'swap-2.js');
    const upgraded = await owner.send('MsgUpgradeVat', { owner: owner.address, vatId: vat, bundleId, upgradeMessage: 'second edition' });
    assert.deepEqual([upgraded.state, upgraded.result?.body], ['fulfilled', '#{"incarnationNumber":1}']);
    assert.equal((await market.kernel.vat(vat)).bundleId, bundleId);
    await buyer.invoke('@swap', 'accept', [kept, buyer.address], { funds: price });
    await until('the refund at the deadline set by the first edition', async () => ((await market.inKernel(bolt)) === 0n ? true : undefined), 120_000);
    assert.match((await buyer.invoke('@swap', 'read', [timely])).body, /"state":"refunded"/);
    assert.deepEqual(await bolts(market, [seller, buyer]), [before[0]! - 400n, before[1]! + 400n]);
    await assertHoldings(market, owner, {});
  });

  await t.test('ends with the contract: its purses go to its owner', async () => {
    const before = await bolts(market, [owner]);
    await offer(farAway);
    const ended = await owner.send('MsgTerminateVat', { owner: owner.address, vatId: vat, reason: 'closed' });
    assert.equal(ended.state, 'fulfilled', ended.result?.body);
    await until('the coins of the purses', async () => ((await market.inKernel(bolt)) === 0n ? true : undefined));
    assert.deepEqual(await bolts(market, [owner]), [before[0]! + 400n]);
    const { body } = await buyer.invoke('@swap', 'accept', [1n, buyer.address], { funds: price, refused: true });
    assert.match(body, /vat terminated/);
    assert.equal(await market.inKernel(wind), 0n, 'coins for a contract that is gone go back');
  });

  await t.test('ends with the contract: payments it never took go to their payers', async () => {
    const keeper = await market.create(owner, 'keeps-payments.js', 'keeper');
    await owner.invoke('home.directory', 'publish', ['keeper', { $cap: 'keeper' }]);
    const before = await bolts(market, [seller, buyer]);
    await seller.invoke('@keeper', 'keep', [], { funds: [{ denom: bolt, amount: '11' }] });
    await buyer.invoke('@keeper', 'keep', [], { funds: [{ denom: bolt, amount: '22' }] });
    assert.equal(await market.inKernel(bolt), 33n);
    await owner.send('MsgTerminateVat', { owner: owner.address, vatId: keeper, reason: 'closed' });
    await until('the refunds', async () => ((await market.inKernel(bolt)) === 0n ? true : undefined));
    assert.deepEqual(await bolts(market, [seller, buyer]), before);
  });

  await t.test('at every height, every coin is somewhere', async () => {
    assert.ok((await market.assertEveryCoinIsAccountedFor()) > 0);
  });
}

const bolts = (market: Market, traders: readonly Trader[]): Promise<bigint[]> => Promise.all(traders.map(({ address }) => market.balance(address, bolt)));

/** What the contract says its purses hold is what the kernel's account had at that height; nothing waits meanwhile. */
async function assertHoldings(market: Market, asker: Trader, expected: Readonly<Record<string, bigint>>): Promise<void> {
  const { body, height } = await asker.invoke('@swap', 'holdings', []);
  const held: Record<string, bigint> = {};
  for (const { denom, amount } of JSON.parse(body.slice(1)) as { denom: string; amount: string }[]) held[denom] = (held[denom] ?? 0n) + BigInt(amount.slice(1));
  assert.deepEqual(held, expected);
  for (const denom of [bolt, wind]) assert.equal(await market.inKernel(denom, height), held[denom] ?? 0n, `${denom} at height ${height}`);
}
