import { loneSlot } from '../capdata.js';
import { deleteEntry } from '../clist.js';
import { isPromise, storedKref } from '../ids.js';
import { knownPromise } from '../promises.js';
import { settlePromise } from '../route.js';
import { dataToKernel, toPromise } from '../translate.js';
import { IllegalSyscall } from './illegal.js';
import type { ApplySyscall } from './types.js';

/**
 * A batch of resolutions, which may name each other. All are translated first; then the vat's entries of the promises
 * go, because it will never hear of them again; then each is settled in order.
 */
export const resolve: ApplySyscall<'resolve'> = ({ state, vat }, [, batch]) => {
  const resolutions = batch.map(([vpid, isReject, data]) => ({ kp: toPromise(state, vat, vpid), isReject, data: dataToKernel(state, vat, data) }));
  const seen = new Set<string>();
  for (const { kp, isReject, data } of resolutions) {
    const { state: promiseState, decider } = knownPromise(state.rows, kp);
    if (promiseState !== 'unresolved' || decider !== vat || seen.has(kp)) throw new IllegalSyscall('it resolves a promise that it does not decide');
    seen.add(kp);
    const lone = isReject ? undefined : loneSlot(data);
    if (lone !== undefined && isPromise(storedKref(lone))) throw new IllegalSyscall('it fulfills a promise to a promise');
  }
  for (const { kp } of resolutions) deleteEntry(state, vat, kp);
  for (const { kp, isReject, data } of resolutions) settlePromise(state, kp, isReject, data);
};
