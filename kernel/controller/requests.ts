/** What a host may ask of the whole kernel: changes to the open step that are more than one message. */
import assert from 'node:assert/strict';
import { encodeCapData, encodeMethargs, type Passable } from '../capdata.js';
import { asVatId, type KernelObjectId, type KernelPromiseId, type VatId } from '../ids.js';
import type { UpgradeVatItem } from '../items.js';
import { addPromise } from '../promises.js';
import { enqueue } from '../queues.js';
import { queueReap } from '../reap.js';
import { routeSend } from '../route.js';
import type { KernelState } from '../state.js';
import { keys } from '../store/keys.js';
import { allVats, isAlive, readProgress } from '../vat/records.js';
import { rootOf } from '../vat/lifecycle.js';
import { watch } from '../watchers.js';
import { addHostPromise } from './host-promises.js';

/** A live static vat by its name. Throws an Error when there is none. */
export function staticVat(state: KernelState, name: string): { readonly vat: VatId; readonly root: KernelObjectId } {
  const text = state.rows.get(keys.vatByName(name));
  if (text === undefined) throw new Error(`there is no vat with the name ${JSON.stringify(name)}`);
  const vat = asVatId(text);
  assert(vat, `the name ${name} stands for ${text}, which is no vat`);
  return { vat, root: rootOf(state, vat) };
}

export type StaticUpgrade = {
  readonly vat: VatId; readonly bundleId: string; readonly parameters: Passable; readonly upgradeMessage: string; readonly pauseFirst: boolean;
};

/** Queues the upgrade, at once or when the vat's root has answered pauseService(). The promise is that of the outcome. */
export function queueStaticUpgrade(state: KernelState, { vat, bundleId, parameters, upgradeMessage, pauseFirst }: StaticUpgrade): KernelPromiseId {
  const result = addHostPromise(state, 'ignore');
  const item: UpgradeVatItem = { type: 'upgrade-vat', vat, bundleId, parameters: encodeCapData(parameters), upgradeMessage, result };
  if (!pauseFirst) {
    enqueue(state, item);
    return result;
  }
  const paused = addPromise(state, undefined);
  watch(state, paused, { kind: 'then-upgrade', item });
  routeSend(state, rootOf(state, vat), { methargs: encodeMethargs('pauseService', []), result: paused });
  return result;
}

/** Queues bringOutYourDead for every live vat that has none queued, by number. */
export function queueReaps(state: KernelState): VatId[] {
  const vats = allVats(state.rows).filter(vat => isAlive(state.rows, vat) && readProgress(state.rows, vat).reap === 0);
  for (const vat of vats) queueReap(state, vat);
  return vats;
}
