import { countKeys } from '../crypto/public-key.js';
import type { AnteHandler, AnteRun } from './types.js';
import { keyOfAccount } from './signer-account.js';

/** What an amino-encoded key and signature take, for a signature that is not there yet: 106 bytes and their framing. */
const signatureBytesEstimate = 112n;

/** Gas for every byte of the tx; in a simulation also for the signatures that it lacks. */
export const chargeTxSize: AnteHandler = run => {
  const { ctx, tx, params } = run;
  const { txSizeCostPerByte } = params();
  ctx.gas.consume(txSizeCostPerByte * BigInt(tx.bytes.length), 'txSize');
  if (ctx.mode !== 'simulate') return;
  for (const [index, signer] of run.signers.entries()) {
    const signature = tx.raw.signatures[index];
    if (signature && signature.length > 0) continue;
    ctx.gas.consume(txSizeCostPerByte * signatureBytesEstimate * keysExpected(run, signer, index), 'txSize');
  }
};

function keysExpected({ environment, ctx, tx }: AnteRun, signer: string, index: number): bigint {
  const account = environment.auth.account(ctx, signer);
  const key = (account && keyOfAccount(environment, account)) ?? tx.signatures[index]?.publicKey;
  return BigInt(key ? countKeys(key) : 1);
}
