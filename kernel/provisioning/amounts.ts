/** Amounts of the ledger in words: bytes by powers of 1024 with one decimal, other numbers with commas. */
import type { Dimension } from './dimensions.js';

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

const isBytes = (dimension: Dimension): boolean => dimension === 'worker_memory' || dimension === 'storage_bytes' || dimension === 'bundle_bytes';

/** 67108864 → `64 MiB`; a part is cut off after the first decimal, never rounded up. */
export function shownBytes(bytes: bigint): string {
  let scale = 0;
  while (scale < units.length - 1 && bytes >= 1n << BigInt(10 * (scale + 1))) scale += 1;
  const unit = 1n << BigInt(10 * scale);
  const tenths = ((bytes % unit) * 10n) / unit;
  return `${bytes / unit}${tenths === 0n ? '' : `.${tenths}`} ${units[scale]}`;
}

/** 1234567 → `1,234,567` */
export function shownNumber(number: bigint): string {
  return String(number).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** An amount where its dimension is known already. */
export function shownAmount(dimension: Dimension, amount: bigint): string {
  return isBytes(dimension) ? shownBytes(amount) : shownNumber(amount);
}

/** What each dimension is called in a table. */
export const dimensionTitles: Readonly<Record<Dimension, string>> = {
  vats: 'vats', zombies: 'zombies', worker_memory: 'worker memory', compute: 'guaranteed compute', storage_bytes: 'storage', bundle_bytes: 'bundles',
};

/** An amount that somebody wants, with its dimension. */
export function wantedAmount(dimension: Dimension, amount: bigint): string {
  if (dimension === 'vats') return amount === 1n ? '1 vat' : `${shownNumber(amount)} vats`;
  if (dimension === 'compute') return `${shownNumber(amount)} computrons of guaranteed compute`;
  return `${shownAmount(dimension, amount)} of ${dimensionTitles[dimension]}`;
}
