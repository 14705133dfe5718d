/** What a run tells the chain, applied after end-block in settlement order. The run checked everything: a failure here is a broken invariant. */
import assert from 'node:assert/strict';
import type { Codecs } from '../../chain/codec/index.js';
import type { BankKeeper, Context } from '../../chain/index.js';
import { activityHash, type OutboundOp, type ReadableRows } from '../../kernel/index.js';
import type { Published } from '../client/types.js';
import { changeWaitingFunds, releaseReservation, waitingFunds, type ActionQueue, endOf } from './action-queue.js';
import { writeBlockTime } from './block-time.js';
import { hostKeys, kernelStore, publishedKey, storageStore } from './keys.js';
import { kernelModule } from './msgs.js';
import { mirrorQuota } from './provisioning/mirror.js';
import { denomsHeld, totalHeld } from './services/bank.js';
import { fundsOf } from './to-action.js';

export type MergeHost = { readonly codecs: Codecs; readonly bank: BankKeeper; readonly queue: ActionQueue; readonly kernelAddress: string; readonly onLedgerFault: (fault: Extract<OutboundOp, { kind: 'ledger-fault' }>) => void };

/** `rows` are the kernel's own, as the run left them. */
export function applyOutbound(host: MergeHost, ctx: Context, rows: ReadableRows, ops: readonly OutboundOp[]): void {
  for (const op of ops) applyOne(host, ctx, rows, op);
}

function applyOne(host: MergeHost, ctx: Context, rows: ReadableRows, op: OutboundOp): void {
  switch (op.kind) {
    case 'action-taken':
      changeWaitingFunds(ctx, fundsOf(host.codecs, host.queue.taken(ctx, op.action)), -1n);
      return;
    case 'action-settled':
      host.queue.settle(ctx, op.action, op.state, op.result);
      return;
    case 'reservation-released':
      releaseReservation(ctx, op.account, op.name);
      return;
    case 'coins':
      ctx.events.emit('windlass_coins', [['reason', op.reason], ['receiver', op.to], ['amount', `${op.amount}${op.denom}`]]);
      host.bank.sendFromModule(ctx, kernelModule, op.to, [{ denom: op.denom, amount: op.amount }]);
      return;
    case 'publish':
      publish(host, ctx, op.path, op.how, op.text);
      return;
    case 'unpublish':
      ctx.store(storageStore).delete(publishedKey(op.path));
      return;
    case 'quota':
      mirrorQuota(host.codecs, ctx, rows, op.collection);
      return;
    case 'ledger-fault':
      ctx.events.emit('windlass_ledger_fault', [['collection', op.collection], ['dimension', op.what], ['used', String(op.used)], ['counted', String(op.counted)]]);
      host.onLedgerFault(op);
      return;
    case 'message-dropped':
      ctx.events.emit('windlass_message_dropped', [['vat', op.vat], ['reason', op.reason]]);
      return;
    case 'bundle-refused':
      ctx.events.emit('windlass_bundle_refused', [['bundle_id', op.bundleId], ['submitter', op.account], ['reason', op.reason]]);
      ctx.store(kernelStore).delete(hostKeys.bundle(op.bundleId));
      return;
    case 'host-promise':
      throw new Error(`${op.promise} has a watcher of a controller, and a chain has no controller`);
    default: {
      const unknown: never = op;
      throw new Error(`no such operation: ${JSON.stringify(unknown)}`);
    }
  }
}

function publish({ codecs }: MergeHost, ctx: Context, path: string, how: 'set' | 'append', text: string): void {
  const codec = codecs.of<Published>('windlass.kernel.v1.QueryPublishedResponse');
  const store = ctx.store(storageStore);
  const known = how === 'append' ? store.get(publishedKey(path)) : undefined;
  const value = known ? `${codec.decode(known).value}\n${text}` : text;
  store.set(publishedKey(path), codec.encode({ value, height: ctx.height }));
}

/** What the app state says of the kernel: the AppHash covers every step and every row. */
export function writeCommitments(ctx: Context, rows: ReadableRows, digest: Uint8Array): void {
  const store = ctx.store(kernelStore);
  store.set(hostKeys.activity, Uint8Array.from(Buffer.from(activityHash(rows), 'hex')));
  store.set(hostKeys.digest, digest);
  writeBlockTime(ctx);
}

/** The run has these bundles now. */
export function clearNewBundles(ctx: Context, bundleIds: readonly string[]): void {
  for (const bundleId of bundleIds) ctx.store(kernelStore).delete(hostKeys.newBundle(bundleId));
}

/** Every coin in the module account is in a purse, in a payment, or waits with an action: checked at every block. */
export function assertCoinsAreAccounted({ bank, kernelAddress }: MergeHost, ctx: Context, rows: ReadableRows): void {
  const denoms = new Set([...denomsHeld(rows), ...bank.balances(ctx, kernelAddress).map(({ denom }) => denom), ...waitingDenoms(ctx)]);
  for (const denom of denoms) {
    const inAccount = bank.balance(ctx, kernelAddress, denom);
    const accounted = totalHeld(rows, denom) + waitingFunds(ctx, denom);
    assert.equal(inAccount, accounted, `the kernel's account has ${inAccount}${denom}, but purses, payments and waiting actions have ${accounted}`);
  }
}

function waitingDenoms(ctx: Context): string[] {
  const rows = [...ctx.store(kernelStore).iterate(hostKeys.allWaitingFunds, endOf(hostKeys.allWaitingFunds))];
  return rows.map(([key]) => Buffer.from(key.slice(hostKeys.allWaitingFunds.length)).toString('utf8'));
}
