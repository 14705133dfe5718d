/** The kernel's own interest in a promise: what is done, within the same step, when it settles. */
import type { CapData } from './capdata.js';
import { krefsIn, type UpgradeVatItem } from './items.js';
import type { ResolutionPolicy } from './outbound.js';
import { settleAction, type ActionWatcher } from './outcome.js';
import { enqueue, releaseItem } from './queues.js';
import type { KernelState } from './state.js';
import { keys } from './store/keys.js';
import { storedKref, type KernelPromiseId } from './ids.js';
import { hold } from './refcount.js';

export type Watcher =
  | ActionWatcher
  | { readonly kind: 'host'; readonly promise: KernelPromiseId; readonly policy: ResolutionPolicy }
  /** The upgrade is queued when the promise is fulfilled; otherwise its own result is rejected with the same data. */
  | { readonly kind: 'then-upgrade'; readonly item: UpgradeVatItem };

/** Every kref that a watcher holds besides the promise it watches. */
export function krefsOfWatcher(watcher: Watcher): readonly string[] {
  return watcher.kind === 'then-upgrade' ? krefsIn(watcher.item) : [];
}

/** Watches an unresolved promise. It holds the promise until told; one watcher a promise. */
export function watch(state: KernelState, kp: KernelPromiseId, watcher: Watcher): void {
  for (const kref of [kp, ...krefsOfWatcher(watcher)]) hold(state, storedKref(kref));
  state.rows.set(keys.watcher(kp), JSON.stringify(watcher));
}

/**
 * `data` has krefs, held by the settled promise at least until the end of this step. Answers with a promise that must now
 * be rejected with the same data, if there is one.
 */
export function tellWatcher(state: KernelState, watcher: Watcher, isReject: boolean, data: CapData): KernelPromiseId | undefined {
  switch (watcher.kind) {
    case 'action':
      settleAction(state, watcher, isReject, data);
      return undefined;
    case 'host':
      state.outbound.push({ kind: 'host-promise', promise: watcher.promise, policy: watcher.policy, isReject, data });
      return undefined;
    case 'then-upgrade':
      if (!isReject) enqueue(state, watcher.item);
      releaseItem(state, watcher.item);
      return isReject && watcher.item.result !== null ? watcher.item.result : undefined;
  }
}
