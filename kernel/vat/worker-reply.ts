/** The final reply to a command: the meter's JSON, byte 1, and what the supervisor says (kernel reference 2.2, 2.4). */
import type { Frame } from './netstring.js';
import { replyBytesMax } from './xsnap-process.js';

const dot = 0x2e;
const separator = 0x01;

export type WorkerReply =
  | {
      readonly kind: 'message';
      readonly message: readonly unknown[];
      readonly computrons: number;
      /** The syscalls that came with it, if any: JSON of a list. */
      readonly syscalls: string | undefined;
    }
  /** The supervisor's part alone is over replyBytesMax. The meter's part, whose length varies with the clock, does not count. */
  | { readonly kind: 'too-long'; readonly computrons: number }
  | { readonly kind: 'unusable'; readonly why: string };

/** Reads a reply of the supervisor. Never throws: whatever is not a tagged list is `unusable`. */
export function parseReply(frame: Frame): WorkerReply {
  const opened = openReply(frame);
  if ('why' in opened) return { kind: 'unusable', why: opened.why };
  const { computrons, body } = opened;
  if (frame.length - body > replyBytesMax) return { kind: 'too-long', computrons };
  const text = frame.bytes.toString('utf8', body);
  try {
    // JSON text has no raw line feed: the one there is parts the message from the syscalls after it.
    const end = text.indexOf('\n');
    const message: unknown = JSON.parse(end < 0 ? text : text.slice(0, end));
    if (Array.isArray(message) && message.length > 0) return { kind: 'message', message, computrons, syscalls: end < 0 ? undefined : text.slice(end + 1) };
  } catch {
    // Said below, with the text. An empty one is a vat that went idle with its delivery unsettled.
  }
  return { kind: 'unusable', why: `the reply is ${text === '' ? 'empty' : `no tagged list: ${text.slice(0, 200)}`}` };
}

/** The computrons of the command, and where the result begins in the frame; or why there are none. */
export function openReply(frame: Frame): { readonly computrons: number; readonly body: number } | { readonly why: string } {
  if (frame.bytes[0] !== dot) return { why: `the engine reports: ${frame.bytes.toString('utf8', 1, 500)}` };
  const end = frame.bytes.indexOf(separator);
  if (end < 0) return { why: 'the reply has no meter' };
  try {
    const { compute } = JSON.parse(frame.bytes.toString('latin1', 1, end)) as { compute: unknown };
    if (Number.isSafeInteger(compute) && (compute as number) >= 0) return { computrons: compute as number, body: end + 1 };
  } catch {
    // Said below: no meter is read from what is not JSON.
  }
  return { why: 'the meter cannot be read' };
}
