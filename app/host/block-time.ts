/** The time of the last block in the app state: u64 seconds, u64 nanoseconds. A run takes its time from here. */
import { concatBytes, uint64Bytes, uint64Of, type Context } from '../../chain/index.js';
import { hostKeys, kernelStore } from './keys.js';

export function writeBlockTime(ctx: Context): void {
  ctx.store(kernelStore).set(hostKeys.time, concatBytes(uint64Bytes(ctx.time.seconds), uint64Bytes(BigInt(ctx.time.nanos))));
}

/** Whole seconds. Throws an Error when no block and no genesis wrote it. */
export function readBlockSeconds(stores: Pick<Context, 'store'>): bigint {
  const bytes = stores.store(kernelStore).get(hostKeys.time);
  if (!bytes) throw new Error('the app state has no time of its last block');
  return uint64Of(bytes.slice(0, 8));
}
