import { loneSlot } from '../capdata.js';
import { isPromise, storedKref } from '../ids.js';
import { dataToKernel } from '../translate.js';
import { IllegalSyscall } from './illegal.js';
import type { ApplySyscall } from './types.js';

/** The vat ends itself with this delivery; the first call counts. What it says settles done(), so it cannot be a lone promise. */
export const exit: ApplySyscall<'exit'> = (scope, [, isFailure, info]) => {
  const data = dataToKernel(scope.state, scope.vat, info);
  const lone = isFailure ? undefined : loneSlot(data);
  if (lone !== undefined && isPromise(storedKref(lone))) throw new IllegalSyscall('it exits with a promise');
  scope.exit ??= { isFailure, info: data };
};
