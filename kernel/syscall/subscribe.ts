import { addSubscriber, knownPromise } from '../promises.js';
import { enqueueNotify } from '../queues.js';
import { toPromise } from '../translate.js';
import type { ApplySyscall } from './types.js';

/** The vat wants to hear how a promise settles: at once if it has, else when it does. */
export const subscribe: ApplySyscall<'subscribe'> = ({ state, vat }, [, vpid]) => {
  const kp = toPromise(state, vat, vpid);
  if (knownPromise(state.rows, kp).state === 'unresolved') addSubscriber(state, kp, vat);
  else enqueueNotify(state, vat, kp);
};
