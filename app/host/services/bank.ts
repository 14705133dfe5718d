/**
 * The service `bank`: purses and payments over the coins in the kernel's module account. No coin moves here: what leaves
 * is told to the chain as operations. `total` counts, by denom, what purses and payments hold together.
 */
import { isDenom, parseAddress } from '../../../chain/index.js';
import {
  addServiceObject, dataOfKind, refTo, setServiceData, SlotRef, storedKref, type Coin, type FundsService, type KernelObjectId, type KernelState, type Passable,
  type ReadableRows, type ServiceAnswer, type ServiceCall, type ServiceData,
} from '../../../kernel/index.js';

/** Amounts are decimal text, because rows are JSON. `account` gets what is left when the purse is lost. */
type Purse = ServiceData & { readonly kind: 'purse'; readonly denom: string; readonly balance: string; readonly account: string };
/** `payer` gets it back when the payment is lost. A spent payment has amount 0. */
type Payment = ServiceData & { readonly kind: 'payment'; readonly denom: string; readonly amount: string; readonly payer: string };

export type BankServiceOptions = {
  /** Addresses of modules that take no coins from vats. */
  readonly isBlocked: (address: string) => boolean;
  /** Gets what purses and payments of system vats leave behind. */
  readonly systemAccount: string;
};

const totalKey = (denom: string): string => `x.bank.${denom}`;

/** What purses and payments of a denom hold, by the kernel's rows. */
export function totalHeld(rows: ReadableRows, denom: string): bigint {
  return BigInt(rows.get(totalKey(denom)) ?? '0');
}

/** Every denom of which something is held. */
export function denomsHeld(rows: ReadableRows): string[] {
  return [...rows.below('x.bank.')].map(([key]) => key.slice('x.bank.'.length));
}

function changeTotal(state: KernelState, denom: string, change: bigint): void {
  const total = totalHeld(state.rows, denom) + change;
  if (total < 0n) throw new Error(`purses and payments would hold ${total} of ${denom}`);
  if (total === 0n) state.rows.delete(totalKey(denom));
  else state.rows.set(totalKey(denom), String(total));
}

const reject = (reason: string): ServiceAnswer => ({ kind: 'rejected', reason });
const fulfill = (value: Passable): ServiceAnswer => ({ kind: 'fulfilled', value });
const amountMax = 2n ** 128n;

export function makeBankService({ isBlocked, systemAccount }: BankServiceOptions): FundsService {
  return {
    name: 'bank',
    iface: data => (data.kind === 'facet' ? 'bank' : data.kind),
    homeFacet: account => ({ kind: 'facet', account }),
    systemFacet: () => ({ kind: 'facet', account: systemAccount }),
    call: call => {
      switch (call.data.kind) {
        case 'purse': return callPurse(call, call.data as Purse, isBlocked);
        case 'payment': return callPayment(call, call.data as Payment);
        default: return callBank(call, isBlocked);
      }
    },
    retired: (state, _target, data) => giveBack(state, data),
    deposit: (state, payer, funds) => funds.map(({ denom, amount }) => depositOne(state, payer, { denom, amount })),
  };
}

function depositOne(state: KernelState, payer: string, { denom, amount }: Coin): Passable {
  changeTotal(state, denom, amount);
  return refTo(state, makePayment(state, denom, amount, payer));
}

function makePayment(state: KernelState, denom: string, amount: bigint, payer: string): KernelObjectId {
  return addServiceObject(state, 'bank', { kind: 'payment', denom, amount: String(amount), payer } satisfies Payment);
}

function callBank({ state, data, method, args }: ServiceCall, isBlocked: BankServiceOptions['isBlocked']): ServiceAnswer {
  if (method === 'canReceive') return fulfill(addressProblem(args[0], isBlocked) === undefined);
  if (method !== 'makePurse') return reject(`bank has no method ${method}`);
  const [denom] = args;
  if (typeof denom !== 'string' || !isDenom(denom)) return reject('makePurse takes a denom, such as "uwind"');
  const purse = addServiceObject(state, 'bank', { kind: 'purse', denom, balance: '0', account: data['account'] as string } satisfies Purse);
  return fulfill(refTo(state, purse));
}

function callPurse(call: ServiceCall, purse: Purse, isBlocked: BankServiceOptions['isBlocked']): ServiceAnswer {
  const { method, args } = call;
  switch (method) {
    case 'balance': return fulfill(BigInt(purse.balance));
    case 'getDenom': return fulfill(purse.denom);
    case 'deposit': return deposit(call, purse, args[0]);
    case 'withdraw': return withdraw(call, purse, args[0]);
    case 'sendTo': return sendTo(call, purse, args[0], args[1], isBlocked);
    default: return reject(`purse has no method ${method}`);
  }
}

/** The payment is spent, whatever else holds it. */
function deposit({ state, target }: ServiceCall, purse: Purse, arg: Passable | undefined): ServiceAnswer {
  const kref = arg instanceof SlotRef ? storedKref(arg.slot) : undefined;
  const payment = kref === undefined ? undefined : (dataOfKind(state.rows, 'bank', 'payment', kref) as Payment | undefined);
  if (kref === undefined || !payment) return reject('deposit takes a payment');
  if (payment.denom !== purse.denom) return reject(`a purse of ${purse.denom} takes no payment of ${payment.denom}`);
  if (payment.amount === '0') return reject('the payment is spent');
  setServiceData(state, kref as KernelObjectId, { ...payment, amount: '0' });
  setServiceData(state, target, { ...purse, balance: String(BigInt(purse.balance) + BigInt(payment.amount)) });
  return fulfill(BigInt(payment.amount));
}

function checkAmount(purse: Purse, amount: Passable | undefined): amount is bigint {
  return typeof amount === 'bigint' && amount > 0n && amount < amountMax && amount <= BigInt(purse.balance);
}

const amountReason = (purse: Purse): ServiceAnswer => reject(`an amount is a bigint from 1 to the purse's balance of ${purse.balance}${purse.denom}`);

function withdraw({ state, target }: ServiceCall, purse: Purse, amount: Passable | undefined): ServiceAnswer {
  if (!checkAmount(purse, amount)) return amountReason(purse);
  setServiceData(state, target, { ...purse, balance: String(BigInt(purse.balance) - amount) });
  return fulfill(refTo(state, makePayment(state, purse.denom, amount, purse.account)));
}

function sendTo({ state, target }: ServiceCall, purse: Purse, to: Passable | undefined, amount: Passable | undefined, isBlocked: BankServiceOptions['isBlocked']): ServiceAnswer {
  const problem = addressProblem(to, isBlocked);
  if (typeof to !== 'string' || problem !== undefined) return reject(problem ?? 'sendTo takes an address of this chain');
  if (!checkAmount(purse, amount)) return amountReason(purse);
  setServiceData(state, target, { ...purse, balance: String(BigInt(purse.balance) - amount) });
  pay(state, to, purse.denom, amount, 'sent');
  return fulfill(undefined);
}

/** Why the bank sends nothing there. What it answers for an address never changes, so that contracts may ask before they take coins. */
function addressProblem(to: Passable | undefined, isBlocked: BankServiceOptions['isBlocked']): string | undefined {
  if (typeof to !== 'string' || 'problem' in parseAddress(to)) return 'sendTo takes an address of this chain';
  return isBlocked(to) ? `${to} takes no coins` : undefined;
}

function callPayment({ state, target, method }: ServiceCall, payment: Payment): ServiceAnswer {
  switch (method) {
    case 'refund': return refund(state, target, payment);
    case 'getDenom': return fulfill(payment.denom);
    case 'getAmount': return fulfill(BigInt(payment.amount));
    default: return reject(`payment has no method ${method}`);
  }
}

/** What happens anyway once nobody can reach the payment, but at once: a contract that does not want it need not wait for collection. */
function refund(state: KernelState, target: KernelObjectId, payment: Payment): ServiceAnswer {
  const { payer, denom, amount } = payment;
  if (amount === '0') return reject('the payment is spent');
  setServiceData(state, target, { ...payment, amount: '0' });
  pay(state, payer, denom, BigInt(amount), 'refunded');
  return fulfill(BigInt(amount));
}

/** Nobody can reach the object any more: its coins go back to whom they came from. */
function giveBack(state: KernelState, data: ServiceData): void {
  if (data.kind === 'purse') {
    const { account, denom, balance } = data as Purse;
    if (balance !== '0') pay(state, account, denom, BigInt(balance), 'returned');
  } else if (data.kind === 'payment') {
    const { payer, denom, amount } = data as Payment;
    if (amount !== '0') pay(state, payer, denom, BigInt(amount), 'refunded');
  }
}

function pay(state: KernelState, to: string, denom: string, amount: bigint, reason: 'sent' | 'returned' | 'refunded'): void {
  changeTotal(state, denom, -amount);
  state.outbound.push({ kind: 'coins', to, denom, amount, reason });
}
