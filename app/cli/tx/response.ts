/** The SDK's TxResponse as JSON, from what a node's RPC tells of a transaction. */
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { codecOf } from '../../client/codecs.js';
import type { NodeRpc } from '../node-rpc.js';

type JsonEvent = { type: string; attributes: { key: string; value: string; index?: boolean }[] };

/** ExecTxResult as CometBFT's RPC writes it. */
export type RpcTxResult = {
  code?: number; data?: string | null; log?: string; info?: string; gas_wanted?: string; gas_used?: string; events?: JsonEvent[] | null; codespace?: string;
};
/** One row of tx_search. */
export type RpcTx = { hash: string; height: string; tx_result: RpcTxResult; tx: string };
/** The answer of broadcast_tx_sync. */
export type RpcBroadcast = { code: number; data?: string | null; log: string; codespace?: string; hash: string };

export type TxResponse = {
  height: string; txhash: string; codespace: string; code: number; data: string; raw_log: string; logs: never[]; info: string;
  gas_wanted: string; gas_used: string; tx: unknown; timestamp: string; events: JsonEvent[];
};

const empty: TxResponse = {
  height: '0', txhash: '', codespace: '', code: 0, data: '', raw_log: '', logs: [], info: '', gas_wanted: '0', gas_used: '0', tx: null, timestamp: '', events: [],
};

/** Of a transaction that the node did not take into its mempool. */
export function refusedResponse(answer: RpcBroadcast): TxResponse {
  return { ...empty, txhash: answer.hash.toUpperCase(), codespace: answer.codespace ?? '', code: answer.code, data: hexOf(answer.data), raw_log: answer.log };
}

/** When there was nothing to send. */
export function noTxResponse(): TxResponse {
  return { ...empty };
}

/** `timestamp` is the block's, RFC 3339. */
export function includedResponse(found: RpcTx, timestamp: string): TxResponse {
  const { tx_result: result } = found;
  return {
    height: found.height,
    txhash: found.hash.toUpperCase(),
    codespace: result.codespace ?? '',
    code: result.code ?? 0,
    data: hexOf(result.data),
    raw_log: result.log ?? '',
    logs: [],
    info: result.info ?? '',
    gas_wanted: result.gas_wanted ?? '0',
    gas_used: result.gas_used ?? '0',
    tx: txToJson(Buffer.from(found.tx, 'base64')),
    timestamp,
    events: (result.events ?? []).map(({ type, attributes }) => ({
      type, attributes: (attributes ?? []).map(({ key, value, index }) => ({ key, value, index: index ?? false })),
    })),
  };
}

/** The transaction in a block, or undefined while the node knows none. `hash` is upper-case hex. */
export async function findTx(rpc: NodeRpc, hash: string): Promise<TxResponse | undefined> {
  const { txs } = await rpc.call<{ txs: RpcTx[] }>('tx_search', { query: `tx.hash='${hash}'`, prove: false, page: '1', per_page: '1' });
  const [found] = txs;
  if (!found) return undefined;
  const { block } = await rpc.call<{ block: { header: { time: string } } }>('block', { height: found.height });
  return includedResponse(found, block.header.time);
}

/** A signed transaction in proto-JSON, under its type URL. */
export function txToJson(bytes: Uint8Array): unknown {
  const raw = TxRaw.decode(bytes);
  const body = codecOf('cosmos.tx.v1beta1.TxBody');
  const authInfo = codecOf('cosmos.tx.v1beta1.AuthInfo');
  return {
    '@type': '/cosmos.tx.v1beta1.Tx',
    body: body.toJson(body.decode(raw.bodyBytes)),
    auth_info: authInfo.toJson(authInfo.decode(raw.authInfoBytes)),
    signatures: raw.signatures.map(signature => Buffer.from(signature).toString('base64')),
  };
}

function hexOf(base64: string | null | undefined): string {
  return Buffer.from(base64 ?? '', 'base64').toString('hex').toUpperCase();
}
