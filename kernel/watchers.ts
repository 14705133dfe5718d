/** The kernel's own interest in a promise: what is done, within the same step, when it settles. */
import type { CapData } from './capdata.js';
import { settleAction, type ActionWatcher } from './outcome.js';
import type { KernelState } from './state.js';
import { keys } from './store/keys.js';
import type { KernelPromiseId } from './ids.js';
import { hold } from './refcount.js';

export type Watcher = ActionWatcher | { readonly kind: 'host' };

/** Watches an unresolved promise. It holds the promise until told; one watcher a promise. */
export function watch(state: KernelState, kp: KernelPromiseId, watcher: Watcher): void {
  hold(state, kp);
  state.rows.set(keys.watcher(kp), JSON.stringify(watcher));
}

/** `data` has krefs, held by the settled promise at least until the end of this step. */
export function tellWatcher(state: KernelState, watcher: Watcher, isReject: boolean, data: CapData): void {
  if (watcher.kind === 'action') settleAction(state, watcher, isReject, data);
}
