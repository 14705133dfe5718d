/* global VatData */
import { E, Far } from '@endo/far';
import { M } from '@endo/patterns';

const { defineDurableKind, defineDurableKindMulti, makeKindHandle, makeScalarBigMapStore, makeScalarBigSetStore, watchPromise } = VatData;

/** Everything that a contract may keep: guarded durable objects with facets, collections, promises that are watched across upgrades. */
export const buildRootObject = (_vatPowers, { edition = 0 } = {}, baggage) => {
  const provide = (key, make) => {
    if (!baggage.has(key)) baggage.init(key, make());
    return baggage.get(key);
  };
  const accounts = provide('accounts', () => makeScalarBigMapStore('accounts', { durable: true }));
  const known = provide('known', () => makeScalarBigSetStore('known', { durable: true }));
  const heard = provide('heard', () => makeScalarBigMapStore('heard', { durable: true }));
  const numbers = provide('numbers', () => makeScalarBigMapStore('numbers', { durable: true }));

  const makeAccount = defineDurableKindMulti(
    provide('account kind', () => makeKindHandle('account')),
    owner => ({ owner, balance: 0n }),
    {
      holder: {
        balance: ({ state }) => state.balance,
        owner: ({ state }) => state.owner,
      },
      issuer: {
        credit: ({ state }, amount) => {
          state.balance += amount;
          return state.balance;
        },
      },
    },
    { interfaceGuardKit: { holder: M.interface('holder', { balance: M.call().returns(M.bigint()), owner: M.call().returns(M.string()) }), issuer: M.interface('issuer', { credit: M.call(M.bigint()).returns(M.bigint()) }) } },
  );
  const makeWatcher = defineDurableKind(provide('watcher kind', () => makeKindHandle('watcher')), () => ({}), {
    onFulfilled: (_context, value, name) => heard.init(name, `fulfilled ${value}`),
    onRejected: (_context, reason, name) => heard.init(name, `rejected ${reason?.name} ${reason?.incarnationNumber ?? reason?.message}`),
  });
  const watcher = provide('watcher', () => makeWatcher());
  const waiting = [];

  return Far('whole', {
    edition: () => edition,
    open: name => {
      const { holder, issuer } = makeAccount(name);
      accounts.init(name, issuer);
      known.add(issuer);
      return holder;
    },
    credit: (name, amount) => accounts.get(name).credit(amount),
    isKnown: name => known.has(accounts.get(name)),
    close: name => {
      known.delete(accounts.get(name));
      accounts.delete(name);
    },
    /** Waits for what `later` of another says, in whatever incarnation that is. */
    ask: (other, name) => {
      watchPromise(E(other).later(), watcher, name);
    },
    /** Waits for a promise that nobody else can settle: an upgrade will. */
    waitForMyself: name => {
      const promise = new Promise(() => {});
      waiting.push(promise);
      watchPromise(promise, watcher, name);
    },
    never: () => new Promise(() => {}),
    tell: other => {
      E.sendOnly(other).hear(edition);
    },
    heard: () => harden([...heard.entries()]),
    /** Writes and reads rows of its store, so many of each. */
    work: rows => {
      let sum = 0n;
      for (let at = 0; at < rows; at += 1) {
        if (numbers.has(at)) numbers.set(at, numbers.get(at) + 1n);
        else numbers.init(at, 1n);
        sum += numbers.get(at);
      }
      return sum;
    },
  });
};
