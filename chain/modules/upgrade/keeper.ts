import { uint64Bytes, uint64Of, utf8Text } from '../../bytes.js';
import type { Codecs } from '../../codec/index.js';
import { refuseSdk } from '../../refusal.js';
import { rowsBelow, type Readable, type Writable } from '../state.js';
import { doneKey, donePrefix, planKey, protocolVersionKey, upgradeStore, versionKey, versionsPrefix } from './keys.js';
import { toWirePlan, type Plan, type WirePlan } from './plan.js';

export type AppliedPlan = { readonly name: string; readonly height: bigint };
export type ModuleVersion = { readonly name: string; readonly version: bigint };

export type UpgradeKeeper = {
  /** The plan that waits for its height. */
  plan(state: Readable): Plan | undefined;
  /** Replaces a plan that waits. `height` is that of the block under way. Refuses a height in the past and a name that was applied before. */
  schedule(state: Writable, plan: Plan, height: bigint): void;
  /** Without a plan nothing happens. */
  cancel(state: Writable): void;
  /** The block at `height` has executed the upgrade: the plan is gone, and its name used up. */
  markDone(state: Writable, name: string, height: bigint): void;
  /** In the order of their heights. */
  applied(state: Readable): readonly AppliedPlan[];
  lastApplied(state: Readable): AppliedPlan | undefined;
  /** By name. */
  moduleVersions(state: Readable): readonly ModuleVersion[];
  setModuleVersions(state: Writable, versions: readonly ModuleVersion[]): void;
};

export function makeUpgradeKeeper(codecs: Codecs): UpgradeKeeper {
  const codec = codecs.of<WirePlan>('cosmos.upgrade.v1beta1.Plan');
  const applied = (state: Readable): AppliedPlan[] => rowsBelow(state, upgradeStore, donePrefix).map(([key]) => ({ height: uint64Of(key.subarray(1, 9)), name: utf8Text(key.subarray(9)) }));
  const cancel = (state: Writable): void => state.store(upgradeStore).delete(planKey);
  return {
    plan: state => {
      const bytes = state.store(upgradeStore).get(planKey);
      if (!bytes) return undefined;
      const { name, height, info } = codec.decode(bytes);
      return { name, height, info };
    },
    schedule: (state, plan, height) => {
      if (plan.height < height) refuseSdk('invalidRequest', 'upgrade cannot be scheduled in the past');
      if (applied(state).some(({ name }) => name === plan.name)) refuseSdk('invalidRequest', `upgrade with name ${plan.name} has already been completed`);
      state.store(upgradeStore).set(planKey, codec.encode(toWirePlan(plan)));
    },
    cancel,
    markDone: (state, name, height) => {
      const store = state.store(upgradeStore);
      store.set(doneKey(height, name), Uint8Array.of(1));
      const before = store.get(protocolVersionKey);
      store.set(protocolVersionKey, uint64Bytes((before ? uint64Of(before) : 0n) + 1n));
      cancel(state);
    },
    applied,
    lastApplied: state => applied(state).at(-1),
    moduleVersions: state => rowsBelow(state, upgradeStore, versionsPrefix).map(([key, value]) => ({ name: utf8Text(key.subarray(1)), version: uint64Of(value) })),
    setModuleVersions: (state, versions) => {
      for (const { name, version } of versions) state.store(upgradeStore).set(versionKey(name), uint64Bytes(version));
    },
  };
}
