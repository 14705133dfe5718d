/** Tells subscribers what each block brought, in CometBFT's order: block, header, block events, txs, validator updates. */
import { sha256 } from './merkle.js';
import { attributesOf } from './event-rows.js';
import { queryMatches, type Query } from './query.js';
import { blockIdToJson, blockToJson, eventsToJson, finalizeToJson, headerToJson, resultToEventJson, updatesToJson } from './rpc/views.js';
import { hexOf } from './rpc/json.js';
import type { Block, BlockId } from './block-types.js';
import type { Event, ExecTxResult, ResponseFinalizeBlock } from '../../abci/types.js';

export type Attributes = ReadonlyMap<string, readonly string[]>;
/** `data` is the event as CometBFT's JSON has it: { type, value }. */
export type Published = { readonly data: { readonly type: string; readonly value: unknown }; readonly attributes: Attributes };
export type Subscription = { readonly query: Query; deliver(event: Published): void };
export type IncludedTx = { readonly height: bigint; readonly result: ExecTxResult };

export type EventBus = {
  /** Returns how to end it. */
  subscribe(subscription: Subscription): () => void;
  /** Calls back once, when a block includes a tx with this hash. Returns how to give up. */
  whenIncluded(hash: Uint8Array, callback: (included: IncludedTx) => void): () => void;
  publish(block: Block, blockId: BlockId, results: ResponseFinalizeBlock): void;
};

export function makeEventBus(): EventBus {
  const subscriptions = new Set<Subscription>();
  const waiting = new Map<string, Set<(included: IncludedTx) => void>>();
  const send = (name: string, value: unknown, attributes: Map<string, string[]>): void => {
    append(attributes, 'tm.event', name);
    const event: Published = { data: { type: `tendermint/event/${name}`, value }, attributes };
    for (const subscription of subscriptions) if (queryMatches(subscription.query, attributes)) subscription.deliver(event);
  };
  const sendTx = (height: bigint, index: number, tx: Uint8Array, result: ExecTxResult): void => {
    const hash = hexOf(sha256(tx));
    for (const callback of waiting.get(hash) ?? []) callback({ height, result });
    waiting.delete(hash);
    if (subscriptions.size === 0) return;
    const attributes = attributeMap(result.events);
    append(attributes, 'tx.hash', hash);
    append(attributes, 'tx.height', String(height));
    const value = {
      TxResult: { height: String(height), ...(index > 0 && { index }), tx: Buffer.from(tx).toString('base64'), result: resultToEventJson(result) },
    };
    send('Tx', value, attributes);
  };
  return {
    subscribe(subscription) {
      subscriptions.add(subscription);
      return () => void subscriptions.delete(subscription);
    },
    whenIncluded(hash, callback) {
      const key = hexOf(hash);
      const callbacks = waiting.get(key) ?? new Set();
      waiting.set(key, callbacks.add(callback));
      return () => {
        callbacks.delete(callback);
        if (callbacks.size === 0 && waiting.get(key) === callbacks) waiting.delete(key);
      };
    },
    publish(block, blockId, results) {
      const { height } = block.header;
      if (subscriptions.size > 0) {
        send('NewBlock', { block: blockToJson(block), block_id: blockIdToJson(blockId), result_finalize_block: finalizeToJson(results) }, attributeMap(results.events));
        send('NewBlockHeader', { header: headerToJson(block.header) }, new Map());
        const value = { height: String(height), events: eventsToJson(results.events), num_txs: String(block.data.txs.length) };
        send('NewBlockEvents', value, attributeMap(results.events));
      }
      for (const [index, tx] of block.data.txs.entries()) sendTx(height, index, tx, results.txResults[index]!);
      if (subscriptions.size > 0 && results.validatorUpdates.length > 0) {
        send('ValidatorSetUpdates', { validator_updates: updatesToJson(results.validatorUpdates) }, new Map());
      }
    },
  };
}

function attributeMap(events: readonly Event[]): Map<string, string[]> {
  const map = new Map<string, string[]>();
  for (const [attribute, value] of attributesOf(events, false)) append(map, attribute, value);
  return map;
}

function append(map: Map<string, string[]>, key: string, value: string): void {
  const values = map.get(key);
  if (values) values.push(value);
  else map.set(key, [value]);
}
