/**
 * Whether what a peer says of a block is what its network agreed on. From the AppHash in the next header down: the roots of
 * the stores give the AppHash, the proof shows the activity hash under the root of store kernel, and the chain of step hashes, from
 * the activity hash that we agreed on ourselves, ends there. A lie breaks one of the three.
 */
import { hash } from 'node:crypto';
import { appHashOfRoots, provenInTree } from '../../chain/store/index.js';
import { hostKeys, kernelStore } from '../host/keys.js';
import type { Ladder } from './ladder.js';

export type Agreed = {
  readonly height: bigint;
  /** Lower-case hex, from the header of the next block. */
  readonly appHash: string;
  /** Lower-case hex, after the block before, on which we agreed; undefined where it is not known: then the peer's is taken. */
  readonly activityBefore: string | undefined;
};

/** Undefined when all of it holds, else what does not, for people. */
export function faultInLadder(ladder: Ladder, agreed: Agreed): string | undefined {
  if (ladder.height !== agreed.height) return `it is of height ${ladder.height}`;
  if (ladder.appHash !== agreed.appHash) return 'it has another AppHash than the header of the next block';
  return faultInProof(ladder) ?? faultInSteps(ladder, agreed.activityBefore);
}

/** The parts of a ladder that hold together by themselves. */
export function faultInProof({ appHash, stores, proof, activity }: Ladder): string | undefined {
  const isSorted = stores.every(({ name }, index) => index === 0 || (stores[index - 1]?.name ?? '') < name);
  if (!isSorted || hexOf(appHashOfRoots(stores.map(({ name, root }) => ({ name, root: Buffer.from(root, 'hex') })))) !== appHash) return 'its store roots do not give the AppHash';
  const root = stores.find(({ name }) => name === kernelStore)?.root ?? '';
  const proven = provenInTree(proof, Buffer.from(root, 'hex'));
  if (!proven || hexOf(proven.key) !== hexOf(hostKeys.activity) || hexOf(proven.value) !== activity) return 'its activity hash is not proven';
  return undefined;
}

function faultInSteps({ steps, activityBefore, activity }: Ladder, agreedBefore: string | undefined): string | undefined {
  if (agreedBefore !== undefined && activityBefore !== agreedBefore) return 'it begins with another activity hash than the block before ended with';
  return activityAfter(activityBefore, steps.map(step => step.hash)) === activity ? undefined : 'its steps do not end in the activity hash';
}

/** As kernel/step.ts chains it. */
export function activityAfter(before: string, steps: readonly string[]): string {
  return steps.reduce((activity, step) => hash('sha256', Buffer.from(activity + step, 'hex'), 'hex'), before);
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
