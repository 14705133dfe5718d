/** Actions in the app state: accepted here by blocks, taken by runs, and remembered with their outcome for a while. */
import type { Codec, Codecs } from '../../chain/codec/index.js';
import { concatBytes, uint64Bytes, uint64Of, utf8Bytes, utf8Text, type Context } from '../../chain/index.js';
import type { CapData, Coin } from '../../kernel/index.js';
import { actionState, type Action as ActionRecord } from '../client/types.js';
import { hostKeys, kernelStore, lanes, type Lane } from './keys.js';

type Readable = Pick<Context, 'store'> | { store(name: string): Pick<ReturnType<Context['store']>, 'get' | 'has' | 'iterate'> };

/** A message of the queue as it was signed. */
export type QueuedMsg = { readonly typeUrl: string; readonly value: Uint8Array };

export type ActionQueue = {
  length(state: Readable): number;
  /** Gives the next id, stores the message for the next run, and says so in an event. */
  accept(ctx: Context, sender: string, msg: QueuedMsg, lane: Lane): bigint;
  /** What the next run is offered of a lane: the first in the order of service, at most 16 MiB and at least one. */
  waiting(state: Readable, lane: Lane): { readonly id: bigint; readonly msg: QueuedMsg }[];
  /** A run took it: answers what was queued. */
  taken(ctx: Context, id: bigint): QueuedMsg;
  settle(ctx: Context, id: bigint, state: 'fulfilled' | 'rejected', result: CapData): void;
  /** Forgets outcomes that settled at `height` or before. */
  forget(ctx: Context, height: bigint): void;
  record(state: Readable, id: bigint): ActionRecord | undefined;
};

const stateNames = { queued: 'ACTION_STATE_QUEUED', fulfilled: 'ACTION_STATE_FULFILLED', rejected: 'ACTION_STATE_REJECTED' } as const;
/** Messages are up to a megabyte, and the queue may be full of them while vats are busy: no run reads them all. */
const offeredBytesMax = 16 * 1024 * 1024;
/** Rows of old outcomes deleted in one block. */
const forgottenMax = 1000;

export function makeActionQueue(codecs: Codecs): ActionQueue {
  const records = codecs.of<ActionRecord>('windlass.kernel.v1.QueryActionResponse');
  const anys = codecs.of<QueuedMsg>('google.protobuf.Any');
  const update = (ctx: Context, id: bigint, change: Partial<ActionRecord>): ActionRecord => {
    const known = readRecord(records, ctx, id);
    if (!known) throw new Error(`action ${id} has no record`);
    const next = { ...known, ...change };
    ctx.store(kernelStore).set(hostKeys.action(id), records.encode(next));
    return next;
  };
  return {
    length: readLength,
    accept: (ctx, sender, msg, lane) => {
      const store = ctx.store(kernelStore);
      const id = number(store.get(hostKeys.nextAction)) ?? 1n;
      store.set(hostKeys.nextAction, uint64Bytes(id + 1n));
      store.set(hostKeys.queueLength, uint64Bytes(BigInt(readLength(ctx) + 1)));
      store.set(hostKeys.queued(lane, id), anys.encode(msg));
      store.set(hostKeys.action(id), records.encode({ actionId: id, sender, state: actionState.queued, queuedHeight: ctx.height, settledHeight: 0n, result: undefined }));
      emitAction(ctx, id, sender, 'queued');
      return id;
    },
    waiting: (state, lane) => {
      const prefix = hostKeys.allQueued(lane);
      const found: { id: bigint; msg: QueuedMsg }[] = [];
      let bytes = 0;
      for (const [key, value] of state.store(kernelStore).iterate(prefix, endOf(prefix))) {
        bytes += value.length;
        if (found.length > 0 && bytes > offeredBytesMax) break;
        found.push({ id: uint64Of(key.slice(prefix.length)), msg: anys.decode(value) });
      }
      return found;
    },
    taken: (ctx, id) => {
      const store = ctx.store(kernelStore);
      const key = lanes.map(lane => hostKeys.queued(lane, id)).find(candidate => store.has(candidate));
      const bytes = key && store.get(key);
      if (!bytes) throw new Error(`the run took action ${id}, which is not in the queue`);
      store.delete(key);
      store.set(hostKeys.queueLength, uint64Bytes(BigInt(readLength(ctx) - 1)));
      update(ctx, id, { state: actionState.accepted });
      return anys.decode(bytes);
    },
    settle: (ctx, id, state, result) => {
      const record = update(ctx, id, { state: actionState[state], settledHeight: ctx.height, result: { body: result.body, slots: [...result.slots] } });
      ctx.store(kernelStore).set(hostKeys.settled(ctx.height, id), new Uint8Array([1]));
      emitAction(ctx, id, record.sender, state);
    },
    forget: (ctx, height) => {
      const store = ctx.store(kernelStore);
      const end = concatBytes(hostKeys.allSettled, uint64Bytes(height + 1n));
      let left = forgottenMax;
      for (const [key] of store.iterate(hostKeys.allSettled, end)) {
        if (left === 0) return;
        left -= 1;
        store.delete(key);
        store.delete(hostKeys.action(uint64Of(key.slice(hostKeys.allSettled.length + 8))));
      }
    },
    record: (state, id) => readRecord(records, state, id),
  };
}

function readRecord(records: Codec<ActionRecord>, state: Readable, id: bigint): ActionRecord | undefined {
  const bytes = state.store(kernelStore).get(hostKeys.action(id));
  return bytes && records.decode(bytes);
}

function readLength(state: Readable): number {
  return Number(number(state.store(kernelStore).get(hostKeys.queueLength)) ?? 0n);
}

const number = (bytes: Uint8Array | undefined): bigint | undefined => bytes && uint64Of(bytes);

/** A typed event of the SDK: each attribute is the field's proto-JSON. */
function emitAction(ctx: Context, id: bigint, sender: string, state: keyof typeof stateNames): void {
  ctx.events.emit('windlass.kernel.v1.EventAction', [
    ['action_id', JSON.stringify(String(id))],
    ['sender', JSON.stringify(sender)],
    ['state', JSON.stringify(stateNames[state])],
  ]);
}

export function endOf(prefix: Uint8Array): Uint8Array {
  const end = Uint8Array.from(prefix);
  end[end.length - 1] = (end[end.length - 1] as number) + 1; // prefixes end in '/', never in 0xff
  return end;
}

// ---- coins that wait with actions

/** Adds to, or takes from, what waits in the module account with actions. */
export function changeWaitingFunds(ctx: Context, funds: readonly Coin[], sign: 1n | -1n): void {
  const store = ctx.store(kernelStore);
  for (const { denom, amount } of funds) {
    const key = hostKeys.waitingFunds(denom);
    const sum = waitingFunds(ctx, denom) + sign * amount;
    if (sum < 0n) throw new Error(`less than nothing of ${denom} would wait with actions`);
    if (sum === 0n) store.delete(key);
    else store.set(key, utf8Bytes(String(sum)));
  }
}

export function waitingFunds(state: Readable, denom: string): bigint {
  const bytes = state.store(kernelStore).get(hostKeys.waitingFunds(denom));
  return bytes ? BigInt(utf8Text(bytes)) : 0n;
}

// ---- names kept for actions

export function reserve(ctx: Context, account: string, name: string, id: bigint): void {
  ctx.store(kernelStore).set(hostKeys.reserved(account, name), uint64Bytes(id));
}

export function releaseReservation(ctx: Context, account: string, name: string): void {
  ctx.store(kernelStore).delete(hostKeys.reserved(account, name));
}

/** The name, something below it, or something it lies below is kept for an action. */
export function isReserved(state: Readable, account: string, name: string): boolean {
  const store = state.store(kernelStore);
  const parts = name.split('.');
  if (parts.some((_, index) => store.has(hostKeys.reserved(account, parts.slice(0, index + 1).join('.'))))) return true;
  const below = hostKeys.reserved(account, `${name}.`);
  for (const [] of store.iterate(below, endOf(below))) return true;
  return false;
}
