/** `query staking`: every question of cosmos.staking.v1beta1.Query, under the SDK's names. */
import type { Command } from 'commander';
import type { Io } from '../io.js';
import { keyringOf, type Settings } from '../settings.js';
import { uint64 } from '../tx/verb.js';
import { operatorOrKey } from '../validator-address.js';
import { pageOf, withPageFlags } from './page.js';
import { addQueryVerb, addressOfArg, askModule } from './verb.js';

type Fields = (args: readonly (string | undefined)[], settings: Settings, flags: Readonly<Record<string, string | undefined>>) => object;
type Question = { readonly usage: string; readonly description: string; readonly method: string; readonly fields?: Fields; readonly isPaged?: boolean; readonly flags?: (command: Command) => Command };

const validator: Fields = ([operator], settings) => ({ validatorAddr: operatorArg(settings, operator) });
const delegator: Fields = ([address], settings) => ({ delegatorAddr: addressOfArg(settings, address) });
const both: Fields = ([address, operator], settings) => ({ delegatorAddr: addressOfArg(settings, address), validatorAddr: operatorArg(settings, operator) });

const questions: readonly Question[] = [
  { usage: 'validators', description: 'all validators', method: 'Validators', isPaged: true, flags: command => command.option('--status <status>', 'bonded, unbonding or unbonded'), fields: (_args, _settings, { status }) => ({ status: statusOf(status) }) },
  { usage: 'validator <validator>', description: 'one validator', method: 'Validator', fields: validator },
  { usage: 'delegation <delegator> <validator>', description: 'what a delegator has with a validator', method: 'Delegation', fields: both },
  { usage: 'delegations <delegator>', description: 'all delegations of a delegator', method: 'DelegatorDelegations', fields: delegator, isPaged: true },
  { usage: 'delegations-to <validator>', description: 'all delegations to a validator', method: 'ValidatorDelegations', fields: validator, isPaged: true },
  { usage: 'delegator-validators <delegator>', description: 'the validators a delegator stands behind', method: 'DelegatorValidators', fields: delegator, isPaged: true },
  { usage: 'delegator-validator <delegator> <validator>', description: 'one of them', method: 'DelegatorValidator', fields: both },
  { usage: 'unbonding-delegation <delegator> <validator>', description: 'what is on its way back from a validator', method: 'UnbondingDelegation', fields: both },
  { usage: 'unbonding-delegations <delegator>', description: 'all that is on its way back to a delegator', method: 'DelegatorUnbondingDelegations', fields: delegator, isPaged: true },
  { usage: 'unbonding-delegations-from <validator>', description: 'all that is on its way back from a validator', method: 'ValidatorUnbondingDelegations', fields: validator, isPaged: true },
  {
    usage: 'redelegation <delegator> [from-validator] [to-validator]', description: 'redelegations of a delegator that are remembered', method: 'Redelegations', isPaged: true,
    fields: ([address, from, to], settings) => ({ delegatorAddr: addressOfArg(settings, address), srcValidatorAddr: operatorArg(settings, from), dstValidatorAddr: operatorArg(settings, to) }),
  },
  { usage: 'redelegations-from <validator>', description: 'those away from a validator', method: 'Redelegations', isPaged: true, fields: ([from], settings) => ({ srcValidatorAddr: operatorArg(settings, from) }) },
  { usage: 'historical-info <height>', description: 'header and validators of a past block', method: 'HistoricalInfo', fields: ([height]) => ({ height: uint64('the height', height) }) },
  { usage: 'pool', description: 'coins that are staked, in the set and outside of it', method: 'Pool' },
  { usage: 'params', description: 'the parameters of staking', method: 'Params' },
];

export function addStakingQueries(query: Command, io: Io): void {
  const staking = query.command('staking').description('ask about validators and delegations');
  for (const { usage, description, method, fields, isPaged = false, flags } of questions) {
    addQueryVerb(staking, io, {
      usage, description,
      example: `windlass query staking ${usage.replace(/<delegator>/, 'dev1').replace(/<validator>/, 'windlassvaloper1…').replace(/<height>/, '10').replace(/ \[.*$/, '')}`,
      flags: command => (flags ?? (same => same))(isPaged ? withPageFlags(command) : command),
      ask: (rpc, args, settings, given) => {
        const value = { ...fields?.(args, settings, given), ...(isPaged ? { pagination: pageOf(given) } : {}) };
        return askModule(rpc, 'cosmos.staking.v1beta1', method, value);
      },
    });
  }
}

const operatorArg = (settings: Settings, text: string | undefined): string => (text === undefined ? '' : operatorOrKey(keyringOf(settings), 'the validator', text));

function statusOf(text: string | undefined): string {
  if (text === undefined) return '';
  return /^(un)?bond(ed|ing)$/.test(text) ? `BOND_STATUS_${text.toUpperCase()}` : text;
}
