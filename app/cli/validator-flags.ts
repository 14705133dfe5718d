/** What makes a validator, as flags: for a transaction of genesis and for one of a running chain. */
import type { EncodeObject } from '@cosmjs/proto-signing';
import type { Command } from 'commander';
import { CodecError } from '../../chain/codec/index.js';
import type { PrivValidatorKey } from '../../chain/engine/types.js';
import { decFromText, decWire } from '../../chain/index.js';
import { validatorDefaults } from '../../config/node.js';
import { codecOf } from '../client/codecs.js';
import type { Coin } from '../client/index.js';
import { UsageFailure } from './failure.js';
import { operatorOf } from './validator-address.js';

export type ValidatorFlags = {
  moniker?: string; identity?: string; website?: string; securityContact?: string; details?: string;
  commissionRate?: string; commissionMaxRate?: string; commissionMaxChangeRate?: string; minSelfDelegation?: string; pubkey?: string;
};
type Any = { typeUrl: string; value: Uint8Array };

export function withValidatorFlags(command: Command): Command {
  return withDescriptionFlags(command)
    .option('--commission-rate <decimal>', `what the validator keeps of its delegators' rewards (default: ${validatorDefaults.commissionRate})`)
    .option('--commission-max-rate <decimal>', `the most it may ever keep (default: ${validatorDefaults.commissionMaxRate})`)
    .option('--commission-max-change-rate <decimal>', `the most it may raise the rate in a day (default: ${validatorDefaults.commissionMaxChangeRate})`)
    .option('--min-self-delegation <amount>', `below this own stake it is jailed (default: ${validatorDefaults.minSelfDelegation})`)
    .option('--pubkey <json>', 'the consensus key, as {"@type":"/cosmos.crypto.ed25519.PubKey","key":"…"} (default: of this home)');
}

export function withDescriptionFlags(command: Command): Command {
  return command
    .option('--moniker <name>', 'the name of the validator')
    .option('--identity <text>', 'a signature of its identity, such as of Keybase')
    .option('--website <url>', 'its website')
    .option('--security-contact <text>', 'whom to tell of security problems')
    .option('--details <text>', 'more about it');
}

/** 18 digits as a whole number, as protobuf has it. Throws UsageFailure. */
export function decimalFlag(flag: string, text: string): string {
  const value = decFromText(text);
  if (value === undefined) throw new UsageFailure(`${flag} ${text} is no decimal`, 'Write it as 0.1, with at most 18 digits after the point.');
  return decWire(value);
}

export function consensusKeyOf({ pub_key: key }: PrivValidatorKey): Any {
  return publicKeyAny({ key: Uint8Array.from(Buffer.from(key.value, 'base64')) });
}

function publicKeyAny(key: { key: Uint8Array }): Any {
  const codec = codecOf<{ key: Uint8Array }>('cosmos.crypto.ed25519.PubKey');
  return { typeUrl: codec.typeUrl, value: codec.encode(key) };
}

/** A consensus key as people paste it. Throws UsageFailure. */
export function parseConsensusKey(text: string): Any {
  try {
    return codecOf<Any>('google.protobuf.Any').fromJson(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof CodecError) && !(error instanceof SyntaxError)) throw error;
    throw new UsageFailure(`--pubkey ${text} is no public key`, 'Write it as {"@type":"/cosmos.crypto.ed25519.PubKey","key":"…"}, in quotes for the shell.');
  }
}

/** MsgCreateValidator by the account `delegator`. */
export function creationMessage(delegator: string, value: Coin, pubkey: Any, flags: ValidatorFlags): EncodeObject {
  return {
    typeUrl: '/cosmos.staking.v1beta1.MsgCreateValidator',
    value: {
      description: {
        moniker: flags.moniker ?? '', identity: flags.identity ?? '', website: flags.website ?? '', securityContact: flags.securityContact ?? '', details: flags.details ?? '',
      },
      commission: {
        rate: decimalFlag('--commission-rate', flags.commissionRate ?? validatorDefaults.commissionRate),
        maxRate: decimalFlag('--commission-max-rate', flags.commissionMaxRate ?? validatorDefaults.commissionMaxRate),
        maxChangeRate: decimalFlag('--commission-max-change-rate', flags.commissionMaxChangeRate ?? validatorDefaults.commissionMaxChangeRate),
      },
      minSelfDelegation: flags.minSelfDelegation ?? validatorDefaults.minSelfDelegation, delegatorAddress: '', validatorAddress: operatorOf(delegator), pubkey, value,
    },
  };
}
