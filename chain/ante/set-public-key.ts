import { base64Text, equalBytes } from '../bytes.js';
import { addressBytes } from '../crypto/address.js';
import { addressOfKey, isOnCurve, type PublicKey } from '../crypto/public-key.js';
import { signatureBytes } from '../crypto/signature.js';
import { refuseSdk } from '../refusal.js';
import { signerAccount } from './signer-account.js';
import type { AnteHandler, AnteRun } from './types.js';

/** An account learns its public key from the first tx that it signs. Emits who signed with which sequence. */
export const setPublicKeys: AnteHandler = run => {
  const { ctx, tx, signers } = run;
  if (tx.signerInfoCount > signers.length) {
    refuseSdk('unauthorized', `invalid number of signer;  expected: ${signers.length}, got ${tx.signerInfoCount}`);
  }
  for (const [index, { publicKey }] of tx.signatures.entries()) {
    if (publicKey) setPublicKey(run, signers[index] as string, index, publicKey);
  }
  for (const [index, { sequence, data }] of tx.signatures.entries()) {
    ctx.events.emit('tx', [['acc_seq', `${signers[index]}/${sequence}`]]);
    for (const bytes of signatureBytes(data)) ctx.events.emit('tx', [['signature', base64Text(bytes)]]);
  }
};

function setPublicKey({ environment, ctx }: AnteRun, signer: string, index: number, key: PublicKey): void {
  if (ctx.mode !== 'simulate' && !equalBytes(addressOfKey(key), addressBytes(signer))) {
    refuseSdk('invalidPubKey', `pubKey does not match signer address ${signer} with signer index: ${index}`);
  }
  if (!isOnCurve(key)) refuseSdk('invalidPubKey', 'key is not on curve');
  const account = signerAccount(environment, ctx, signer);
  if (account.pubKey) return;
  environment.auth.setAccount(ctx, { ...account, pubKey: environment.decoder.publicKeys.toAny(key) });
}
