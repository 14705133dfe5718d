/** A transaction of genesis: it makes one validator, signed before there is a chain, with account number and sequence 0. */
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { codecOf } from '../../client/codecs.js';
import type { Coin } from '../../client/index.js';
import type { KeyInfo, Keyring } from '../keyring/keyring.js';
import { signTx } from '../tx/sign.js';
import { creationMessage, type ValidatorFlags } from '../validator-flags.js';
import { nodeDefaults } from '../../../config/node.js';

export type GentxOptions = {
  readonly key: KeyInfo;
  readonly chainId: string;
  readonly value: Coin;
  readonly pubkey: { typeUrl: string; value: Uint8Array };
  /** Where peers find the node: id@host:port. */
  readonly memo: string;
  readonly flags: ValidatorFlags;
};

/** The SDK's default; nothing is charged for it. */
const gas = '200000';

/** The signed transaction in proto-JSON, as app_state.genutil.gen_txs holds it. */
export async function makeGentx(keyring: Keyring, { key, chainId, value, pubkey, memo, flags }: GentxOptions): Promise<unknown> {
  const unsigned = { messages: [creationMessage(key.address, value, pubkey, flags)], fee: { amount: [], gas }, memo };
  const { bodyBytes, authInfoBytes, signatures } = TxRaw.decode(await signTx(keyring, key, 'direct', unsigned, { accountNumber: 0n, sequence: 0, chainId }));
  const [body, authInfo] = [codecOf('cosmos.tx.v1beta1.TxBody'), codecOf('cosmos.tx.v1beta1.AuthInfo')];
  return {
    body: body.toJson(body.decode(bodyBytes)), auth_info: authInfo.toJson(authInfo.decode(authInfoBytes)),
    signatures: signatures.map(signature => Buffer.from(signature).toString('base64')),
  };
}

export function memoOf(nodeId: string, host = '127.0.0.1', port: number = nodeDefaults.ports.p2p): string {
  return `${nodeId}@${host}:${port}`;
}
