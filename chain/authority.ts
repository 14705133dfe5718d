/** Who may change what all share: the gov module's account, for which nobody can sign, and which speaks through proposals that passed. */
import { addressText, moduleAddress } from './crypto/address.js';
import { refuse } from './refusal.js';

export const governanceModule = 'gov';

/** Field `authority` of every MsgUpdateParams and its like. */
export const governanceAddress: string = addressText(moduleAddress(governanceModule));

/** Refuses with gov/13, as every module of the SDK does. */
export function requireAuthority(authority: string): void {
  if (authority !== governanceAddress) {
    refuse('gov', 13, `invalid authority; expected ${governanceAddress}, got ${authority}: expected gov account as only signer for proposal message`);
  }
}
