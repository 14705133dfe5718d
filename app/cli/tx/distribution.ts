import type { EncodeObject } from '@cosmjs/proto-signing';
import { QueryDelegatorValidatorsRequest, QueryDelegatorValidatorsResponse } from 'cosmjs-types/cosmos/distribution/v1beta1/query';
import type { Command } from 'commander';
import { parseCoins } from '../coins.js';
import { CliFailure } from '../failure.js';
import type { Io } from '../io.js';
import type { NodeRpc } from '../node-rpc.js';
import { operatorOf, operatorOrKey } from '../validator-address.js';
import { addTxVerb, addressOrKey } from './verb.js';

const message = (name: string, value: object): EncodeObject => ({ typeUrl: `/cosmos.distribution.v1beta1.${name}`, value });
const withdrawal = (delegatorAddress: string, validatorAddress: string): EncodeObject => message('MsgWithdrawDelegatorReward', { delegatorAddress, validatorAddress });

export function addDistribution(tx: Command, io: Io): void {
  const group = tx.command('distribution').description('rewards for stakes, and the community pool');
  addTxVerb<[string], { commission?: true }>(group, io, {
    usage: 'withdraw-rewards <validator>',
    description: 'take what your stake with a validator has earned; with --commission also what you earned as its operator',
    example: 'windlass tx distribution withdraw-rewards dev0 --commission --from dev0 --yes',
    flags: command => command.option('--commission', 'withdraw the validator\'s commission too'),
    message: (signer, [validator], { commission }, { keyring }) => {
      const operator = operatorOrKey(keyring, 'the validator', validator);
      return [withdrawal(signer, operator), ...(commission === true ? [message('MsgWithdrawValidatorCommission', { validatorAddress: operatorOf(signer) })] : [])];
    },
  });
  addTxVerb<[], object>(group, io, {
    usage: 'withdraw-all-rewards',
    description: 'take what all your stakes have earned',
    example: 'windlass tx distribution withdraw-all-rewards --from dev0 --yes',
    message: async (signer, _args, _flags, { rpc }) => (await validatorsOf(rpc, signer)).map(validator => withdrawal(signer, validator)),
  });
  addTxVerb<[string], object>(group, io, {
    usage: 'set-withdraw-addr <address>',
    description: 'say who receives what your stakes earn: an address, or a key of the keyring',
    example: 'windlass tx distribution set-withdraw-addr dev1 --from dev0 --yes',
    message: (signer, [receiver], _flags, session) =>
      message('MsgSetWithdrawAddress', { delegatorAddress: signer, withdrawAddress: addressOrKey(session, 'the receiver', receiver) }),
  });
  addTxVerb<[string], object>(group, io, {
    usage: 'fund-community-pool <coins>',
    description: 'give coins to the community pool, which governance spends',
    example: 'windlass tx distribution fund-community-pool 1000000uwind --from dev0 --yes',
    message: (signer, [coins]) => message('MsgFundCommunityPool', { depositor: signer, amount: parseCoins(coins, 'the amount') }),
  });
}

async function validatorsOf(rpc: NodeRpc, delegatorAddress: string): Promise<string[]> {
  const { value } = await rpc.queryAbci('/cosmos.distribution.v1beta1.Query/DelegatorValidators', QueryDelegatorValidatorsRequest.encode({ delegatorAddress }).finish());
  const { validators } = QueryDelegatorValidatorsResponse.decode(value);
  if (validators.length === 0) throw new CliFailure(`${delegatorAddress} has nothing staked`, { hint: 'Rewards come from delegations: see windlass query staking delegations ADDRESS.' });
  return validators;
}
