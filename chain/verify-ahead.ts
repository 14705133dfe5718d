/** Signatures of many txs at once, in the thread pool, before the txs run one by one. */
import { keyOfAccount } from './ante/signer-account.js';
import { parseAddress } from './crypto/address.js';
import { demandsOf } from './crypto/signature.js';
import { verifySecp256k1Ahead } from './crypto/secp256k1.js';
import type { Machine } from './machine.js';
import type { Readable } from './modules/state.js';
import type { IncomingTx } from './tx.js';
import type { Tx, TxSignature } from './tx-decode.js';

/**
 * Verifies what can be predicted from `state`: a signer's account number does not change, the sequence is the one that
 * the tx claims, and ante refuses it if that is wrong. What was not predicted is verified when the tx runs. Never rejects for a bad tx.
 */
export async function verifyAhead(machine: Machine, state: Readable, chainId: string, txs: readonly IncomingTx[]): Promise<void> {
  const checks = txs.flatMap(incoming => ('tx' in incoming ? checksOfTx(machine, state, chainId, incoming.tx) : []));
  await Promise.all(checks);
}

function checksOfTx(machine: Machine, state: Readable, chainId: string, tx: Tx): Promise<void>[] {
  const signers = [...new Set(tx.messages.flatMap(({ definition, value }) => definition.signers(value)).concat(tx.fee.payer === '' ? [] : [tx.fee.payer]))];
  if (signers.length !== tx.signatures.length || signers.some(signer => 'problem' in parseAddress(signer))) return [];
  return tx.signatures.flatMap((signature, index) => checksOfSigner(machine, state, chainId, tx, signers[index] as string, signature));
}

function checksOfSigner(machine: Machine, state: Readable, chainId: string, tx: Tx, signer: string, signature: TxSignature): Promise<void>[] {
  const account = machine.auth.account(state, signer);
  const key = account && (keyOfAccount(machine.ante, account) ?? signature.publicKey);
  if (!key) return [];
  const signBytes = machine.ante.signBytes(tx, { chainId, accountNumber: account.accountNumber, sequence: signature.sequence });
  const wanted = demandsOf(key, signature.data, signBytes);
  return 'problem' in wanted ? [] : wanted.demands.map(({ check }) => verifySecp256k1Ahead(check));
}
