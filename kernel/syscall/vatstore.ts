import { keys } from '../store/keys.js';
import { wtf8Length } from '../store/wtf8.js';
import type { ApplySyscall, SyscallScope } from './types.js';

export const vatstoreSet: ApplySyscall<'vatstoreSet'> = (scope, [, key, value]) => {
  const row = keys.vatStore(scope.vat, key);
  scope.stored += wtf8Length(key) + wtf8Length(value) - storedAt(scope, key, row);
  scope.state.rows.set(row, value);
};

export const vatstoreDelete: ApplySyscall<'vatstoreDelete'> = (scope, [, key]) => {
  const row = keys.vatStore(scope.vat, key);
  scope.stored -= storedAt(scope, key, row);
  scope.state.rows.delete(row);
};

function storedAt({ state }: SyscallScope, key: string, row: string): number {
  const value = state.rows.get(row);
  return value === undefined ? 0 : wtf8Length(key) + wtf8Length(value);
}

/** Reads were answered while the vat ran; they write nothing. */
export const vatstoreGet: ApplySyscall<'vatstoreGet'> = () => {};
export const vatstoreGetNextKey: ApplySyscall<'vatstoreGetNextKey'> = () => {};
