/** The closed table of syscalls. */
import type { VatSyscall } from '../vat/protocol.js';
import { exit } from './exit.js';
import { abandonExports, dropImports, retireExports, retireImports } from './gc.js';
import { resolve } from './resolve.js';
import { send } from './send.js';
import { subscribe } from './subscribe.js';
import type { SyscallScope } from './types.js';
import { vatstoreDelete, vatstoreGet, vatstoreGetNextKey, vatstoreSet } from './vatstore.js';

/** Applies one recorded syscall. Throws IllegalSyscall. */
export function applySyscall(scope: SyscallScope, syscall: VatSyscall): void {
  switch (syscall[0]) {
    case 'send': return send(scope, syscall);
    case 'subscribe': return subscribe(scope, syscall);
    case 'resolve': return resolve(scope, syscall);
    case 'exit': return exit(scope, syscall);
    case 'vatstoreGet': return vatstoreGet(scope, syscall);
    case 'vatstoreGetNextKey': return vatstoreGetNextKey(scope, syscall);
    case 'vatstoreSet': return vatstoreSet(scope, syscall);
    case 'vatstoreDelete': return vatstoreDelete(scope, syscall);
    case 'dropImports': return dropImports(scope, syscall);
    case 'retireImports': return retireImports(scope, syscall);
    case 'retireExports': return retireExports(scope, syscall);
    case 'abandonExports': return abandonExports(scope, syscall);
    case 'callNow': return undefined; // there are no devices: it was answered with an error
    default: {
      const unknown: never = syscall;
      throw new Error(`no such syscall: ${String(unknown)}`);
    }
  }
}
