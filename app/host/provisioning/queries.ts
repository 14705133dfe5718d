/** Queries of the ledger: what is used, what would fit, what is left, and what became of a charge. */
import type { Codecs } from '../../../chain/codec/index.js';
import { refuseQuery } from '../../../chain/index.js';
import {
  accountCollection, amountsOf, checkSettings, childrenOf, collectionOf, creationRefusal, dimensions, highWater, readLedger, rowOf, rowsAt, tokenOf, usageOf, wholeChain,
  type ConsensusLedger, type KernelParams, type LedgerRow, type QuotaRefusal, type ReadableRows,
} from '../../../kernel/index.js';
import type { MsgCreateVat, Quota, QuotaCharge, QuotaCollection } from '../../client/types.js';
import { shownCollection } from './mirror.js';

/** Charges in one answer. */
const chargesMax = 1000;

/** Of the state after the last block. */
export type LedgerView = { readonly ledger: ConsensusLedger; readonly rows: ReadableRows; readonly params: KernelParams };

export function viewOf(rows: ReadableRows, params: KernelParams): LedgerView {
  return { ledger: readLedger(rows, params.ledger), rows, params };
}

export type Usage = { collection: QuotaCollection; charges: QuotaCharge[] };

/** `text` is an address, or the id of a collection. An account that has nothing yet has its defaults. */
export function usage(view: LedgerView, text: string, withRows: boolean): Usage {
  const { ledger } = view;
  const id = collectionOf(ledger, text) ? text : accountCollection(text);
  const collection = shownCollection(ledger, id) ?? (text.startsWith('windlass1') ? emptyAccount(view, id) : refuseQuery('NotFound', `the ledger has no account ${text.slice(0, 100)}`));
  return { collection, charges: withRows ? chargesBelow(ledger, id, chargesMax) : [] };
}

function emptyAccount({ params }: LedgerView, id: string): QuotaCollection {
  const limits = params.ledger.accountQuotas;
  return {
    id, kind: 'account', parent: wholeChain, status: 'open', limitGeneration: 0n, faulty: false,
    usage: dimensions.map(dimension => ({ dimension, used: 0n, limit: limits[dimension] ?? 0n, unlimited: limits[dimension] === undefined, isDefault: true, aboveDefault: 0n, note: '' })),
  };
}

function chargesBelow(ledger: ConsensusLedger, id: string, max: number): QuotaCharge[] {
  const found: QuotaCharge[] = [];
  for (const [token, row] of rowsAt(ledger, id)) {
    if (found.length >= max) return found;
    found.push(shownCharge(ledger, token, row));
  }
  for (const child of childrenOf(ledger, id)) {
    if (found.length >= max) return found;
    found.push(...chargesBelow(ledger, child, max - found.length));
  }
  return found;
}

/** A cause begins with the height of the block that it is of. */
function shownCharge(ledger: ConsensusLedger, token: string, row: LedgerRow): QuotaCharge {
  const at = row.cause.indexOf(' ');
  const amounts = Object.entries(amountsOf(ledger, row)).filter(([, amount]) => amount > 0n).map(([dimension, limit]) => ({ dimension, limit }));
  return { token, collection: row.leaf, amounts, height: BigInt(row.cause.slice(0, at)), cause: row.cause.slice(at + 1), version: BigInt(row.version) };
}

export type Verdict = { typeUrl: string; fits: boolean; code: number; text: string };

/** Each message for itself, as a block would look at it now. */
export function explain(view: LedgerView, codecs: Codecs, messages: readonly { readonly typeUrl: string; readonly value: Uint8Array }[]): Verdict[] {
  return messages.map(({ typeUrl, value }) => {
    const refusal = refusalOfMessage(view, codecs, typeUrl, value);
    return { typeUrl, fits: !refusal, code: refusal?.code ?? 0, text: refusal?.text ?? '' };
  });
}

function refusalOfMessage({ ledger, params }: LedgerView, codecs: Codecs, typeUrl: string, value: Uint8Array): QuotaRefusal | undefined {
  if (typeUrl === '/windlass.kernel.v1.MsgCreateVat') {
    const { owner, label, options } = codecs.of<MsgCreateVat>(typeUrl.slice(1)).decode(value);
    const checked = checkSettings(options ?? {});
    return 'reason' in checked ? refuseQuery('InvalidArgument', checked.reason) : creationRefusal(ledger, { params }, { owner, label, settings: checked.settings });
  }
  return undefined;
}

/** What all use of what there is, and what was promised to accounts by name. */
export function capacity({ ledger }: LedgerView): { chain: QuotaCollection | undefined; promised: Quota[] } {
  const promised = new Map<string, bigint>();
  for (const account of childrenOf(ledger, wholeChain)) {
    for (const { dimension, limit, isDefault } of usageOf(ledger, account) ?? []) {
      if (!isDefault && limit !== undefined) promised.set(dimension, (promised.get(dimension) ?? 0n) + limit);
    }
  }
  return { chain: shownCollection(ledger, wholeChain), promised: [...promised].map(([dimension, limit]) => ({ dimension, limit })) };
}

export type History = { state: 'held' | 'spent' | 'unused'; charge: QuotaCharge | undefined; lastGeneration: bigint };

export function history({ ledger }: LedgerView, text: string): History {
  const token = tokenOf(text) ?? refuseQuery('InvalidArgument', `${text.slice(0, 100)} is no token: one is <kind>.<subject>.<generation>, such as run.v7.1`);
  const last = highWater(ledger, token);
  const row = rowOf(ledger, token);
  return { state: row ? 'held' : token.gen <= last ? 'spent' : 'unused', charge: row && shownCharge(ledger, text, row), lastGeneration: BigInt(last) };
}
