import { keys } from '../store/keys.js';
import type { ApplySyscall } from './types.js';

export const vatstoreSet: ApplySyscall<'vatstoreSet'> = ({ state, vat }, [, key, value]) => {
  state.rows.set(keys.vatStore(vat, key), value);
};

export const vatstoreDelete: ApplySyscall<'vatstoreDelete'> = ({ state, vat }, [, key]) => {
  state.rows.delete(keys.vatStore(vat, key));
};

/** Reads were answered while the vat ran; they write nothing. */
export const vatstoreGet: ApplySyscall<'vatstoreGet'> = () => {};
export const vatstoreGetNextKey: ApplySyscall<'vatstoreGetNextKey'> = () => {};
