/** What only governance may change of coins: MsgUpdateParams and MsgSetSendEnabled. */
import { requireAuthority } from '../../authority.js';
import { isDenom } from '../../coins.js';
import type { Codecs } from '../../codec/index.js';
import type { MsgDefinition } from '../../module.js';
import { refuse, refuseSdk } from '../../refusal.js';
import type { BankKeeper, BankParams } from './keeper.js';

export type MsgUpdateBankParams = { authority: string; params: BankParams | undefined };
export type MsgSetSendEnabled = { authority: string; sendEnabled: { denom: string; enabled: boolean }[]; useDefaultFor: string[] };

export function bankGovernanceMsgs(codecs: Codecs, keeper: BankKeeper): readonly [MsgDefinition<MsgUpdateBankParams>, MsgDefinition<MsgSetSendEnabled>] {
  return [updateParams(codecs, keeper), setSendEnabled(codecs, keeper)];
}

function updateParams(codecs: Codecs, keeper: BankKeeper): MsgDefinition<MsgUpdateBankParams> {
  return {
    codec: codecs.of('cosmos.bank.v1beta1.MsgUpdateParams'),
    responseTypeUrl: '/cosmos.bank.v1beta1.MsgUpdateParamsResponse',
    aminoName: 'cosmos-sdk/x/bank/MsgUpdateParams',
    aminoKeepEmpty: ['params'],
    eventModule: 'bank',
    signers: msg => [msg.authority],
    handle: (ctx, { authority, params }) => {
      requireAuthority(authority);
      if (!params) return refuseSdk('invalidRequest', 'params are missing');
      if (params.sendEnabled.length > 0) refuse('undefined', 1, 'use of send_enabled in params is no longer supported');
      keeper.setParams(ctx, params);
      return new Uint8Array(0);
    },
  };
}

function setSendEnabled(codecs: Codecs, keeper: BankKeeper): MsgDefinition<MsgSetSendEnabled> {
  return {
    codec: codecs.of('cosmos.bank.v1beta1.MsgSetSendEnabled'),
    responseTypeUrl: '/cosmos.bank.v1beta1.MsgSetSendEnabledResponse',
    aminoName: 'cosmos-sdk/MsgSetSendEnabled',
    eventModule: 'bank',
    signers: msg => [msg.authority],
    validateBasic: checkSwitches,
    handle: (ctx, { authority, sendEnabled, useDefaultFor }) => {
      requireAuthority(authority);
      for (const { denom, enabled } of sendEnabled) keeper.setSendEnabled(ctx, denom, enabled);
      for (const denom of useDefaultFor) keeper.setSendEnabled(ctx, denom, undefined);
      return new Uint8Array(0);
    },
  };
}

function checkSwitches({ sendEnabled, useDefaultFor }: MsgSetSendEnabled): void {
  const seen = new Set<string>();
  for (const { denom } of sendEnabled) {
    if (seen.has(denom)) refuseSdk('invalidRequest', `duplicate denom entries found for ${JSON.stringify(denom)}`);
    seen.add(denom);
  }
  for (const denom of [...seen, ...useDefaultFor]) {
    if (!isDenom(denom)) refuseSdk('invalidRequest', `invalid denom ${JSON.stringify(denom)}`);
  }
}
