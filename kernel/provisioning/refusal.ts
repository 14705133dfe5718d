/**
 * Refusals of the ledger in words for people: one text for CheckTx, blocks, services, queries and the command line, with every
 * shortfall, the numbers, and what can be done. Codes are of codespace `provisioning`.
 */
import type { Obstacle, Shortfall } from '../ledger/index.js';
import { accountOfCollection } from './consensus-ledger.js';
import type { Dimension } from './dimensions.js';
import { shownAmount, wantedAmount } from './amounts.js';

export const provisioningCodes = { quotaExceeded: 2, capacityReached: 3, closing: 4, outstanding: 5, stale: 6, conflict: 7, notAccepted: 8, ledgerFault: 9 } as const;

export const provisioningSpace = 'provisioning';

export type QuotaRefusal = { readonly space: typeof provisioningSpace; readonly code: number; readonly text: string };

const no = (code: number, title: string, text: string): QuotaRefusal => ({ space: provisioningSpace, code, text: `${title} (${provisioningSpace}/${code}): ${text}` });

/** The vat of an account that holds most of a dimension, for advice; undefined where that is not known cheaply. Asked for only where it is printed. */
export type Largest = (account: string, dimension: Dimension) => { readonly vat: string; readonly held: bigint } | undefined;

/** `what` is done, such as `creating vat "price"`; the sentence goes on with what it needs. */
export function refusalOf(obstacle: Obstacle<Dimension>, what: string, largest: Largest = () => undefined): QuotaRefusal {
  switch (obstacle.kind) {
    case 'closing': return no(provisioningCodes.closing, 'closing', `${what} is not possible: ${named(obstacle.collection)} is being closed and admits nothing new. Nothing was charged.`);
    case 'fault': return no(provisioningCodes.ledgerFault, 'ledger fault', `${what} is not possible: the counters of ${named(obstacle.collection)} are not what its rows say, so charges there are paused; this is our fault. Tell the operators "${obstacle.collection}". Nothing was charged.`);
    case 'refused': return ofShortfalls(obstacle.shortfalls, what, largest);
  }
}

function ofShortfalls(all: readonly Shortfall<Dimension>[], what: string, largest: Largest): QuotaRefusal {
  const own = all.filter(({ level }) => level !== 'chain');
  const chain = all.filter(({ level }) => level === 'chain');
  const [first, ...others] = own;
  if (!first) return no(provisioningCodes.capacityReached, 'chain capacity reached', `${what}: ${chain.map(ofChain).join('; ')}. Your own quota has room. Try later, or see proposal type "provisioning capacity". Nothing was charged.`);
  const also = [...others.map(shortfall => `It also needs ${wantedOf(shortfall)}; ${roomOf(shortfall)}.`), ...chain.map(shortfall => `Besides, ${ofChain(shortfall)}.`)];
  const text = [`${what} needs ${wantedOf(first)}; ${named(first.collection)} has ${roomOf(first)}.`, ...also, 'Nothing was charged.', adviceFor(first, largest)];
  return no(provisioningCodes.quotaExceeded, 'quota exceeded', text.join(' '));
}

const wantedOf = ({ dimension, needs }: Shortfall<Dimension>): string => (dimension === 'zombies' ? 'room for a vat that is being removed' : wantedAmount(dimension, needs));

/** Over a limit that was lowered, nothing is free. */
function roomOf({ dimension, used, limit }: Shortfall<Dimension>): string {
  if (limit === undefined) return `${shownAmount(dimension, used)} used, and no counter goes beyond 64 bits`;
  return `${shownAmount(dimension, used > limit ? 0n : limit - used)} free of ${shownAmount(dimension, limit)}`;
}

function ofChain(shortfall: Shortfall<Dimension>): string {
  const { dimension, used, limit } = shortfall;
  const left = limit === undefined ? 'no counter goes beyond 64 bits' : `${shownAmount(dimension, used > limit ? 0n : limit - used)} left of ${shownAmount(dimension, limit)} for the whole chain`;
  return `${wantedOf(shortfall)} needed, ${left}`;
}

function adviceFor({ collection, dimension }: Shortfall<Dimension>, largest: Largest): string {
  if (dimension === 'zombies') return 'Wait until the vats that ended are removed, or ask for a larger limit.';
  if (dimension === 'bundle_bytes') return 'Ask for a larger limit.';
  const account = accountOfCollection(collection);
  const found = account === undefined || dimension === 'vats' ? undefined : largest(account, dimension);
  const which = found ? ` (largest: ${found.vat}, ${shownAmount(dimension, found.held)})` : '';
  return `Terminate or shrink a vat${which}, or ask for a larger limit.`;
}

/** A collection as people know it. */
export function named(collection: string): string {
  const account = accountOfCollection(collection);
  if (account === undefined) return collection === 'chain' ? 'the chain' : `vat ${collection}`;
  return account === '' ? 'the account of the system' : `account ${account}`;
}

/** Somebody saw an older state of the limits. */
export function staleLimit(collection: string, seen: number, current: number): QuotaRefusal {
  return no(provisioningCodes.stale, 'stale', `the change names generation ${seen} of the limits of ${named(collection)}; it is now ${current}. Nothing was done.`);
}
