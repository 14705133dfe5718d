/* global VatData */
/**
 * A swap of coins of one denom for coins of another. One account offers, another accepts, neither can be cheated, and at the
 * deadline what was offered goes back. Parameters: { bank, timer }, such as home.bank and home.timer of whoever makes the vat.
 *
 * What makes it safe to upgrade at any moment, in the middle of a swap too:
 * - every offer has two purses of its own, and what an offer owes is what its purses hold, so that paying twice is impossible;
 * - a step is written down (state) before its messages are sent, and a new incarnation takes every live offer up again;
 * - payments stand in `desk` from the moment they arrive until they are deposited or given back.
 */
import { E, Far, passStyleOf } from '@endo/far';

const { defineDurableKind, makeKindHandle, makeScalarBigMapStore, makeScalarBigSetStore } = VatData;

/** So that the first turn of a new incarnation, which looks at all of them, stays small. */
const liveOffersMax = 100;
const deadlineMax = 2n ** 40n;

const check = (isTrue, text) => {
  if (!isTrue) throw Error(text);
};
const isRemotable = value => Object(value) === value && passStyleOf(value) === 'remotable';

const checkTerms = ({ wantDenom, wantAmount, deadline, payTo }) => {
  check(typeof wantDenom === 'string' && typeof payTo === 'string', 'wantDenom and payTo are texts');
  check(typeof wantAmount === 'bigint' && wantAmount > 0n, 'wantAmount is a bigint above 0');
  check(typeof deadline === 'bigint' && deadline < deadlineMax, 'deadline is a time in seconds, a bigint');
};

export const buildRootObject = (_vatPowers, parameters, baggage) => {
  const provide = (name, make) => {
    if (!baggage.has(name)) baggage.init(name, make());
    return baggage.get(name);
  };
  const bank = provide('bank', () => parameters.bank);
  const timer = provide('timer', () => parameters.timer);
  check(isRemotable(bank) && isRemotable(timer), 'the parameters are { bank, timer }');
  /** By id, a bigint: { state, seller, buyer, escrow, price, give, want, deadline }. */
  const live = provide('live', () => makeScalarBigMapStore('live', { durable: true }));
  /** By id, how it ended: the same without purses. */
  const ended = provide('ended', () => makeScalarBigMapStore('ended', { durable: true }));
  const desk = provide('desk', () => makeScalarBigSetStore('desk', { durable: true }));
  provide('next id', () => 1n);

  const update = (id, change) => live.set(id, harden({ ...live.get(id), ...change }));

  const leaveDesk = payment => {
    if (desk.has(payment)) desk.delete(payment);
  };

  /** Rejected by the bank only if it is spent, or no payment at all: then there is nothing to give back. */
  const giveBack = async payment => {
    if (!desk.has(payment)) return;
    await E(payment).refund().catch(() => undefined);
    leaveDesk(payment);
  };

  /** Runs `use` with the one payment of a call. Whatever goes wrong before it is deposited, it goes back to its payer. */
  const withPayment = async (given, use) => {
    const payments = given.filter(isRemotable);
    for (const payment of payments) if (!desk.has(payment)) desk.add(payment);
    try {
      check(given.length === 1 && payments.length === 1, 'send coins of exactly one denom with this message');
      return await use(payments[0]);
    } finally {
      await Promise.all(payments.map(giveBack));
    }
  };

  const empty = async (purse, to) => {
    const balance = await E(purse).balance();
    if (balance > 0n) await E(purse).sendTo(to, balance);
  };

  /** Pays what the purses of a sold or refunded offer hold, and files the offer away. */
  const payOut = async id => {
    const { state, seller, buyer, escrow, price, ...facts } = live.get(id);
    await Promise.all([empty(escrow, state === 'selling' ? buyer : seller), empty(price, seller)]);
    if (!live.has(id)) return;
    live.delete(id);
    if (facts.give.amount === 0n) return; // it never opened
    ended.init(id, harden({ ...facts, state: state === 'selling' ? 'sold' : 'refunded' }));
  };

  const refundOffer = async id => {
    update(id, { state: 'refunding' });
    await payOut(id);
  };

  const expire = async id => {
    if (live.has(id) && live.get(id).state === 'open') await refundOffer(id);
  };

  const makeDeadline = defineDurableKind(provide('deadline kind', () => makeKindHandle('deadline')), id => ({ id }), {
    wake: ({ state: { id } }) => expire(id),
  });
  /** An offer without a deadline does not stay open. */
  const setDeadline = async id => {
    try {
      await E(timer).setWakeup(live.get(id).deadline, makeDeadline(id));
    } catch (error) {
      await expire(id);
      throw error;
    }
  };

  /** The deadline may have come while somebody tried to accept: set again, it comes at once. */
  const reopen = async id => {
    update(id, { state: 'open', buyer: '' });
    await setDeadline(id);
  };

  const openOffer = id => {
    check(live.has(id) || ended.has(id), `there is no offer ${id}`);
    const { state } = live.has(id) ? live.get(id) : ended.get(id);
    check(state === 'open', `offer ${id} is ${state}`);
    return live.get(id);
  };

  const offer = async (terms, payment) => {
    checkTerms(terms);
    check(live.getSize() < liveOffersMax, 'there are too many offers');
    const { wantDenom, wantAmount, deadline, payTo } = terms;
    const [now, isPayable, denom] = await Promise.all([E(timer).now(), E(bank).canReceive(payTo), E(payment).getDenom()]);
    check(isPayable, `${payTo} takes no coins`);
    check(now < deadline, `the deadline ${deadline} has passed: it is ${now}`);
    check(denom !== wantDenom, 'a swap is between two denoms');
    const [escrow, price] = await Promise.all([E(bank).makePurse(denom), E(bank).makePurse(wantDenom)]);
    const id = baggage.get('next id');
    baggage.set('next id', id + 1n);
    live.init(id, harden({
      state: 'opening', seller: payTo, buyer: '', escrow, price, deadline,
      give: { denom, amount: 0n }, want: { denom: wantDenom, amount: wantAmount },
    }));
    try {
      const amount = await E(escrow).deposit(payment);
      leaveDesk(payment);
      update(id, { state: 'open', give: { denom, amount } });
    } catch (error) {
      await refundOffer(id);
      throw error;
    }
    await setDeadline(id);
    return id;
  };

  const accept = async (id, payTo, payment) => {
    const { want, give, price, deadline } = openOffer(id);
    check(typeof payTo === 'string', 'payTo is an address');
    const [now, isPayable, denom, amount] = await Promise.all([
      E(timer).now(), E(bank).canReceive(payTo), E(payment).getDenom(), E(payment).getAmount(),
    ]);
    check(isPayable, `${payTo} takes no coins`);
    check(now < deadline, `offer ${id} ended at ${deadline}: it is ${now}`);
    check(denom === want.denom && amount === want.amount, `offer ${id} costs ${want.amount}${want.denom}, not ${amount}${denom}`);
    openOffer(id); // somebody else may have taken it meanwhile
    update(id, { state: 'accepting', buyer: payTo });
    try {
      await E(price).deposit(payment);
    } catch (error) {
      await reopen(id);
      throw error;
    }
    leaveDesk(payment);
    update(id, { state: 'selling' });
    await payOut(id);
    return give;
  };

  /** What an earlier incarnation did not see the end of: done, if the coins say so, else undone. */
  const takeUp = {
    opening: refundOffer,
    open: setDeadline,
    accepting: async id => {
      if ((await E(live.get(id).price).balance()) === 0n) return reopen(id);
      update(id, { state: 'selling' });
      return payOut(id);
    },
    selling: payOut,
    refunding: payOut,
  };
  const givenBack = Promise.all([...desk.values()].map(giveBack));
  for (const [id, { state }] of [...live.entries()]) {
    givenBack.then(() => takeUp[state](id)).catch(error => console.error(`offer ${id} in state ${state}:`, error));
  }

  return Far('swap', {
    /** `offer({ wantDenom, wantAmount, deadline, payTo })` with coins → id. `payTo` gets the price, or the coins back. */
    offer: (terms, ...payments) => withPayment(payments, payment => offer(terms, payment)),
    /** `accept(id, payTo)` with exactly the price → what `payTo` was sent. */
    accept: (id, payTo, ...payments) => withPayment(payments, payment => accept(id, payTo, payment)),
    read(id) {
      check(live.has(id) || ended.has(id), `there is no offer ${id}`);
      const { state, give, want, deadline } = live.has(id) ? live.get(id) : ended.get(id);
      return harden({ state, give, want, deadline });
    },
    /** Offers that are neither sold nor refunded: [{ id, state, give, want, deadline }]. */
    offers: () => harden([...live.entries()].map(([id, { state, give, want, deadline }]) => ({ id, state, give, want, deadline }))),
    /** What the purses of live offers hold, asked from the bank: [{ denom, amount }], by offer. */
    async holdings() {
      const purses = [...live.values()].flatMap(({ escrow, price }) => [escrow, price]);
      return harden(await Promise.all(purses.map(async purse => {
        const [denom, amount] = await Promise.all([E(purse).getDenom(), E(purse).balance()]);
        return { denom, amount };
      })));
    },
  });
};
