/** The transactions of genesis: each makes a validator, signed by its operator before there is a chain. */
import type { ValidatorUpdate } from '../../abci/types.js';
import { CodecError, type Codecs } from '../../codec/index.js';
import { makePublicKeyCodec, type Any } from '../../crypto/public-key.js';
import type { DeliverGenesisTx, Module } from '../../module.js';
import { updateValidatorSet, type StakingParts } from '../staking/index.js';

type Tx = { body: { messages: Any[] } | undefined; authInfo: object | undefined; signatures: Uint8Array[] };

/** app_state.genutil: { gen_txs: [tx in proto-JSON, …] }. Comes after staking in the list of modules. */
export function makeGenutilModule(codecs: Codecs, staking: StakingParts): Module {
  const publicKeys = makePublicKeyCodec(codecs);
  return {
    name: 'genutil',
    stores: [],
    initGenesis: (ctx, state, _request, deliverTx) => initGenutilGenesis(codecs, state, deliverTx, () => updateValidatorSet(staking, publicKeys, ctx)),
    exportGenesis: () => ({ gen_txs: [] }),
  };
}

function initGenutilGenesis(codecs: Codecs, state: unknown, deliverTx: DeliverGenesisTx, validators: () => ValidatorUpdate[]): readonly ValidatorUpdate[] {
  const txs = genesisTxs(state);
  for (const [index, json] of txs.entries()) {
    const { code, log } = deliverTx(encodeTx(codecs, json, index));
    if (code !== 0) throw new Error(`genesis: app_state.genutil.gen_txs[${index}] is refused: ${log}`);
  }
  return txs.length === 0 ? [] : validators();
}

/** The list as it is written. Throws an Error when there is something else. */
function genesisTxs(state: unknown): readonly unknown[] {
  const { gen_txs: txs = [] } = (state ?? {}) as { gen_txs?: unknown };
  if (!Array.isArray(txs)) throw new Error('genesis: app_state.genutil.gen_txs is not a list');
  return txs as readonly unknown[];
}

/** The bytes that were signed: the one encoding of what the JSON says. */
function encodeTx(codecs: Codecs, json: unknown, index: number): Uint8Array {
  const of = <T>(name: string) => codecs.of<T>(`cosmos.tx.v1beta1.${name}`);
  try {
    const { body, authInfo, signatures } = of<Tx>('Tx').fromJson(json);
    if (!body || !authInfo) throw new CodecError('cosmos.tx.v1beta1.Tx', 'body and auth_info are missing');
    return of('TxRaw').encode({ bodyBytes: of('TxBody').encode(body), authInfoBytes: of('AuthInfo').encode(authInfo), signatures });
  } catch (error) {
    if (error instanceof CodecError) throw new Error(`genesis: app_state.genutil.gen_txs[${index}] is no tx: ${error.message}`, { cause: error });
    throw error;
  }
}
