/** What `slog cat` and `slog tail` show: flags, read and checked. */
import { Option, type Command } from 'commander';
import { laneNames } from '../../slog/read/lanes.js';
import type { LineFilter } from '../../slog/read/filter.js';
import { UsageFailure } from '../failure.js';

export type FilterFlags = { readonly height?: string; readonly crank?: string; readonly vat?: string; readonly lane?: string; readonly since?: string };

export function withFilterFlags(command: Command): Command {
  return command
    .option('--height <heights>', 'of these heights alone: 12, or 12-20')
    .option('--crank <cranks>', 'of these cranks alone: 501, or 501-510')
    .option('--vat <id>', 'of one vat alone')
    .addOption(new Option('--lane <lane>', 'd: what nodes must agree on, without the rest of the line; k: rows of the kernel; s: lines with a soft part; l: of this host alone').choices(Object.keys(laneNames)))
    .option('--since <when>', 'not older than 90s, 15m or 2h, or than a time such as 2026-11-20T07:31:00Z');
}

/** `now`: milliseconds of the wall clock. Throws UsageFailure. */
export function readFilter({ height, crank, vat, lane, since }: FilterFlags, now: number): LineFilter {
  const cranks = crank === undefined ? undefined : spanOf('--crank', crank);
  return {
    heights: height === undefined ? undefined : spanOf('--height', height),
    cranks: cranks && { first: Number(cranks.first), last: Number(cranks.last) },
    vat: vat === undefined ? undefined : vatOf(vat),
    lane: lane === undefined ? undefined : laneNames[lane],
    since: since === undefined ? undefined : secondsOf(since, now),
  };
}

function spanOf(flag: string, text: string): { readonly first: bigint; readonly last: bigint } {
  const [, first, last = first] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(text) ?? [];
  if (first === undefined || last === undefined || BigInt(last) < BigInt(first)) throw new UsageFailure(`${flag} ${text} is neither a number nor a range`, `Write it as ${flag} 12 or ${flag} 12-20.`);
  return { first: BigInt(first), last: BigInt(last) };
}

function vatOf(text: string): string {
  if (!/^v[1-9]\d*$/.test(text)) throw new UsageFailure(`--vat ${text} is no id of a vat`, 'Write it as v7; windlass kernel vats lists them.');
  return text;
}

function secondsOf(text: string, now: number): number {
  const [, count, unit] = /^(\d{1,9})([smh])$/.exec(text) ?? [];
  if (count !== undefined) return now / 1000 - Number(count) * ({ s: 1, m: 60, h: 3600 }[unit as 's' | 'm' | 'h']);
  const time = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(text) ? Date.parse(text) : NaN;
  if (Number.isNaN(time)) throw new UsageFailure(`--since ${text} is neither a duration nor a time`, 'Write it as 90s, 15m or 2h, or as 2026-11-20T07:31:00Z.');
  return time / 1000;
}
