/**
 * Planning a round: which deliveries may run side by side (design 5.2, Planning). It reads the state and leaves it as it
 * was; what it takes is fixed, so that the workers may run in any order.
 */
import type { PlannedItem } from './crank.js';
import { choresOf } from './chores.js';
import { gcActionsOf, isValid, type GcAction } from './gc.js';
import type { VatId } from './ids.js';
import { isAlone, parseItem, type AloneItem, type NotifyItem, type SendItem } from './items.js';
import { joinedItemsMax, joinNotifies, type QueuedNotify } from './notify.js';
import { parseReap } from './reap.js';
import { isUnasked, runQueueOf } from './run-queue.js';
import type { KernelState } from './state.js';
import { toVatDelivery, type VatSource } from './translate.js';

export type Plan =
  | { readonly kind: 'items'; readonly items: readonly PlannedItem[] }
  /** Create, upgrade, terminate and options change what rounds rely on: each is a round of its own. */
  | { readonly kind: 'alone'; readonly key: string; readonly item: AloneItem }
  | { readonly kind: 'nothing' };

const kernelItemsMax = 64;
/** Unasked notifies of one vat that one crank settles. */
const noticesMax = 64;
/** Void GC actions that one round deletes, and GC actions that one delivery carries out. */
const voidActionsMax = 64;
const gcKrefsMax = 1000;

/** What is taken so far, and which vats may not be given more in this round. */
type Draft = { readonly items: PlannedItem[]; readonly closed: Set<VatId>; vatItems: number; kernelItems: number };

export function planRound(state: KernelState): Plan {
  const draft: Draft = { items: [], closed: new Set(), vatItems: 0, kernelItems: 0 };
  const alone = planGc(state, draft) ? planRest(state, draft) : undefined;
  if (draft.items.length > 0) return { kind: 'items', items: draft.items };
  return alone ?? { kind: 'nothing' };
}

const hasRoom = (state: KernelState, draft: Draft): boolean => draft.vatItems < state.params.roundWidth;

/**
 * Of each vat the first actions of its first kind, one delivery, while the round has room. Void actions that are met on the
 * way are deleted in a crank of their own that settles first. Says whether the round may have more: enough void ones end it.
 */
function planGc(state: KernelState, draft: Draft): boolean {
  const invalid: GcAction[] = [];
  for (const vat of choresOf(state.rows).gcVats()) {
    if (!hasRoom(state, draft) || invalid.length >= voidActionsMax) break;
    const actions = firstKind(state, vat, invalid);
    if (actions.length > 0) take(state, draft, vat, { from: 'gc', actions });
  }
  if (invalid.length > 0) draft.items.unshift({ kind: 'void-gc', actions: invalid });
  return invalid.length < voidActionsMax;
}

/** The vat's first valid actions of one kind; void ones are added to `invalid` until there are enough. */
function firstKind({ rows }: KernelState, vat: VatId, invalid: GcAction[]): readonly GcAction[] {
  const valid: GcAction[] = [];
  for (const action of gcActionsOf(rows, vat)) {
    const [first] = valid;
    if (valid.length >= gcKrefsMax || invalid.length >= voidActionsMax || (first && first.rank !== action.rank)) break;
    (isValid(rows, action) ? valid : invalid).push(action);
  }
  return valid;
}

function planRest(state: KernelState, draft: Draft): Plan | undefined {
  planReaps(state, draft);
  return planQueue(state, draft);
}

/** A vat that has a GC delivery in the round is passed over. */
function planReaps(state: KernelState, draft: Draft): void {
  for (const { key, vat } of choresOf(state.rows).reaps()) {
    if (!hasRoom(state, draft)) return;
    if (!draft.closed.has(vat)) take(state, draft, vat, { from: 'reap', key, takesSnapshot: parseReap(state.rows.get(key) as string).takesSnapshot });
  }
}

function planQueue(state: KernelState, draft: Draft): Plan | undefined {
  for (const { key, vat } of runQueueOf(state.rows).candidates(draft.closed)) {
    if (!hasRoom(state, draft) || draft.kernelItems >= kernelItemsMax) return undefined;
    const item = parseItem(state.rows.get(key) as string);
    if (isAlone(item)) return { kind: 'alone', key, item };
    if (vat === undefined) {
      draft.items.push({ kind: 'kernel', key, item });
      draft.kernelItems += 1;
    } else if (isUnasked(item)) {
      takeNotices(state, draft, vat);
    } else {
      take(state, draft, vat, sourceOf(state, vat, key, item));
    }
  }
  return undefined;
}

function sourceOf({ rows }: KernelState, vat: VatId, key: string, item: SendItem | NotifyItem): VatSource {
  if (item.type === 'send') return { from: 'queue', key, item };
  const notifies: [QueuedNotify, ...QueuedNotify[]] = [{ key, item }];
  for (const next of runQueueOf(rows).nextOf(vat, joinedItemsMax).slice(1)) {
    const other = parseItem(rows.get(next) as string);
    if (other.type !== 'notify') break;
    notifies.push({ key: next, item: other });
  }
  return { from: 'notifies', ...joinNotifies(rows, notifies) };
}

/** They need no worker, but nothing else may be planned with a c-list that they change. */
function takeNotices({ rows }: KernelState, draft: Draft, vat: VatId): void {
  const notices = runQueueOf(rows).noticesOf(vat, noticesMax).map(key => ({ key, item: parseItem(rows.get(key) as string) as NotifyItem }));
  draft.items.push({ kind: 'notices', vat, notices });
  draft.closed.add(vat);
  draft.kernelItems += 1;
}

/** Fixes the delivery as it will be: made in a step that is undone at once. */
function take(state: KernelState, draft: Draft, vat: VatId, source: VatSource): void {
  state.rows.beginStep();
  const delivery = toVatDelivery(state, vat, source);
  state.rows.dropStep();
  state.zero.clear();
  draft.items.push({ kind: 'vat', vat, source, delivery });
  draft.closed.add(vat);
  draft.vatItems += 1;
}
