/** A plan: from which height on the chain needs a release that has the upgrade's handler. */
import type { Timestamp } from '../../abci/types.js';
import type { Any } from '../../crypto/public-key.js';
import { refuseSdk } from '../../refusal.js';
import { goZeroTime } from '../../time.js';

export type Plan = { readonly name: string; readonly height: bigint; readonly info: string };

/** cosmos.upgrade.v1beta1.Plan. */
export type WirePlan = { name: string; time: Timestamp | undefined; height: bigint; info: string; upgradedClientState: Any | undefined };

/** The SDK writes Go's time of nothing into the field that it does not use any more. */
export function toWirePlan({ name, height, info }: Plan): WirePlan {
  return { name, height, info, time: goZeroTime, upgradedClientState: undefined };
}

/** Refuses what the SDK's Plan.ValidateBasic refuses, in its words. Clients write an unused time in three ways. */
export function checkedPlan(wire: WirePlan | undefined): Plan {
  const { name = '', time, height = 0n, info = '', upgradedClientState } = wire ?? {};
  const isTimed = time !== undefined && (time.nanos !== 0 || (time.seconds !== 0n && time.seconds !== goZeroTime.seconds));
  if (isTimed) refuseSdk('invalidRequest', 'time-based upgrades have been deprecated in the SDK');
  if (upgradedClientState !== undefined) refuseSdk('invalidRequest', 'upgrade logic for IBC has been moved to the IBC module');
  if (name === '') refuseSdk('invalidRequest', 'name cannot be empty');
  if (height <= 0n) refuseSdk('invalidRequest', 'height must be greater than 0');
  return { name, height, info };
}

/** The words that operators and their tools look for; they are those of the SDK. */
export const planTexts = {
  needed: ({ name, height, info }: Plan): string => `UPGRADE "${name}" NEEDED at height: ${height}: ${info}`,
  skipped: ({ name, height, info }: Plan): string => `UPGRADE "${name}" SKIPPED at ${height}: ${info}`,
  applying: ({ name, height }: Plan): string => `applying upgrade "${name}" at height: ${height}`,
  tooEarly: ({ name }: Plan): string => `BINARY UPDATED BEFORE TRIGGER! UPGRADE "${name}" - in binary but not executed on chain. Downgrade your binary`,
  handlerMissing: (appVersion: bigint, name: string): string => `wrong app version ${appVersion}, upgrade handler is missing for ${name} upgrade plan`,
} as const;
