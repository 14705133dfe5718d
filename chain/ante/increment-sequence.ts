import { signerAccount } from './signer-account.js';
import type { AnteHandler } from './types.js';

/** From here on the same bytes are a replay. */
export const incrementSequences: AnteHandler = ({ environment, ctx, signers }) => {
  for (const signer of signers) {
    const account = signerAccount(environment, ctx, signer);
    environment.auth.setAccount(ctx, { ...account, sequence: account.sequence + 1n });
  }
};
