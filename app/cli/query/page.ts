import type { Command } from 'commander';
import { UsageFailure } from '../failure.js';

export function withPageFlags(command: Command): Command {
  return command
    .option('--limit <n>', 'how many to list (default: 100)')
    .option('--offset <n>', 'how many to leave out first')
    .option('--page-key <base64>', 'where the page before ended: its pagination.next_key');
}

/** A PageRequest, or undefined when no flag asks for one. Throws UsageFailure. */
export function pageOf(flags: Readonly<Record<string, string | undefined>>): object | undefined {
  const { limit, offset, pageKey } = flags;
  if (limit === undefined && offset === undefined && pageKey === undefined) return undefined;
  if (offset !== undefined && pageKey !== undefined) throw new UsageFailure('--offset and --page-key both say where to start', 'Give one of them.');
  return { limit: count('--limit', limit), offset: count('--offset', offset), key: Uint8Array.from(Buffer.from(pageKey ?? '', 'base64')) };
}

function count(flag: string, text: string | undefined): bigint {
  if (text === undefined) return 0n;
  if (!/^\d{1,15}$/.test(text)) throw new UsageFailure(`${flag} ${text}: expected a whole number`);
  return BigInt(text);
}
