import type { Command } from 'commander';
import type { Io } from '../io.js';
import { operatorOf } from '../validator-address.js';
import { addTxVerb } from './verb.js';

export function addSlashing(tx: Command, io: Io): void {
  const group = tx.command('slashing').description('validators that were jailed');
  addTxVerb<[], object>(group, io, {
    usage: 'unjail',
    description: 'let your validator come back once its time in jail is over',
    example: 'windlass tx slashing unjail --from dev0 --yes',
    message: signer => ({ typeUrl: '/cosmos.slashing.v1beta1.MsgUnjail', value: { validatorAddr: operatorOf(signer) } }),
  });
}
