import type { Command } from 'commander';
import type { Io } from '../io.js';
import { addQueryVerb, askModule } from './verb.js';
import type { NodeRpc } from '../node-rpc.js';

export function addUpgradeQueries(query: Command, io: Io): void {
  const upgrade = query.command('upgrade').description('planned and applied upgrades of the chain');
  addQueryVerb(upgrade, io, {
    usage: 'plan',
    description: 'the upgrade that waits for its height, or null',
    example: 'windlass query upgrade plan',
    ask: rpc => ask(rpc, 'CurrentPlan'),
  });
  addQueryVerb(upgrade, io, {
    usage: 'applied <name>',
    description: 'the height at which an upgrade was executed; 0 if it never was',
    example: 'windlass query upgrade applied v2',
    ask: (rpc, [name = '']) => ask(rpc, 'AppliedPlan', { name }),
  });
  addQueryVerb(upgrade, io, {
    usage: 'module_versions [module]',
    description: 'the versions of the modules\' state',
    example: 'windlass query upgrade module_versions kernel',
    ask: (rpc, [moduleName = '']) => ask(rpc, 'ModuleVersions', { moduleName }),
  });
  addQueryVerb(upgrade, io, {
    usage: 'authority',
    description: 'whose word plans an upgrade: the account of governance',
    example: 'windlass query upgrade authority',
    ask: rpc => ask(rpc, 'Authority'),
  });
}

function ask(rpc: NodeRpc, name: string, value: object = {}): Promise<unknown> {
  return askModule(rpc, 'cosmos.upgrade.v1beta1', name, value);
}
