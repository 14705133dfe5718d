/** summary.json of a bundle: what is known of an incident, for programs and for the screen. Numbers of 64 bits are text. */
import type { Comparison } from './compare-with-peers.js';
import type { StoreRoot } from './ladder.js';

/** `apphash`: the chain has another AppHash. `local-nondeterminism`: this machine did not do the same twice. `split`: nobody has two thirds. */
export type Cause = 'apphash' | 'local-nondeterminism' | 'panic' | 'split' | 'manual' | 'storage';

/** The gravest first: of two causes that one execution is saved for, the graver is told. An operator's wish and damage to a file weigh the same. */
const gravity: readonly (readonly Cause[])[] = [['apphash'], ['local-nondeterminism'], ['panic'], ['split'], ['storage', 'manual']];

export function isGraver(cause: Cause, than: Cause): boolean {
  const placeOf = (one: Cause): number => gravity.findIndex(causes => causes.includes(one));
  return placeOf(cause) < placeOf(than);
}

export type Summary = {
  readonly format: 1;
  readonly id: string;
  readonly cause: Cause;
  readonly chainId: string;
  readonly height: string;
  /** UTC, RFC 3339. */
  readonly time: string;
  /** How often the same happened on this node. */
  readonly seen: number;
  readonly acknowledged?: string;
  readonly release: string;
  readonly platform: string;
  /** SHA-256 of config.toml and app.toml. */
  readonly configHash?: string;
  /** Hashes in lower-case hex; undefined before FinalizeBlock had a result. */
  readonly ours?: { readonly appHash: string; readonly blockHash: string; readonly activity: string; readonly stores: readonly StoreRoot[] };
  /** The chain's. */
  readonly theirs?: { readonly appHash: string; readonly power?: string; readonly totalPower?: string; readonly source: string; readonly isVerified: boolean };
  /** The block before was known to be agreed. */
  readonly isBeforeAgreed: boolean;
  /** Hash of lane D of the attempt; undefined without a recorder. */
  readonly lane?: string;
  readonly attempts?: readonly { readonly stream: string; readonly attempt: number; readonly isComplete: boolean; readonly lane: string }[];
  readonly comparison?: Comparison;
  /** What was proposed for the next height. */
  readonly proposed?: readonly { readonly appHash: string; readonly proposer: string; readonly power: string }[];
  /** Whether peers could be asked at all. */
  readonly peersConfigured: number;
  readonly rerun?: { readonly result: 'transient' | 'reproducible' | 'neither'; readonly appHash: string; readonly time: string };
  /** What was thrown, or why an operator wanted it. */
  readonly reason?: string;
  readonly onDivergence: 'exit' | 'hold';
  readonly bytes: number;
};

export type SummaryChange = { readonly [Name in keyof Summary]?: Summary[Name] | undefined };

/** These stop a node, and are told again until somebody has taken note. */
export function isAlarm(cause: Cause): boolean {
  return cause === 'apphash' || cause === 'local-nondeterminism' || cause === 'panic';
}
