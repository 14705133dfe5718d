/** The kernel's chain parameters: kept in the app state, checked when they come in. */
import type { Codecs } from '../../chain/codec/index.js';
import { isDenom, parseAmount, refuse, type Context } from '../../chain/index.js';
import { asDimension, defaultParams, kernelCodes, memoryLimitBytesMax, memoryLimitBytesMin, type Dimension, type KernelParams, type LedgerParams } from '../../kernel/index.js';
import type { Params, Quota } from '../client/types.js';
import { hostKeys, kernelStore } from './keys.js';

type Readable = Pick<Context, 'store'> | { store(name: string): { get(key: Uint8Array): Uint8Array | undefined } };

export type ParamsKeeper = {
  read(state: Readable): Params;
  write(ctx: Context, params: Params): void;
  /** From app_state.kernel.params in proto-JSON; absent fields get their defaults. Throws CodecError or Refusal. */
  fromGenesis(json: unknown): Params;
};

const gib = 1n << 30n;
const quota = (dimension: Dimension, limit: bigint): Quota => ({ dimension, limit });

/** Defaults of design 5.3 and 9. */
export const paramsDefault: Params = {
  computronsPerBlock: defaultParams.computronsPerRun, computronsPerDelivery: BigInt(defaultParams.computronsPerDelivery), roundWidth: defaultParams.roundWidth,
  queueMax: 1000, snapshotInitial: defaultParams.snapshotInitial, snapshotInterval: defaultParams.snapshotInterval, reapInterval: defaultParams.reapInterval, cleanupBudget: defaultParams.cleanupBudget,
  maxBundleBytes: 10_000_000n, gasPerAction: 50_000n, gasPerByte: 10n, outcomeRetention: 100_000n, defaultComputeBalance: 0n,
  computePrice: { denom: 'uwind', amount: '1' }, quotaPrices: [],
  accountQuotas: [quota('vats', 1000n), quota('zombies', 1000n), quota('worker_memory', 256n * gib), quota('storage_bytes', 64n * gib), quota('bundle_bytes', gib)],
  capacity: [quota('vats', 100_000n), quota('storage_bytes', 1024n * gib), quota('bundle_bytes', 64n * gib)],
  defaultMemoryLimitBytes: defaultParams.ledger.workerMemory,
};

export function makeParamsKeeper(codecs: Codecs): ParamsKeeper {
  const codec = codecs.of<Params>('windlass.kernel.v1.Params');
  return {
    read: state => {
      const bytes = state.store(kernelStore).get(hostKeys.params);
      if (!bytes) throw new Error('genesis stored the parameters of the kernel');
      return codec.decode(bytes);
    },
    write: (ctx, params) => {
      checkParams(params);
      ctx.store(kernelStore).set(hostKeys.params, codec.encode(params));
    },
    fromGenesis: json => {
      const given = (json ?? {}) as Record<string, unknown>;
      const defaults = codec.toJson(paramsDefault) as Record<string, unknown>;
      const params = codec.fromJson({ ...defaults, ...given });
      checkParams(params);
      return params;
    },
  };
}

/**
 * Bounds of what a vote may set (docs/hazards.md): a chain that was given too much must still make the blocks of the vote that takes
 * it back. 10^10 computrons are 20 to 50 s of a core in a plain loop, and room for four of the dearest deliveries; 100,000 rows go into
 * one batch; gas is at most a thousand times the default, so that what a tx is said to have used stays far below the int64 of its result.
 */
const computronsPerBlockMax = 10_000_000_000n;
const countMax = 100_000;
const gasPerActionMax = 50_000_000n;
const gasPerByteMax = 10_000n;

function checkParams(params: Params): void {
  const bad = (what: string): never => refuse('kernel', kernelCodes.badOption, `parameter ${what}`);
  if (params.computronsPerDelivery < 20_000_000n || params.computronsPerDelivery > 2n ** 31n - 1n) bad('computrons_per_delivery must be from 20,000,000 to 2,147,483,647');
  if (params.defaultMemoryLimitBytes !== 0n && (params.defaultMemoryLimitBytes < memoryLimitBytesMin || params.defaultMemoryLimitBytes > memoryLimitBytesMax)) bad('default_memory_limit_bytes must be from 16 MiB (16777216) to 2 GiB (2147483648)');
  if (params.computronsPerBlock < params.computronsPerDelivery) bad('computrons_per_block must not be less than computrons_per_delivery');
  if (params.computronsPerBlock > computronsPerBlockMax) bad('computrons_per_block must not be more than 10,000,000,000');
  if (params.roundWidth < 1 || params.roundWidth > 64) bad('round_width must be from 1 to 64');
  for (const [name, value] of [['queue_max', params.queueMax], ['snapshot_initial', params.snapshotInitial], ['snapshot_interval', params.snapshotInterval], ['reap_interval', params.reapInterval], ['cleanup_budget', params.cleanupBudget]] as const) {
    if (value < 1) bad(`${name} must be at least 1`);
    if (value > countMax) bad(`${name} must not be more than 100,000`);
  }
  if (params.gasPerAction > gasPerActionMax) bad('gas_per_action must not be more than 50,000,000');
  if (params.gasPerByte > gasPerByteMax) bad('gas_per_byte must not be more than 10,000');
  const prices = [params.computePrice, ...params.quotaPrices.map(({ price }) => price)];
  if (!prices.every(price => price === undefined || (isDenom(price.denom) && parseAmount(price.amount) !== undefined))) bad('compute_price and quota_prices must be coins');
  for (const { dimension } of [...params.quotaPrices, ...params.accountQuotas, ...params.capacity]) if (!asDimension(dimension)) bad(`quota_prices, account_quotas and capacity name dimensions; ${JSON.stringify(dimension.slice(0, 40))} is none`);
  for (const [name, quotas] of [['account_quotas', params.accountQuotas], ['capacity', params.capacity], ['quota_prices', params.quotaPrices]] as const) {
    if (new Set(quotas.map(({ dimension }) => dimension)).size !== quotas.length) bad(`${name} must name each dimension once`);
  }
  if (params.quotaPrices.some(({ perAmount }) => perAmount === 0n)) bad('quota_prices must be for at least 1');
  if (params.maxBundleBytes > 32n * 1024n * 1024n) bad('max_bundle_bytes must not be more than 32 MiB');
}

/** What a run obeys. */
export function kernelParamsOf(params: Params): KernelParams {
  return {
    computronsPerRun: params.computronsPerBlock,
    computronsPerDelivery: Number(params.computronsPerDelivery),
    roundWidth: params.roundWidth,
    snapshotInitial: params.snapshotInitial,
    snapshotInterval: params.snapshotInterval,
    reapInterval: params.reapInterval,
    cleanupBudget: params.cleanupBudget,
    computeBalance: params.defaultComputeBalance,
    ledger: ledgerParamsOf(params),
  };
}

/** What the ledger obeys; its dimensions were checked when the parameters came in. A memory of 0 is a parameter that was never set. */
export function ledgerParamsOf({ accountQuotas, capacity, defaultMemoryLimitBytes }: Params): LedgerParams {
  const quotasOf = (quotas: readonly Quota[]): LedgerParams['capacity'] => Object.fromEntries(quotas.map(({ dimension, limit }) => [dimension, limit]));
  return { accountQuotas: quotasOf(accountQuotas), capacity: quotasOf(capacity), workerMemory: defaultMemoryLimitBytes === 0n ? defaultParams.ledger.workerMemory : defaultMemoryLimitBytes };
}
