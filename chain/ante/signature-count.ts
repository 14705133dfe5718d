import { countKeys } from '../crypto/public-key.js';
import { refuseSdk } from '../refusal.js';
import type { AnteHandler } from './types.js';

/** A multisig key counts as many times as it has members. */
export const checkSignatureCount: AnteHandler = ({ tx, params }) => {
  const max = params().txSigLimit;
  let count = 0n;
  for (const { publicKey } of tx.signatures) {
    if (publicKey) count += BigInt(countKeys(publicKey));
    if (count > max) refuseSdk('tooManySignatures', `signatures: ${count}, limit: ${max}`);
  }
};
