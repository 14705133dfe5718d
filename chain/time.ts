/** Points in time as protobuf has them: seconds since 1970 and nanoseconds, in UTC. */
import type { Duration, Timestamp } from './abci/types.js';
import { formatTimestamp } from './codec/json.js';
import { utf8Bytes } from './bytes.js';

/** Go's zero time.Time: what the SDK shows where there is no time. */
export const goZeroTime: Timestamp = { seconds: -62_135_596_800n, nanos: 0 };
export const unixEpoch: Timestamp = { seconds: 0n, nanos: 0 };

const nanosPerSecond = 1_000_000_000n;

export const nanosOf = ({ seconds, nanos }: Duration | Timestamp): bigint => seconds * nanosPerSecond + BigInt(nanos);

function timeOfNanos(nanos: bigint): Timestamp {
  const rest = ((nanos % nanosPerSecond) + nanosPerSecond) % nanosPerSecond;
  return { seconds: (nanos - rest) / nanosPerSecond, nanos: Number(rest) };
}

export const addDuration = (time: Timestamp, duration: Duration): Timestamp => timeOfNanos(nanosOf(time) + nanosOf(duration));

/** Negative when a is before b, 0 when they are the same. */
export function compareTimes(a: Timestamp, b: Timestamp): number {
  const [left, right] = [nanosOf(a), nanosOf(b)];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** RFC 3339 to the second, as the SDK writes times in events. */
export const secondsText = ({ seconds }: Timestamp): string => formatTimestamp({ seconds, nanos: 0 });

/** A duration as Go writes it: `48h0m0s`, `1m30s`, `0.5s`, `0s`; parts of a second with a point, whatever their size. */
export function durationText(duration: Duration): string {
  const nanos = nanosOf(duration);
  const magnitude = nanos < 0n ? -nanos : nanos;
  const [whole, rest] = [magnitude / nanosPerSecond, magnitude % nanosPerSecond];
  const [hours, minutes] = [whole / 3600n, (whole / 60n) % 60n];
  const fraction = rest === 0n ? '' : `.${rest.toString().padStart(9, '0').replace(/0+$/, '')}`;
  return `${nanos < 0n ? '-' : ''}${hours > 0n ? `${hours}h` : ''}${hours > 0n || minutes > 0n ? `${minutes}m` : ''}${whole % 60n}${fraction}s`;
}

/** 29 bytes of text that sort as the times do, as the SDK's keys hold them; from year 0 to 9999. */
export function sortableTimeBytes({ seconds, nanos }: Timestamp): Uint8Array {
  const whole = formatTimestamp({ seconds, nanos: 0 }).slice(0, -1);
  return utf8Bytes(`${whole}.${String(nanos).padStart(9, '0')}`);
}
