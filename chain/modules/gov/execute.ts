/** Execution of a passed proposal: all of its messages, with the module's account as their signer, or none. */
import { CodecError } from '../../codec/index.js';
import { makeContext, type Context } from '../../context.js';
import type { Any } from '../../crypto/public-key.js';
import { makeEventSink } from '../../events.js';
import { Refusal } from '../../refusal.js';
import { coversDeposits } from './deposits.js';
import type { Gov } from './host.js';
import { routedMessage } from './messages.js';

export type Failure = { readonly index: number; readonly typeUrl: string; readonly reason: string };

const overspent = 'the gov account would hold less than what is deposited for other proposals';

/**
 * Answers with what went wrong; then nothing of the messages is kept, their events neither. What is no refusal is a broken
 * invariant and stops the node, as in a tx.
 */
export function executeMessages(gov: Gov, ctx: Context, messages: readonly Any[]): Failure | undefined {
  const { chainId, height, time, mode, gas, tx } = ctx;
  const branch = ctx.branch.branch();
  const inner = makeContext({ chainId, height, time, mode, gas, tx, branch, events: makeEventSink(), metered: false });
  for (const [index, message] of messages.entries()) {
    const reason = refusalOf(() => gov.router().execute(inner, routedMessage(gov, message)));
    if (reason !== undefined) return { index, typeUrl: message.typeUrl, reason };
  }
  const last = messages.at(-1);
  if (last && !coversDeposits(gov, inner)) return { index: messages.length - 1, typeUrl: last.typeUrl, reason: overspent };
  branch.write();
  for (const { type, attributes } of inner.events.events) ctx.events.emit(type, attributes.map(({ key, value }) => [key, value]));
  return undefined;
}

function refusalOf(run: () => unknown): string | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (error instanceof Refusal || error instanceof CodecError) return error.message;
    throw error;
  }
}
