/** `tx staking`: validators and delegations. Names are the SDK's. */
import { readFileSync } from 'node:fs';
import type { EncodeObject } from '@cosmjs/proto-signing';
import type { Command } from 'commander';
import { readPrivValidatorKey } from '../../../chain/engine/home-files/index.js';
import type { Coin } from '../../client/index.js';
import { parseCoins } from '../coins.js';
import { CliFailure, UsageFailure } from '../failure.js';
import type { Io } from '../io.js';
import { operatorOf, operatorOrKey } from '../validator-address.js';
import { consensusKeyOf, creationMessage, decimalFlag, parseConsensusKey, withDescriptionFlags, withValidatorFlags, type ValidatorFlags } from '../validator-flags.js';
import { addTxVerb, uint64 } from './verb.js';

export function addStakingTx(tx: Command, io: Io): void {
  const staking = tx.command('staking').description('make and change validators, delegate to them, take coins back');
  addCreateValidator(staking, io);
  addEditValidator(staking, io);
  addDelegations(staking, io);
}

function addCreateValidator(staking: Command, io: Io): void {
  addTxVerb<[string | undefined], ValidatorFlags & { amount?: string }>(staking, io, {
    usage: 'create-validator [file]',
    description: 'make a validator of the signer, by a JSON file as the SDK has it (amount, pubkey, moniker, commission-rate, …) or by flags',
    example: 'windlass tx staking create-validator --amount 5000000uwind --moniker mine --from alice',
    flags: command => withValidatorFlags(command).option('--amount <coin>', 'its own stake'),
    message: (signer, [file], flags, session) => {
      const given = file === undefined ? flags : { ...creationFile(file), ...flags };
      const pubkey = given.pubkey === undefined ? consensusKeyOf(readPrivValidatorKey(session.settings.paths.home)) : parseConsensusKey(given.pubkey);
      return creationMessage(signer, oneCoin(given.amount ?? '', '--amount'), pubkey, given);
    },
  });
}

/** The file's names are those of the flags, without dashes before them; the key is an object there. */
function creationFile(file: string): ValidatorFlags & { amount?: string } {
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new CliFailure(`${file} cannot be read as JSON`, { cause });
  }
  const names: Readonly<Record<string, keyof ValidatorFlags | 'amount'>> = {
    amount: 'amount', pubkey: 'pubkey', moniker: 'moniker', identity: 'identity', website: 'website', security: 'securityContact', details: 'details',
    'commission-rate': 'commissionRate', 'commission-max-rate': 'commissionMaxRate', 'commission-max-change-rate': 'commissionMaxChangeRate', 'min-self-delegation': 'minSelfDelegation',
  };
  const flags: Record<string, string> = {};
  for (const [name, value] of Object.entries(json)) {
    const flag = names[name] ?? (() => { throw new UsageFailure(`${file}: ${name} is not known`, `There are ${Object.keys(names).join(', ')}.`); })();
    flags[flag] = typeof value === 'string' ? value : JSON.stringify(value);
  }
  return flags;
}

/** In an edit, what is not said stays. */
const unchanged = '[do-not-modify]';

function addEditValidator(staking: Command, io: Io): void {
  addTxVerb<[], ValidatorFlags & { newMoniker?: string }>(staking, io, {
    usage: 'edit-validator',
    description: 'change the signer\'s validator; what no flag names stays',
    example: 'windlass tx staking edit-validator --details "in two places" --commission-rate 0.08 --from alice',
    flags: command => withDescriptionFlags(command)
      .option('--new-moniker <name>', 'the same as --moniker')
      .option('--commission-rate <decimal>', 'once in 24 hours, up by at most the change rate')
      .option('--min-self-delegation <amount>', 'may only be raised'),
    message: (signer, _args, flags) => ({
      typeUrl: '/cosmos.staking.v1beta1.MsgEditValidator',
      value: {
        description: {
          moniker: flags.newMoniker ?? flags.moniker ?? unchanged, identity: flags.identity ?? unchanged, website: flags.website ?? unchanged,
          securityContact: flags.securityContact ?? unchanged, details: flags.details ?? unchanged,
        },
        validatorAddress: operatorOf(signer),
        commissionRate: flags.commissionRate === undefined ? '' : decimalFlag('--commission-rate', flags.commissionRate),
        minSelfDelegation: flags.minSelfDelegation ?? '',
      },
    }),
  });
}

function addDelegations(staking: Command, io: Io): void {
  addTxVerb<[string, string], object>(staking, io, {
    usage: 'delegate <validator> <amount>',
    description: 'stand behind a validator with coins',
    example: 'windlass tx staking delegate windlassvaloper1… 1000000uwind --from dev1',
    message: (signer, [validator, amount], _flags, session) => delegationMessage('MsgDelegate', signer, operatorOrKey(session.keyring, 'the validator', validator), amount),
  });
  addTxVerb<[string, string], object>(staking, io, {
    usage: 'unbond <validator> <amount>',
    description: 'take coins back; they are paid out when the unbonding time is over',
    example: 'windlass tx staking unbond windlassvaloper1… 1000000uwind --from dev1',
    message: (signer, [validator, amount], _flags, session) => delegationMessage('MsgUndelegate', signer, operatorOrKey(session.keyring, 'the validator', validator), amount),
  });
  addTxVerb<[string, string, string], object>(staking, io, {
    usage: 'redelegate <from-validator> <to-validator> <amount>',
    description: 'move coins from one validator to another',
    example: 'windlass tx staking redelegate windlassvaloper1… windlassvaloper1… 1000000uwind --from dev1',
    message: (signer, [from, to, amount], _flags, session) => ({
      typeUrl: '/cosmos.staking.v1beta1.MsgBeginRedelegate',
      value: { delegatorAddress: signer, validatorSrcAddress: operatorOrKey(session.keyring, 'the validator', from), validatorDstAddress: operatorOrKey(session.keyring, 'the validator', to), amount: oneCoin(amount, 'the amount') },
    }),
  });
  addTxVerb<[string, string, string], object>(staking, io, {
    usage: 'cancel-unbond <validator> <amount> <creation-height>',
    description: 'give coins that are on their way back to the validator again',
    example: 'windlass tx staking cancel-unbond windlassvaloper1… 1000000uwind 120 --from dev1',
    message: (signer, [validator, amount, height], _flags, session) => {
      const message = delegationMessage('MsgCancelUnbondingDelegation', signer, operatorOrKey(session.keyring, 'the validator', validator), amount);
      return { ...message, value: { ...(message.value as object), creationHeight: uint64('the creation height', height) } };
    },
  });
}

function delegationMessage(name: string, delegator: string, validator: string, amount: string): EncodeObject {
  return { typeUrl: `/cosmos.staking.v1beta1.${name}`, value: { delegatorAddress: delegator, validatorAddress: validator, amount: oneCoin(amount, 'the amount') } };
}

function oneCoin(text: string, what: string): Coin {
  const [coin, second] = parseCoins(text, what);
  if (!coin || second) throw new UsageFailure(`${what}: expected one coin`, 'Such as 1000000uwind.');
  return coin;
}
