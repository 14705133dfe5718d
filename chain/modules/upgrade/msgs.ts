/** MsgSoftwareUpgrade and MsgCancelUpgrade: governance alone plans upgrades. */
import type { Codecs } from '../../codec/index.js';
import type { AnyMsgDefinition, MsgDefinition } from '../../module.js';
import { refuse } from '../../refusal.js';
import type { UpgradeKeeper } from './keeper.js';
import { checkedPlan, type WirePlan } from './plan.js';

export type MsgSoftwareUpgrade = { authority: string; plan: WirePlan | undefined };
export type MsgCancelUpgrade = { authority: string };

/** Of codespace `upgrade`, as the SDK numbers it. */
const invalidSigner = 6;

export function upgradeMsgs(codecs: Codecs, keeper: UpgradeKeeper, authority: string): readonly AnyMsgDefinition[] {
  const requireAuthority = (given: string): void => {
    if (given !== authority) refuse('upgrade', invalidSigner, `expected ${authority} got ${given}: expected authority account as only signer for proposal message`);
  };
  return [softwareUpgrade(codecs, keeper, requireAuthority), cancelUpgrade(codecs, keeper, requireAuthority)];
}

function softwareUpgrade(codecs: Codecs, keeper: UpgradeKeeper, requireAuthority: (given: string) => void): MsgDefinition<MsgSoftwareUpgrade> {
  const response = codecs.of<object>('cosmos.upgrade.v1beta1.MsgSoftwareUpgradeResponse');
  return {
    codec: codecs.of<MsgSoftwareUpgrade>('cosmos.upgrade.v1beta1.MsgSoftwareUpgrade'),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/MsgSoftwareUpgrade',
    aminoKeepEmpty: ['plan', 'plan.time'],
    eventModule: 'upgrade',
    signers: msg => [msg.authority],
    handle: (ctx, msg) => {
      requireAuthority(msg.authority);
      keeper.schedule(ctx, checkedPlan(msg.plan), ctx.height);
      return response.encode({});
    },
  };
}

function cancelUpgrade(codecs: Codecs, keeper: UpgradeKeeper, requireAuthority: (given: string) => void): MsgDefinition<MsgCancelUpgrade> {
  const response = codecs.of<object>('cosmos.upgrade.v1beta1.MsgCancelUpgradeResponse');
  return {
    codec: codecs.of<MsgCancelUpgrade>('cosmos.upgrade.v1beta1.MsgCancelUpgrade'),
    responseTypeUrl: response.typeUrl,
    aminoName: 'cosmos-sdk/MsgCancelUpgrade',
    eventModule: 'upgrade',
    signers: msg => [msg.authority],
    handle: (ctx, msg) => {
      requireAuthority(msg.authority);
      keeper.cancel(ctx);
      return response.encode({});
    },
  };
}
