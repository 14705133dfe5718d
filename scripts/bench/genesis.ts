/** The genesis of a measured chain: many funded accounts, and contracts that anybody may call. */
import type { BenchAccount } from './accounts.js';
import { contract } from './contracts.js';

type Section = Record<string, unknown[]>;
const funds = [{ denom: 'uwind', amount: '1000000000000' }];

/** Names under which the contracts are public. */
export function echoNames(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `echo${index}`);
}

/** `state` with the accounts after those it has, with `echoes` vats published as @echo0, @echo1, …, and with these parameters of the kernel. */
export async function withBenchContent(state: Record<string, unknown>, accounts: readonly BenchAccount[], echoes: number, kernelParams: Readonly<Record<string, unknown>> = {}): Promise<Record<string, unknown>> {
  const next = structuredClone(state);
  const auth = next['auth'] as Section;
  const bank = next['bank'] as Section;
  for (const { address, accountNumber } of accounts) {
    auth['accounts']?.push({ '@type': '/cosmos.auth.v1beta1.BaseAccount', address, pub_key: null, account_number: String(accountNumber), sequence: '0' });
    bank['balances']?.push({ address, coins: funds });
  }
  bank['supply'] = []; // worked out from the balances
  const [echo, publisher] = [await contract('echo'), await contract('publisher')];
  const vats: Record<string, { bundle: string }> = { publisher: { bundle: publisher.bundleId } };
  for (const name of echoNames(echoes)) vats[name] = { bundle: echo.bundleId };
  const kernel = next['kernel'] as { readonly params: object };
  next['kernel'] = {
    ...kernel,
    params: { ...kernel.params, ...kernelParams },
    bundles: Object.fromEntries([echo, publisher].map(({ bundleId, zip }) => [bundleId, Buffer.from(zip).toString('base64')])),
    config: { bootstrap: 'publisher', vats },
  };
  return next;
}
