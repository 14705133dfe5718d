import type { CapData } from '../capdata.js';
import type { VatId } from '../ids.js';
import type { KernelState } from '../state.js';
import type { VatSyscall } from '../vat/protocol.js';

/** What the syscalls of one delivery are applied to, and what they leave for the crank to do. */
export type SyscallScope = {
  readonly state: KernelState;
  readonly vat: VatId;
  /** Set by `exit`; acted upon when the delivery settles. */
  exit?: { readonly isFailure: boolean; readonly info: CapData };
  /** By how much the vat's store grew, in bytes of keys and values. */
  stored: number;
};

export type SyscallOf<Name extends VatSyscall[0]> = Extract<VatSyscall, readonly [Name, ...unknown[]]>;

/** Applies one recorded syscall to the state as it is now. Throws IllegalSyscall when the vat may not do this. */
export type ApplySyscall<Name extends VatSyscall[0]> = (scope: SyscallScope, syscall: SyscallOf<Name>) => void;
