import type { Duration } from '../../abci/types.js';
import { utf8Bytes, utf8Text } from '../../bytes.js';
import { durationText } from '../../time.js';
import { dec, decFromWire, decOne, decText, decWire, decZero, storedDec, type Dec } from '../../decimal.js';

export type SlashingParams = {
  /** In blocks. */
  readonly signedBlocksWindow: bigint;
  /** The share of the window that must be signed. */
  readonly minSignedPerWindow: Dec;
  readonly downtimeJailDuration: Duration;
  readonly slashFractionDoubleSign: Dec;
  readonly slashFractionDowntime: Dec;
};

/** As the SDK's. */
export const slashingParamsDefault: SlashingParams = {
  signedBlocksWindow: 100n,
  minSignedPerWindow: dec('0.5'),
  downtimeJailDuration: { seconds: 600n, nanos: 0 },
  slashFractionDoubleSign: dec('0.05'),
  slashFractionDowntime: dec('0.01'),
};

/** cosmos.slashing.v1beta1.Params; decimals are text in bytes. */
export type WireSlashingParams = {
  signedBlocksWindow: bigint; minSignedPerWindow: Uint8Array; downtimeJailDuration: Duration | undefined;
  slashFractionDoubleSign: Uint8Array; slashFractionDowntime: Uint8Array;
};

export function toWireParams(params: SlashingParams): WireSlashingParams {
  const bytes = (value: Dec): Uint8Array => utf8Bytes(decWire(value));
  return {
    signedBlocksWindow: params.signedBlocksWindow,
    minSignedPerWindow: bytes(params.minSignedPerWindow),
    downtimeJailDuration: params.downtimeJailDuration,
    slashFractionDoubleSign: bytes(params.slashFractionDoubleSign),
    slashFractionDowntime: bytes(params.slashFractionDowntime),
  };
}

/** Of our own state. */
export function storedParams(wire: WireSlashingParams): SlashingParams {
  return {
    signedBlocksWindow: wire.signedBlocksWindow,
    minSignedPerWindow: storedDec(utf8Text(wire.minSignedPerWindow)),
    downtimeJailDuration: wire.downtimeJailDuration ?? { seconds: 0n, nanos: 0 },
    slashFractionDoubleSign: storedDec(utf8Text(wire.slashFractionDoubleSign)),
    slashFractionDowntime: storedDec(utf8Text(wire.slashFractionDowntime)),
  };
}

/** 290 years: what a duration of Go can hold. The end of so long a time in jail is still a time that can be stored. */
const jailSecondsMax = 9_223_372_036n;

/** What is wrong with parameters from outside, in the SDK's words; undefined: nothing. */
export function problemOfParams(wire: WireSlashingParams): string | undefined {
  const { signedBlocksWindow, downtimeJailDuration: jail } = wire;
  if (signedBlocksWindow <= 0n) return `signed blocks window must be positive: ${signedBlocksWindow}`;
  if (!jail || jail.seconds < 0n || jail.nanos < 0 || (jail.seconds === 0n && jail.nanos === 0)) {
    return `downtime jail duration must be positive: ${durationText(jail ?? { seconds: 0n, nanos: 0 })}`;
  }
  if (jail.seconds > jailSecondsMax || jail.nanos > 999_999_999) return `downtime jail duration is too long: ${jail.seconds}s`;
  return problemOfShare('min signed per window', wire.minSignedPerWindow)
    ?? problemOfShare('double sign slash fraction', wire.slashFractionDoubleSign)
    ?? problemOfShare('downtime slash fraction', wire.slashFractionDowntime);
}

function problemOfShare(name: string, bytes: Uint8Array): string | undefined {
  const value = bytes.length === 0 ? undefined : decFromWire(utf8Text(bytes));
  if (value === undefined) return `${name} cannot be nil`;
  if (value < decZero) return `${name} cannot be negative: ${decText(value)}`;
  return value > decOne ? `${name} too large: ${decText(value)}` : undefined;
}
