/** What staking's operations work with: rows, queues, coins, and who is told. */
import type { BankKeeper } from '../bank/index.js';
import type { DelegationRows } from './delegation-rows.js';
import type { StakingQueues } from './queues.js';
import type { StakingHooks } from './types.js';
import type { ValidatorRows } from './validator-rows.js';

export type StakingParts = {
  readonly rows: ValidatorRows & DelegationRows;
  readonly queues: StakingQueues;
  readonly bank: BankKeeper;
  /** Told in this order. Filled after the keeper is made, by those who need it. */
  readonly hooks: readonly StakingHooks[];
};

type Told = { readonly [Name in keyof StakingHooks]-?: (...args: Parameters<NonNullable<StakingHooks[Name]>>) => void };

/** One call for all hooks of a name. */
export function tell({ hooks }: StakingParts): Told {
  return {
    afterValidatorCreated: (...args) => hooks.forEach(hook => hook.afterValidatorCreated?.(...args)),
    beforeValidatorModified: (...args) => hooks.forEach(hook => hook.beforeValidatorModified?.(...args)),
    afterValidatorRemoved: (...args) => hooks.forEach(hook => hook.afterValidatorRemoved?.(...args)),
    afterValidatorBonded: (...args) => hooks.forEach(hook => hook.afterValidatorBonded?.(...args)),
    afterValidatorBeginUnbonding: (...args) => hooks.forEach(hook => hook.afterValidatorBeginUnbonding?.(...args)),
    beforeDelegationCreated: (...args) => hooks.forEach(hook => hook.beforeDelegationCreated?.(...args)),
    beforeDelegationSharesModified: (...args) => hooks.forEach(hook => hook.beforeDelegationSharesModified?.(...args)),
    beforeDelegationRemoved: (...args) => hooks.forEach(hook => hook.beforeDelegationRemoved?.(...args)),
    afterDelegationModified: (...args) => hooks.forEach(hook => hook.afterDelegationModified?.(...args)),
    beforeValidatorSlashed: (...args) => hooks.forEach(hook => hook.beforeValidatorSlashed?.(...args)),
  };
}
