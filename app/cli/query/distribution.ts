import type { Command } from 'commander';
import { UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import type { NodeRpc } from '../node-rpc.js';
import { keyringOf, type Settings } from '../settings.js';
import { operatorOrKey } from '../validator-address.js';
import { pageOf, withPageFlags } from './page.js';
import { addQueryVerb, addressOfArg, askModule } from './verb.js';

const ask = (rpc: NodeRpc, method: string, value: object): Promise<unknown> => askModule(rpc, 'cosmos.distribution.v1beta1', method, value);
const ofValidator = (settings: Settings, text: string | undefined): { validatorAddress: string } =>
  ({ validatorAddress: operatorOrKey(keyringOf(settings), 'the validator', text ?? '') });

export function addDistribution(query: Command, io: Io): void {
  const group = query.command('distribution').description('rewards for stakes, and the community pool');
  addQueryVerb(group, io, {
    usage: 'rewards <delegator> [validator]',
    description: 'what an account\'s stakes have earned, with one validator or with all',
    example: 'windlass query distribution rewards dev0',
    ask: (rpc, [delegator, validator], settings) => {
      const delegatorAddress = addressOfArg(settings, delegator);
      return validator === undefined ? ask(rpc, 'DelegationTotalRewards', { delegatorAddress }) : ask(rpc, 'DelegationRewards', { delegatorAddress, ...ofValidator(settings, validator) });
    },
  });
  addQueryVerb(group, io, {
    usage: 'commission <validator>',
    description: 'what a validator has earned for itself',
    example: 'windlass query distribution commission dev0',
    ask: (rpc, [validator], settings) => ask(rpc, 'ValidatorCommission', ofValidator(settings, validator)),
  });
  addQueryVerb(group, io, {
    usage: 'validator-outstanding-rewards <validator>',
    description: 'what a validator and all who stake with it have earned and not taken yet',
    example: 'windlass query distribution validator-outstanding-rewards dev0',
    ask: (rpc, [validator], settings) => ask(rpc, 'ValidatorOutstandingRewards', ofValidator(settings, validator)),
  });
  addQueryVerb(group, io, {
    usage: 'slashes <validator> [start-height] [end-height]',
    description: 'what was taken from a validator\'s stakes, as parts of them',
    example: 'windlass query distribution slashes dev0 1 1000',
    flags: withPageFlags,
    ask: (rpc, [validator, start, end], settings, flags) => ask(rpc, 'ValidatorSlashes', {
      ...ofValidator(settings, validator), startingHeight: height(start, 0n), endingHeight: height(end, (1n << 63n) - 1n), pagination: pageOf(flags),
    }),
  });
  addQueryVerb(group, io, {
    usage: 'community-pool',
    description: 'the coins that governance may spend',
    example: 'windlass query distribution community-pool',
    ask: rpc => ask(rpc, 'CommunityPool', {}),
  });
  addQueryVerb(group, io, {
    usage: 'params',
    description: 'the community\'s tax, and whether rewards may go to others',
    example: 'windlass query distribution params',
    ask: rpc => ask(rpc, 'Params', {}),
  });
}

function height(text: string | undefined, otherwise: bigint): bigint {
  if (text === undefined) return otherwise;
  if (!/^\d{1,18}$/.test(text)) throw new UsageFailure(`${text} is no height`);
  return BigInt(text);
}
