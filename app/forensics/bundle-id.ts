/** The name of an incident: the same wrong execution has the same one on every machine. */
import { createHash } from 'node:crypto';
import type { Ladder } from './ladder.js';

export type IdFacts = Pick<Ladder, 'height' | 'blockHash' | 'appHash' | 'stores'> & {
  readonly chainId: string;
  /** Hash of lane D; empty without a recorder. */
  readonly lane: string;
};

/** `<height>-<16 hex>`. Nothing of it depends on the machine, the time, or how often it happened. */
export function bundleId({ chainId, height, blockHash, lane, stores, appHash }: IdFacts): string {
  const facts = ['forensics/1', chainId, String(height), blockHash, lane, ...stores.map(({ name, root }) => `${name} ${root}`), appHash];
  return `${height}-${createHash('sha256').update(facts.join('\n')).digest('hex').slice(0, 16)}`;
}

export const bundleIdGrammar = /^(0|[1-9]\d*)-[0-9a-f]{16}$/;
