/**
 * A step is the unit of kernel history: a crank, or an intake, timer, inject, cleanup or migrate step. All its writes
 * are hashed, and its hash goes into the activity hash (design 4 and 5.2 f).
 */
import { hash as hashOnce } from 'node:crypto';
import { collectGarbage } from './gc.js';
import type { KernelState } from './state.js';
import { keys } from './store/keys.js';
import { isLocal, type Change, type ReadableRows } from './store/storage.js';
import { wtf8Bytes } from './store/wtf8.js';

export type StepKind = 'crank' | 'intake' | 'timer' | 'inject' | 'cleanup' | 'migrate' | 'genesis' | 'audit';

export type StepRecord = {
  /** Counts from 1, over all steps of the chain. */
  readonly number: number;
  readonly kind: StepKind;
  /** SHA-256 over its effective writes, hex. */
  readonly hash: string;
  /** The chain of hashes after it, hex. */
  readonly activity: string;
};

/** 32 zero bytes in hex: the activity hash before the first step. */
export const noActivity = '00'.repeat(32);

export function beginStep(state: KernelState): void {
  state.zero.clear();
  state.rows.beginStep();
}

/** Undoes the open step and its outbound operations from `mark` on; the step stays open. */
export function undoStep(state: KernelState, mark: number): void {
  state.rows.undoStep();
  state.zero.clear();
  state.outbound.length = mark;
}

/** Collects garbage, hashes what the step wrote, and closes it. */
export function closeStep(state: KernelState, kind: StepKind): StepRecord {
  collectGarbage(state);
  const changes = state.rows.stepChanges();
  const hashes = state.record && new Map<number, string>();
  const hash = hashChanges(changes, hashes);
  const number = stepNumber(state.rows) + 1;
  const activity = hashOnce('sha256', Buffer.concat([Buffer.from(activityHash(state.rows), 'hex'), hash]), 'hex');
  state.rows.set(keys.step, String(number));
  state.rows.set(keys.activity, activity);
  state.rows.endStep();
  const step = { number, kind, hash: hash.toString('hex'), activity };
  if (hashes) state.record?.({ type: 'step', step, changes, hashes });
  return step;
}

export function stepNumber(rows: ReadableRows): number {
  return Number(rows.get(keys.step) ?? '0');
}
export function activityHash(rows: ReadableRows): string {
  return rows.get(keys.activity) ?? noActivity;
}

const shortValueMax = 64;

/**
 * SHA-256 over the rows in key order: u32 length and bytes of the key, then 0 for deleted, or 1, u32 length and bytes of a
 * value of at most 64 bytes, or 2 and the SHA-256 of a longer one. Numbers are big-endian. Local rows do not count.
 * Those of longer ones are put into `hashes`, by the index of the change.
 */
function hashChanges(changes: readonly Change[], hashes?: Map<number, string>): Buffer {
  let at = 0;
  for (const [index, { key, after }] of changes.entries()) {
    if (isLocal(key)) continue;
    at = reserve(at, 4 + key.length + 1 + 4 + (after === undefined ? 0 : Math.max(shortValueMax, hashBytes)));
    at = scratch.writeUInt32BE(key.length, at);
    at += scratch.write(key, at, 'latin1');
    if (after === undefined) {
      at = scratch.writeUInt8(deletedMark, at);
      continue;
    }
    const short = after.length <= shortValueMax ? wtf8Bytes(after) : undefined;
    if (short !== undefined && short.length <= shortValueMax) {
      at = scratch.writeUInt8(shortMark, at);
      at = scratch.writeUInt32BE(short.length, at);
      at += short.copy(scratch, at);
    } else {
      const hashed = hashOnce('sha256', after.isWellFormed() ? after : wtf8Bytes(after), 'hex');
      hashes?.set(index, hashed);
      at = scratch.writeUInt8(longMark, at);
      at += scratch.write(hashed, at, 'hex');
    }
  }
  return hashOnce('sha256', scratch.subarray(0, at), 'buffer');
}

const [deletedMark, shortMark, longMark] = [0, 1, 2];
const hashBytes = 32;

/** What is hashed is put together here: a step has many small rows. Nothing of it is kept. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

/** Makes room for `more` bytes after the first `at`. */
function reserve(at: number, more: number): number {
  if (at + more <= scratch.length) return at;
  const larger = Buffer.allocUnsafeSlow(2 * (at + more));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
  return at;
}
