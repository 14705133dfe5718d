/** Keys of the stores `kernel` and `storage` in the app state. Numbers are big-endian u64, so that rows lie in their order. */
import { concatBytes, uint64Bytes, utf8Bytes } from '../../chain/index.js';

export const kernelStore = 'kernel';
export const storageStore = 'storage';
/** Each collection of the ledger by its id: the bytes of QuotaCollection. */
export const provisioningStore = 'provisioning';

/** Which queue an action waits in: governance's own commands, what governance does as an account, and what all do. Runs serve them in this order. */
export type Lane = 'control' | 'high' | 'normal';
export const lanes: readonly Lane[] = ['control', 'high', 'normal'];
const laneNames: Readonly<Record<Lane, string>> = { control: 'control-queue', high: 'high-queue', normal: 'queue' };

const text = (...parts: readonly string[]): Uint8Array => utf8Bytes(parts.join('/'));

export const hostKeys = {
  /** 32 raw bytes each: the chain of step hashes, and the hash over all kernel rows. */
  activity: text('activity'),
  digest: text('digest'),
  params: text('params'),
  /** Time of the last block: u64 seconds, u64 nanoseconds. */
  time: text('time'),
  /** u64: the id that the next action gets, and how many stand in the queue. */
  nextAction: text('next-action'),
  queueLength: text('queue-length'),
  /** The bytes of QueryActionResponse. */
  action: (id: bigint) => concatBytes(text('action', ''), uint64Bytes(id)),
  /** Actions that no run has taken: the message as Any. */
  queued: (lane: Lane, id: bigint) => concatBytes(text(laneNames[lane], ''), uint64Bytes(id)),
  allQueued: (lane: Lane) => text(laneNames[lane], ''),
  /** Outcomes by the height they settled at, to be forgotten in time. */
  settled: (height: bigint, id: bigint) => concatBytes(text('settled', ''), uint64Bytes(height), uint64Bytes(id)),
  allSettled: text('settled', ''),
  /** u64 action id: the name, and all below it, is kept for that action. */
  reserved: (account: string, name: string) => text('reserved', account, name),
  /** Coins that wait in the module account with actions: decimal text by denom. */
  waitingFunds: (denom: string) => text('funds', denom),
  allWaitingFunds: text('funds', ''),
  /** u64 size of an installed bundle; those that no run has seen yet, with who installed them behind the size; chunks and what is known of each upload. */
  bundle: (bundleId: string) => text('bundle', bundleId),
  allBundles: text('bundle', ''),
  newBundle: (bundleId: string) => text('new-bundle', bundleId),
  allNewBundles: text('new-bundle', ''),
  chunk: (submitter: string, bundleId: string, index: number) => concatBytes(text('chunk', submitter, bundleId, ''), uint64Bytes(BigInt(index))),
  chunksOf: (submitter: string, bundleId: string) => text('chunk', submitter, bundleId, ''),
  /** JSON {chunks, expires}. */
  upload: (submitter: string, bundleId: string) => text('upload', submitter, bundleId),
  expiry: (height: bigint, submitter: string, bundleId: string) => concatBytes(text('expiry', ''), uint64Bytes(height), text('', submitter, bundleId)),
  allExpiries: text('expiry', ''),
} as const;

/** Published state: the bytes of QueryPublishedResponse. */
export const publishedKey = (path: string): Uint8Array => utf8Bytes(path);
