/** What a vat may be given: checked in one place, for the service, for transactions, and again at intake. */
import type { VatSettings } from '../items.js';

/** Parsing the published supervisor takes 12.4 million computrons before anything of it runs: with less a cold worker could not start, and no vat would be at fault. */
export const computronsPerDeliveryMin = 20_000_000;
/** The engine's own bound of `-l`, a C int. */
export const computronsPerDeliveryMax = 2 ** 31 - 1;
/** Below this, what a worker takes by itself is not even declared. */
export const memoryLimitBytesMin = 16n * 1024n * 1024n;
/** What the engine can have: more would only keep hosts from starting the worker. */
export const memoryLimitBytesMax = 2n ** 31n;
export const u64Max = (1n << 64n) - 1n;

export type GivenSettings = { readonly [Name in keyof VatSettings]?: unknown };

/** undefined and 0 mean: the chain's default. Numbers may be bigint or safe integers. */
export function checkSettings(given: GivenSettings): { readonly settings: VatSettings } | { readonly reason: string } {
  const memory = asAmount(given.memoryLimitBytes);
  const perDelivery = asAmount(given.computronsPerDelivery);
  const balance = asAmount(given.computeBalance);
  if (memory === undefined) return { reason: 'memoryLimitBytes is not an amount of bytes' };
  if (memory !== 0n && (memory < memoryLimitBytesMin || memory > memoryLimitBytesMax)) return { reason: `memoryLimitBytes is not from ${memoryLimitBytesMin} (16 MiB) to ${memoryLimitBytesMax} (2 GiB)` };
  if (balance === undefined) return { reason: 'computeBalance is not an amount of computrons' };
  if (perDelivery === undefined || (perDelivery !== 0n && (perDelivery < BigInt(computronsPerDeliveryMin) || perDelivery > BigInt(computronsPerDeliveryMax)))) {
    return { reason: `computronsPerDelivery is not from ${computronsPerDeliveryMin} to ${computronsPerDeliveryMax}` };
  }
  return {
    settings: {
      memoryLimitBytes: memory === 0n ? null : String(memory),
      computronsPerDelivery: perDelivery === 0n ? null : Number(perDelivery),
      computeBalance: balance === 0n ? null : String(balance),
    },
  };
}

export const defaultSettings: VatSettings = { memoryLimitBytes: null, computronsPerDelivery: null, computeBalance: null };

function asAmount(value: unknown): bigint | undefined {
  if (value === undefined || value === null) return 0n;
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  return typeof value === 'bigint' && value >= 0n && value <= u64Max ? value : undefined;
}
