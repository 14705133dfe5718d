import type { GasMeter } from '../context.js';
import type { PublicKey } from '../crypto/public-key.js';
import type { SignatureData } from '../crypto/signature.js';
import type { AuthParams } from '../modules/auth/index.js';
import { refuseSdk } from '../refusal.js';
import { keyOfAccount, signerAccount } from './signer-account.js';
import type { AnteHandler } from './types.js';

/** The price of verifying each signature, by the key's kind, whether or not the result is known already. */
export const chargeSignatures: AnteHandler = ({ environment, ctx, tx, signers, params }) => {
  const prices = params();
  for (const [index, { data }] of tx.signatures.entries()) {
    const key = keyOfAccount(environment, signerAccount(environment, ctx, signers[index] as string));
    if (key) chargeKey(ctx.gas, prices, key, data, ctx.mode === 'simulate');
    else if (ctx.mode === 'simulate') ctx.gas.consume(prices.sigVerifyCostSecp256k1, 'ante verify: secp256k1');
    else refuseSdk('invalidPubKey', 'pubkey on account is not set');
  }
};

function chargeKey(gas: GasMeter, params: AuthParams, key: PublicKey, data: SignatureData, isSimulation: boolean): void {
  switch (key.kind) {
    case 'secp256k1': {
      gas.consume(params.sigVerifyCostSecp256k1, 'ante verify: secp256k1');
      return;
    }
    case 'ed25519': {
      gas.consume(params.sigVerifyCostEd25519, 'ante verify: ed25519');
      return refuseSdk('invalidPubKey', 'ED25519 public keys are unsupported');
    }
    case 'multisig': {
      for (const [member, memberData] of signingMembers(key, data, isSimulation)) chargeKey(gas, params, member, memberData, isSimulation);
    }
  }
}

type Multisig = PublicKey & { kind: 'multisig' };

/** The members that signed; in a simulation without signatures, all of them, which is the most that it can cost. */
function signingMembers(key: Multisig, data: SignatureData, isSimulation: boolean): readonly (readonly [PublicKey, SignatureData])[] {
  if (data.kind === 'single') {
    if (!isSimulation) refuseSdk('unauthorized', 'a multisig account needs a multisignature');
    return key.members.map(member => [member, data] as const);
  }
  if (data.bits.length !== key.members.length) refuseSdk('unauthorized', `bit array size is incorrect, expecting: ${key.members.length}`);
  const signing = key.members.filter((_, index) => data.bits[index]);
  if (signing.length !== data.members.length) refuseSdk('unauthorized', `signature size is incorrect ${data.members.length}`);
  return signing.map((member, index) => [member, data.members[index] as SignatureData] as const);
}
