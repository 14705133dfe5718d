/** data/upgrade-info.json: what tells a supervisor such as Cosmovisor that the node wants the next release. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../chain/engine/home-files/index.js';

export type UpgradeInfo = { readonly name: string; readonly height: bigint; readonly info: string };

const fileOf = (home: string): string => join(home, 'data', 'upgrade-info.json');

/** By rename, so that nobody reads half of it. The height is a JSON number; the time is the SDK's unused one. */
export function writeUpgradeInfo(home: string, { name, height, info }: UpgradeInfo): void {
  replaceFile(fileOf(home), `${JSON.stringify({ name, time: '0001-01-01T00:00:00Z', height: Number(height), info })}\n`, 0o600);
}

/** Undefined when no upgrade was ever needed here. Throws an Error for a file that is none of ours. */
export function readUpgradeInfo(home: string): UpgradeInfo | undefined {
  const file = fileOf(home);
  if (!existsSync(file)) return undefined;
  const { name, height, info } = JSON.parse(readFileSync(file, 'utf8')) as { readonly name?: unknown; readonly height?: unknown; readonly info?: unknown };
  if (typeof name !== 'string' || typeof height !== 'number' || typeof info !== 'string') throw new Error(`${file} does not say which upgrade is needed`);
  return { name, height: BigInt(height), info };
}
