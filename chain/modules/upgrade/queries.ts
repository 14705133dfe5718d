import type { Codecs } from '../../codec/index.js';
import type { QueryHandler } from '../../module.js';
import { refuseQuery } from '../../refusal.js';
import { serviceQuery } from '../query-handler.js';
import type { ModuleVersion, UpgradeKeeper } from './keeper.js';
import { toWirePlan, type WirePlan } from './plan.js';

export function upgradeQueries(codecs: Codecs, keeper: UpgradeKeeper, authority: string): Record<string, QueryHandler> {
  const query = serviceQuery(codecs, 'cosmos.upgrade.v1beta1');
  return {
    ...query<object, { plan?: WirePlan }>('CurrentPlan', ctx => {
      const plan = keeper.plan(ctx.stores);
      return plan ? { plan: toWirePlan(plan) } : {};
    }),
    ...query<{ name: string }, { height: bigint }>('AppliedPlan', (ctx, { name }) => ({
      height: keeper.applied(ctx.stores).find(done => done.name === name)?.height ?? 0n, // the SDK answers so too
    })),
    ...query<{ moduleName: string }, { moduleVersions: ModuleVersion[] }>('ModuleVersions', (ctx, { moduleName }) => {
      const versions = keeper.moduleVersions(ctx.stores);
      if (moduleName === '') return { moduleVersions: [...versions] };
      const one = versions.find(({ name }) => name === moduleName);
      return { moduleVersions: [one ?? refuseQuery('NotFound', `x/upgrade: QueryModuleVersions module ${moduleName} not found`)] };
    }),
    ...query<object, { address: string }>('Authority', () => ({ address: authority })),
  };
}
