/** From a transaction to what became of the action it queued. */
import { codecOf } from './codecs.js';
import { kernelOf, type KernelClient } from './queries.js';
import { actionState, type CapData, type MsgActionResponse } from './types.js';

const responseTypeUrl = '/windlass.kernel.v1.MsgActionResponse';
const pollEveryMs = 250;

/** What is read of a DeliverTxResponse. */
export type TxAnswer = { readonly code: number; readonly rawLog?: string | undefined; readonly msgResponses: readonly { readonly typeUrl: string; readonly value: Uint8Array }[] };

/** How an action ended. `result` is the fulfilment, or the reason of the rejection. */
export type Outcome = { readonly state: 'fulfilled' | 'rejected'; readonly result: CapData | undefined; readonly settledHeight: bigint };

/** The action did not settle in time; it may still do so, or never: a call may stay unanswered for good. */
export class OutcomeTimeout extends Error {
  constructor(readonly actionId: bigint, timeoutMs: number) {
    super(`action ${actionId} has not settled within ${timeoutMs} ms; ask again later, its outcome is kept`);
    this.name = 'OutcomeTimeout';
  }
}

/**
 * The ids of the actions a transaction queued, in the order of its messages; InstallBundle and foreign messages queue
 * none. Throws when the transaction failed, since a failed one queued nothing.
 */
export function actionIdsOf(response: TxAnswer): bigint[] {
  if (response.code !== 0) throw new Error(`the transaction failed with code ${response.code}: ${response.rawLog ?? ''}`);
  return response.msgResponses
    .filter(({ typeUrl }) => typeUrl === responseTypeUrl)
    .map(({ value }) => codecOf<MsgActionResponse>(responseTypeUrl.slice(1)).decode(value).actionId);
}

/**
 * The id of the one action a transaction queued. Throws when it queued none or several.
 *
 * ```ts
 * const sent = await client.signAndBroadcast(address, [message], 'auto');
 * const outcome = await waitForOutcome(client, actionIdOf(sent), { timeoutMs: 30_000 });
 * ```
 */
export function actionIdOf(response: TxAnswer): bigint {
  const [actionId, ...more] = actionIdsOf(response);
  if (actionId === undefined || more.length > 0) {
    throw new Error(`the transaction queued ${actionId === undefined ? 'no action' : `${more.length + 1} actions`}, expected one`);
  }
  return actionId;
}

/**
 * Waits until the action is fulfilled or rejected. `client` is any client that can ask (KernelClient).
 * Throws OutcomeTimeout after `timeoutMs`, and the node's refusal when it knows no such action (never queued, or its
 * outcome is older than the chain keeps).
 */
export async function waitForOutcome(client: KernelClient, actionId: bigint, options: { readonly timeoutMs: number }): Promise<Outcome> {
  const kernel = kernelOf(client);
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const action = await kernel.action(actionId);
    if (action.state === actionState.fulfilled || action.state === actionState.rejected) {
      return { state: action.state === actionState.fulfilled ? 'fulfilled' : 'rejected', result: action.result, settledHeight: action.settledHeight };
    }
    if (performance.now() + pollEveryMs > deadline) throw new OutcomeTimeout(actionId, options.timeoutMs);
    await new Promise(resolve => setTimeout(resolve, pollEveryMs));
  }
}
