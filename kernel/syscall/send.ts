import { routeSend } from '../route.js';
import { messageToKernel } from '../translate.js';
import { toKref } from '../clist.js';
import type { ApplySyscall } from './types.js';

/** A message to an object or a promise; it is routed at once. */
export const send: ApplySyscall<'send'> = ({ state, vat }, [, target, message]) => {
  const kref = toKref(state, vat, target);
  routeSend(state, kref, messageToKernel(state, vat, message));
};
