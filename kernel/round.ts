/**
 * Planning a round: which deliveries may run side by side (design 5.2, Planning). It reads the state and leaves it as it
 * was; what it takes is fixed, so that the workers may run in any order.
 */
import type { PlannedItem } from './crank.js';
import { gcActions, isValid, type GcAction } from './gc.js';
import { asVatId, type VatId } from './ids.js';
import { isAlone, parseItem, type AloneItem, type NotifyItem, type SendItem } from './items.js';
import { joinedItemsMax, joinNotifies, type QueuedNotify } from './notify.js';
import { runQueueOf } from './run-queue.js';
import type { KernelState } from './state.js';
import { keys } from './store/keys.js';
import { toVatDelivery, type VatSource } from './translate.js';
import { readVat } from './vat/records.js';

export type Plan =
  | { readonly kind: 'items'; readonly items: readonly PlannedItem[] }
  /** Create, upgrade, terminate and options change what rounds rely on: each is a round of its own. */
  | { readonly kind: 'alone'; readonly key: string; readonly item: AloneItem }
  | { readonly kind: 'nothing' };

const kernelItemsMax = 64;

/** What is taken so far, and which vats may not be given more in this round. */
type Draft = { readonly items: PlannedItem[]; readonly closed: Set<VatId>; vatItems: number; kernelItems: number };

export function planRound(state: KernelState): Plan {
  const draft: Draft = { items: [], closed: new Set(), vatItems: 0, kernelItems: 0 };
  planGc(state, draft);
  planReaps(state, draft);
  const alone = planQueue(state, draft);
  if (draft.items.length > 0) return { kind: 'items', items: draft.items };
  return alone ?? { kind: 'nothing' };
}

const hasRoom = (state: KernelState, draft: Draft): boolean => draft.vatItems < state.params.roundWidth;

/** Void actions go first, in a crank of their own; then of each vat its first kind of action, one delivery. */
function planGc(state: KernelState, draft: Draft): void {
  const valid: GcAction[] = [];
  const invalid: GcAction[] = [];
  for (const action of gcActions(state.rows)) {
    if (readVat(state.rows, action.vat)?.life === 'paused') continue;
    (isValid(state.rows, action) ? valid : invalid).push(action);
  }
  if (invalid.length > 0) draft.items.push({ kind: 'void-gc', actions: invalid });
  for (const [vat, actions] of firstKinds(valid)) {
    draft.closed.add(vat);
    if (hasRoom(state, draft)) take(state, draft, vat, { from: 'gc', actions });
  }
}

/** Of each vat the actions of its first kind, in the order given. */
function firstKinds(actions: readonly GcAction[]): ReadonlyMap<VatId, readonly GcAction[]> {
  const kinds = new Map<VatId, GcAction[]>();
  for (const action of actions) {
    const kind = kinds.get(action.vat);
    if (!kind) kinds.set(action.vat, [action]);
    else if (kind[0]?.rank === action.rank) kind.push(action);
  }
  return kinds;
}

function planReaps(state: KernelState, draft: Draft): void {
  for (const [key, text] of state.rows.below(keys.allReaps)) {
    const vat = asVatId(text) as VatId;
    if (draft.closed.has(vat) || readVat(state.rows, vat)?.life !== 'running') continue;
    draft.closed.add(vat);
    if (hasRoom(state, draft)) take(state, draft, vat, { from: 'reap', key });
  }
}

function planQueue(state: KernelState, draft: Draft): Plan | undefined {
  for (const { key, vat } of runQueueOf(state.rows).candidates(draft.closed, kernelItemsMax)) {
    if (!hasRoom(state, draft) || draft.kernelItems >= kernelItemsMax) return undefined;
    const item = parseItem(state.rows.get(key) as string);
    if (isAlone(item)) return { kind: 'alone', key, item };
    if (vat === undefined) {
      draft.items.push({ kind: 'kernel', key, item });
      draft.kernelItems += 1;
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
