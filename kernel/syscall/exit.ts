import { dataToKernel } from '../translate.js';
import type { ApplySyscall } from './types.js';

/** The vat ends itself with this delivery; the first call counts. */
export const exit: ApplySyscall<'exit'> = (scope, [, isFailure, info]) => {
  const data = dataToKernel(scope.state, scope.vat, info);
  scope.exit ??= { isFailure, info: data };
};
