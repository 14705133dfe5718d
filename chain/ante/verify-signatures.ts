import { complaintAboutSignature, isAminoOnly } from '../crypto/signature.js';
import type { AminoNames } from '../sign-bytes.js';
import { refuseSdk } from '../refusal.js';
import type { TxSignature } from '../tx-decode.js';
import { keyOfAccount, signerAccount } from './signer-account.js';
import type { AnteHandler, AnteRun } from './types.js';

/** Every signer's sequence and signature. Simulations and rechecks look at sequences only. */
export const verifySignatures: AnteHandler = run => {
  const { tx, signers } = run;
  if (tx.signatures.length !== signers.length) {
    refuseSdk('unauthorized', `invalid number of signer;  expected: ${signers.length}, got ${tx.signatures.length}`);
  }
  for (const [index, signature] of tx.signatures.entries()) verifySigner(run, signers[index] as string, signature);
};

function verifySigner({ environment, ctx, tx }: AnteRun, signer: string, signature: TxSignature): void {
  const account = signerAccount(environment, ctx, signer);
  const { accountNumber, sequence } = account;
  const key = keyOfAccount(environment, account);
  if (!key && ctx.mode !== 'simulate') refuseSdk('invalidPubKey', 'pubkey on account is not set');
  if (signature.sequence !== sequence) {
    refuseSdk('wrongSequence', `account sequence mismatch, expected ${sequence}, got ${signature.sequence}`);
  }
  if (!key || ctx.mode === 'simulate' || ctx.mode === 'recheck') return;
  const { chainId } = ctx;
  const signedNumber = ctx.mode === 'genesis' ? 0n : accountNumber; // who signs a tx of genesis does not know the number yet
  const complaintWith = (names?: AminoNames): string | undefined =>
    complaintAboutSignature(key, signature.data, environment.signBytes(tx, { chainId, accountNumber: signedNumber, sequence }, names));
  const complaint = complaintWith();
  if (complaint === undefined) return;
  if (tx.messages.some(({ definition }) => definition.aminoNameOfClients !== undefined) && complaintWith('clients') === undefined) return;
  const opening = 'signature verification failed; please verify account number';
  refuseSdk('unauthorized', isAminoOnly(signature.data)
    ? `${opening} (${signedNumber}), sequence (${sequence}) and chain-id (${chainId})`
    : `${opening} (${signedNumber}) and chain-id (${chainId}): (${complaint})`);
}
