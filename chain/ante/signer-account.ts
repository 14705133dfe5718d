import type { Context } from '../context.js';
import type { PublicKey } from '../crypto/public-key.js';
import type { Account } from '../modules/auth/index.js';
import { refuseSdk } from '../refusal.js';
import type { AnteEnvironment } from './types.js';

/** The account of a signer; refuses with sdk/9 when there is none. */
export function signerAccount({ auth }: AnteEnvironment, ctx: Context, signer: string): Account {
  return auth.account(ctx, signer) ?? refuseSdk('unknownAddress', `account ${signer} does not exist`);
}

/** The key that the account signs with, once it has one. */
export function keyOfAccount({ decoder }: AnteEnvironment, account: Account): PublicKey | undefined {
  return account.pubKey && decoder.publicKeys.fromAny(account.pubKey);
}
