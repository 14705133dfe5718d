/** Service cosmos.tx.v1beta1.Service, as far as clients ask for it over abci_query. */
import type { ExecTxResult, Timestamp } from './abci/types.js';
import { CodecError } from './codec/index.js';
import { formatTimestamp } from './codec/json.js';
import type { AppState, Machine } from './machine.js';
import { simulateTx } from './mempool.js';
import { refuseQuery } from './refusal.js';
import type { TxOutcome } from './tx.js';

export type CommittedTx = { readonly bytes: Uint8Array; readonly height: bigint; readonly time: Timestamp; readonly result: ExecTxResult };
/** Finds a committed tx by the upper-case hex of its SHA-256. */
export type TxLookup = (hash: string) => Promise<CommittedTx | undefined>;

type SimulateRequest = { tx: object | undefined; txBytes: Uint8Array };

/** Answers Simulate. The refusal of the tx comes out as the SDK's gRPC status Unknown with the gas used. */
export function simulate(machine: Machine, state: AppState, data: Uint8Array): Uint8Array {
  const request = decodeRequest(() => machine.codecs.of<SimulateRequest>('cosmos.tx.v1beta1.SimulateRequest').decode(data));
  const bytes = request.txBytes.length > 0 || !request.tx ? request.txBytes : machine.codecs.of<object>('cosmos.tx.v1beta1.Tx').encode(request.tx);
  if (bytes.length === 0) refuseQuery('InvalidArgument', 'empty txBytes is not allowed');
  const outcome = simulateTx(machine, state, bytes);
  if (outcome.refusal) refuseQuery('Unknown', `${outcome.refusal.message} with gas used: '${outcome.gasUsed}'`);
  return machine.codecs.of<SimulateResponse>('cosmos.tx.v1beta1.SimulateResponse').encode(toSimulateResponse(outcome));
}

export type SimulateResponse = { gasInfo: object; result: object };

export function toSimulateResponse({ gasWanted, gasUsed, data, events, responses }: TxOutcome): SimulateResponse {
  return { gasInfo: { gasWanted, gasUsed }, result: { data, log: '', events, msgResponses: responses } };
}

/** Answers GetTx through the host's lookup. */
export async function getTx(machine: Machine, data: Uint8Array): Promise<Uint8Array> {
  const { hash } = decodeRequest(() => machine.codecs.of<{ hash: string }>('cosmos.tx.v1beta1.GetTxRequest').decode(data));
  if (!/^[0-9a-fA-F]{64}$/.test(hash)) refuseQuery('InvalidArgument', 'tx hash must be 64 hex digits');
  const found = (await machine.txLookup?.(hash.toUpperCase())) ?? refuseQuery('NotFound', `tx not found: ${hash}`);
  const tx = machine.codecs.of<object>('cosmos.tx.v1beta1.Tx');
  const { result, height, time, bytes } = found;
  return machine.codecs.of<{ tx: object; txResponse: object }>('cosmos.tx.v1beta1.GetTxResponse').encode({
    tx: tx.decode(bytes),
    txResponse: {
      height, txhash: hash.toUpperCase(), codespace: result.codespace, code: result.code, data: Buffer.from(result.data).toString('hex').toUpperCase(),
      rawLog: result.log, info: result.info, gasWanted: result.gasWanted, gasUsed: result.gasUsed,
      tx: { typeUrl: tx.typeUrl, value: bytes }, timestamp: formatTimestamp({ ...time, nanos: 0 }), events: result.events,
    },
  });
}

function decodeRequest<T>(decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (error instanceof CodecError) refuseQuery('InvalidArgument', error.message);
    throw error;
  }
}
