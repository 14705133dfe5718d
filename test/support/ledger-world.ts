/** A kernel of scripted vats that store as much as they are told, and what its ledger says; every step is audited. */
import assert from 'node:assert/strict';
import { encodeCapData } from '../../kernel/capdata.js';
import { accountCollection, asVatId, auditLedger, rowsAt, type Dimension, type VatId, type VatSettings } from '../../kernel/index.js';
import { ledgerOf, wholeChain } from '../../kernel/provisioning/consensus-ledger.js';
import { usageOf } from '../../kernel/ledger/index.js';
import { defaultLedgerParams, type LedgerParams } from '../../kernel/provisioning/dimensions.js';
import { makeTestKernel, type TestKernel, type TestKernelOptions } from './kernel.js';
import { resultOf, scripted, whatOf, type ScriptedVat } from './kernel-scripted.js';

/** `put <key> <bytes>`, `drop <key>`; `fail` ends it; with `stores` it stores so many bytes at its start, with `dies` it cannot start. */
function hoarding(bundle: string): () => ScriptedVat {
  return scripted(async (delivery, syscall) => {
    if (delivery[0] === 'startVat') {
      if (bundle === 'dies') return { verdict: { kind: 'meter', which: 'compute' } };
      if (bundle === 'stores') await syscall(['vatstoreSet', 'first', 'x'.repeat(995)]);
    }
    if (delivery[0] !== 'message') return undefined;
    const [, args] = JSON.parse(delivery[2].methargs.body.slice(1)) as [string, readonly [string, number]];
    const [key, size] = args;
    switch (whatOf(delivery)) {
      case 'put': await syscall(['vatstoreSet', key, 'x'.repeat(size - key.length)]); break;
      case 'drop': await syscall(['vatstoreDelete', key]); break;
      case 'fail':
        await syscall(['vatstoreSet', 'lost', 'x'.repeat(100)]);
        return { verdict: { kind: 'error', message: 'it fails' } };
    }
    if (delivery[2].result) await syscall(['resolve', [[resultOf(delivery), false, encodeCapData('done')]]]);
    return undefined;
  });
}

export type LedgerWorld = TestKernel & {
  used(of: string, dimension: Dimension): bigint;
  /** Tokens of what hangs on a collection. */
  tokens(of: string): readonly string[];
  /** Creates a vat of `hoard`, or what is named; answers its number once it is settled, or the reason why there is none. */
  create(owner: string, name: string, settings?: Partial<VatSettings>, bundle?: string): Promise<{ readonly vat: VatId } | { readonly reason: string }>;
  must(owner: string, name: string, settings?: Partial<VatSettings>): Promise<VatId>;
  /** Does it and answers with the reason of the rejection, or nothing. */
  refused(action: bigint): Promise<string | undefined>;
  limit(account: string, dimension: Dimension, limit: bigint | 'none', limitGeneration: number): bigint;
  put(owner: string, name: string, key: string, size: number): bigint;
};

export async function ledgerWorld(ledger: Partial<LedgerParams> = {}, options: TestKernelOptions = {}): Promise<LedgerWorld> {
  const names = ['hoard', 'stores', 'dies', 'hoard2'];
  const scripts = Object.fromEntries(names.map(name => [name, hoarding(name)]));
  const k = await makeTestKernel({ scripts, ...options, params: { reapInterval: 1000, ...options.params, ledger: { ...defaultLedgerParams, ...ledger } } });
  const { state } = k.kernel;
  const refused = async (action: bigint): Promise<string | undefined> => {
    const { state: end, result } = await k.outcome(action);
    assert.deepEqual(auditLedger(ledgerOf(state)), []);
    return end === 'fulfilled' ? undefined : (JSON.parse(result.body.slice(1)) as { readonly '#error': string })['#error'];
  };
  const create: LedgerWorld['create'] = async (owner, name, settings = {}, bundle = 'hoard') => {
    const reason = await refused(k.createVat(owner, bundle, name, {}, settings));
    const last = Number(state.rows.get('next.vat')) - 1;
    return reason === undefined ? { vat: asVatId(`v${last}`) as VatId } : { reason };
  };
  return {
    ...k, refused, create,
    used: (of, dimension) => usageOf(ledgerOf(state), of === wholeChain || of.startsWith('v') ? of : accountCollection(of))?.find(usage => usage.dimension === dimension)?.used ?? 0n,
    tokens: of => [...rowsAt(ledgerOf(state), of)].map(([token]) => token),
    must: async (owner, name, settings) => {
      const made = await create(owner, name, settings);
      assert('vat' in made, JSON.stringify(made));
      return made.vat;
    },
    limit: (account, dimension, limit, limitGeneration) => k.command({ kind: 'set-quota', change: { account, dimension, limit, limitGeneration } }),
    put: (owner, name, key, size) => k.invoke(owner, name, 'put', [key, size]),
  };
}
