/** Which slog files go: those that are too old, too many, or in the way of the disk; the oldest first, and never what may still be needed. */
import { readdirSync, readFileSync, existsSync, rmSync, statfsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { indexName, inOrder, readSlogName, type SlogName } from '../file-names.js';
import { readEntries } from '../index-file.js';

export type Limits = {
  readonly hoursMax: number;
  /** Of all files together. */
  readonly bytesMax: number;
  /** Share of the disk that stays free, from 0 to 1. */
  readonly freeShareMin: number;
};

export const defaultLimits: Limits = { hoursMax: 48, bytesMax: 4 * 1024 ** 3, freeShareMin: 0.05 };

export type KeptFor = {
  /** Every height above it is kept. */
  readonly confirmed: bigint;
  /** Heights that somebody wants to look at. */
  readonly pinned: ReadonlySet<bigint>;
  /** The file that is written now, by name. */
  readonly current: string | undefined;
};

export type Removed = { readonly file: string; readonly because: 'age' | 'size' | 'disk' };

/** Share of the disk that is free, from 0 to 1. */
export type FreeShare = (folder: string) => number;

export const freeShareOf: FreeShare = folder => {
  const { bavail, blocks } = statfsSync(folder);
  return blocks === 0 ? 1 : bavail / blocks;
};

type OldFile = { readonly name: string; readonly read: SlogName; readonly bytes: number };

/** Removes files with their indexes, and says which. `now` in milliseconds. */
export function removeOldFiles(folder: string, limits: Limits, kept: KeptFor, now: number, freeShare: FreeShare = freeShareOf): Removed[] {
  const removed: Removed[] = [];
  const files = filesOf(folder);
  let bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  for (const [index, file] of files.entries()) {
    const because = reason(file, bytes, limits, now, () => freeShare(folder));
    if (!because) continue;
    if (file.name === kept.current || isNeeded(folder, file, files[index + 1], kept)) continue;
    for (const path of [join(folder, file.name), indexName(join(folder, file.name))]) rmSync(path, { force: true });
    bytes -= file.bytes;
    removed.push({ file: file.name, because });
  }
  return removed;
}

function reason({ read }: OldFile, bytes: number, limits: Limits, now: number, freeShare: () => number): Removed['because'] | undefined {
  if (now - beginOf(read.hour) > (limits.hoursMax + 1) * hourMs) return 'age';
  if (bytes > limits.bytesMax) return 'size';
  return freeShare() < limits.freeShareMin ? 'disk' : undefined;
}

const hourMs = 3_600_000;

function beginOf(hour: string): number {
  return Date.parse(`${hour.slice(0, 4)}-${hour.slice(4, 6)}-${hour.slice(6, 8)}T${hour.slice(9)}:00:00Z`);
}

function filesOf(folder: string): OldFile[] {
  const files = readdirSync(folder).flatMap(name => {
    const read = readSlogName(name);
    return read ? [{ name, read, bytes: statSync(join(folder, name)).size }] : [];
  });
  return files.sort((a, b) => inOrder(a.read, b.read));
}

/** By its index; without one, by its name and that of the next file. */
function isNeeded(folder: string, file: OldFile, next: OldFile | undefined, { confirmed, pinned }: KeptFor): boolean {
  const index = indexName(join(folder, file.name));
  const heights = existsSync(index) ? readEntries(readFileSync(index, 'utf8')).map(({ height }) => height) : [];
  const last = heights.reduce((high, height) => (height > high ? height : high), file.read.first);
  if (last > confirmed) return true;
  const end = heights.length > 0 ? last : (next?.read.first ?? file.read.first);
  return [...pinned].some(height => height >= file.read.first && height <= end);
}

/** Heights of the bundles in a home's folder of incidents: as long as a bundle is there, so are the files around it. */
export function pinnedHeights(forensics: string): Set<bigint> {
  const names = existsSync(forensics) ? readdirSync(forensics) : [];
  return new Set(names.flatMap(name => {
    const height = /^(\d{1,19})-[0-9a-f]{16}$/.exec(name)?.[1];
    return height === undefined ? [] : [BigInt(height)];
  }));
}
