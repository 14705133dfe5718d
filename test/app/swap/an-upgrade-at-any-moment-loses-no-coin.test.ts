/**
 * One delivery a round and one action a plan, so that `delay` calls ahead of an upgrade put it that many cranks later: into
 * the checks of an offer or an acceptance, between its deposit and what follows, between the two payouts.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { typeUrlOf, type Coin, type Outcome } from '../../../app/client/index.js';
import { until } from '../../support/node.js';
import { bolt, openMarket, wind, type Market, type Trader } from './market.js';

const delays = [0, 1, 2, 3, 4, 5, 6, 7, 9, 12, 16];
const give = [{ denom: bolt, amount: '400' }];
const price = [{ denom: wind, amount: '700' }];

test('an upgrade at any moment of a swap loses no coin and pays none twice', async t => {
  const market = await openMarket('embedded', ({ app_state: appState }) => {
    (appState as { kernel: { params: { round_width: number } } }).kernel.params.round_width = 1;
  });
  after(() => market.close());
  const [owner, , buyer, receiver] = market.traders as [Trader, Trader, Trader, Trader];
  const vat = await market.create(owner, 'swap.js', 'swap');
  const bundleIds = [await market.install(owner, 'swap-2.js'), (await market.kernel.vat(vat)).bundleId];
  const ends = new Set<string>();

  /** The call, then `delay` cranks of no importance, then the upgrade. */
  const interrupted = async (delay: number, method: string, args: readonly unknown[], funds: readonly Coin[]): Promise<Outcome> => {
    const upgrade = { owner: owner.address, vatId: vat, bundleId: bundleIds.reverse()[1], upgradeMessage: '' };
    const outcomes = await owner.sendTogether([
      owner.message('swap', method, args, funds),
      ...Array.from({ length: delay }, () => owner.message('home.timer', 'now', [])),
      { typeUrl: typeUrlOf('MsgUpgradeVat'), value: upgrade },
    ]);
    assert.equal(outcomes.at(-1)?.state, 'fulfilled', outcomes.at(-1)?.result?.body);
    ends.add(`${method} ${outcomes[0]?.state}`);
    return outcomes[0] as Outcome;
  };
  const terms = async (): Promise<object> => ({ wantDenom: wind, wantAmount: 700n, deadline: (await market.now()) + 3600n, payTo: receiver.address });

  for (const delay of delays) {
    await t.test(`${delay} cranks after it was sent`, async () => {
      await interrupted(delay, 'offer', [await terms()], give);
      const [offered] = await atRest(market, owner);
      assert.equal(await market.inKernel(bolt), offered ? 400n : 0n, 'what is not on offer went back');
      ends.add(offered ? 'offer stands' : 'offer undone');
      if (!offered) await owner.invoke('swap', 'offer', [await terms()], { funds: give });

      const [offer] = await atRest(market, owner);
      const before = { price: await market.balance(receiver.address, wind), bolts: await market.balance(buyer.address, bolt) };
      await interrupted(delay, 'accept', [offer?.id, buyer.address], price);
      const [open] = await atRest(market, owner);
      ends.add(open ? 'acceptance undone' : 'acceptance done');
      const paid = { price: await market.balance(receiver.address, wind) - before.price, bolts: await market.balance(buyer.address, bolt) - before.bolts };
      assert.deepEqual(paid, open ? { price: 0n, bolts: 0n } : { price: 700n, bolts: 400n });
      if (open) await owner.invoke('swap', 'accept', [open.id, buyer.address], { funds: price });
      await atRest(market, owner);
      assert.deepEqual([await market.inKernel(bolt), await market.inKernel(wind)], [0n, 0n]);
    });
  }

  await t.test('the moments were as different as they can be', () => {
    for (const end of ['offer stands', 'offer undone', 'acceptance undone', 'acceptance done', 'accept rejected', 'offer rejected']) assert.ok(ends.has(end), `${end}: never, only ${[...ends].join(', ')}`);
  });
  await t.test('at every height, every coin is somewhere', async () => {
    assert.ok((await market.assertEveryCoinIsAccountedFor()) > 0);
  });
});

type Offer = { readonly id: bigint };

/** The open offers, once the contract has nothing under way and holds exactly what it offers. */
function atRest(market: Market, asker: Trader): Promise<readonly Offer[]> {
  return until('a contract at rest', async () => {
    const { body, height } = await asker.invoke('swap', 'offers', []);
    const offers = JSON.parse(body.slice(1)) as { id: string; state: string }[];
    const held = await Promise.all([bolt, wind].map(denom => market.inKernel(denom, height)));
    if (offers.some(({ state }) => state !== 'open') || held[0] !== 400n * BigInt(offers.length) || held[1] !== 0n) return undefined;
    return offers.map(({ id }) => ({ id: BigInt(id) }));
  });
}
