/** What a vat tells of its own collection, always within bringOutYourDead. */
import { deleteEntry, dropImport, entryOf, krefOf, type ClistEntry } from '../clist.js';
import { deleteObject } from '../gc.js';
import { isPromise, type KernelObjectId } from '../ids.js';
import { orphanObject, readObject } from '../objects.js';
import { keys } from '../store/keys.js';
import type { Vref } from '../vat/protocol.js';
import { IllegalSyscall } from './illegal.js';
import type { ApplySyscall, SyscallScope } from './types.js';

function objectOf({ state, vat }: SyscallScope, vref: Vref, prefix: 'o-' | 'o+'): { kref: KernelObjectId; entry: ClistEntry } {
  const kref = vref.startsWith(prefix) ? krefOf(state.rows, vat, vref) : undefined;
  const entry = kref === undefined ? undefined : entryOf(state.rows, vat, kref);
  if (kref === undefined || entry === undefined || isPromise(kref)) throw new IllegalSyscall(`${vref} is not an ${prefix === 'o-' ? 'import' : 'export'} of it`);
  return { kref: kref, entry };
}

export const dropImports: ApplySyscall<'dropImports'> = (scope, [, vrefs]) => {
  for (const vref of vrefs) {
    const { kref, entry } = objectOf(scope, vref, 'o-');
    if (!entry.reachable) throw new IllegalSyscall(`${vref} was dropped before`);
    dropImport(scope.state, scope.vat, kref, entry);
  }
};

export const retireImports: ApplySyscall<'retireImports'> = (scope, [, vrefs]) => {
  for (const vref of vrefs) {
    const { kref, entry } = objectOf(scope, vref, 'o-');
    if (entry.reachable) throw new IllegalSyscall(`${vref} is retired but was not dropped`);
    deleteEntry(scope.state, scope.vat, kref);
    scope.state.rows.delete(keys.gcAction(scope.vat, 3, kref));
  }
};

export const retireExports: ApplySyscall<'retireExports'> = (scope, [, vrefs]) => {
  for (const vref of vrefs) {
    const { kref, entry } = objectOf(scope, vref, 'o+');
    if (entry.reachable) throw new IllegalSyscall(`${vref} is retired but others can reach it`);
    deleteEntry(scope.state, scope.vat, kref);
    if (readObject(scope.state.rows, kref)) deleteObject(scope.state, kref);
  }
};

/** The vat gives up an export that others may still hold: it becomes an orphan. */
export const abandonExports: ApplySyscall<'abandonExports'> = (scope, [, vrefs]) => {
  for (const vref of vrefs) {
    const { kref } = objectOf(scope, vref, 'o+');
    deleteEntry(scope.state, scope.vat, kref);
    orphanObject(scope.state, kref);
  }
};
