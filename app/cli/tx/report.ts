/** The end of a `tx` verb: waits for the outcome if asked to, prints, and chooses the exit code. */
import { TxMsgData } from 'cosmjs-types/cosmos/base/abci/v1beta1/abci';
import { actionIdsOf, actionState, setupKernelExtension, type Action } from '../../client/index.js';
import { codecOf } from '../../client/codecs.js';
import { CliFailure, ReportedFailure } from '../failure.js';
import { pollUntil } from '../node-rpc.js';
import { printResult } from '../output.js';
import { hintOf } from './hints.js';
import type { TxResponse } from './response.js';
import type { TxSession } from './session.js';

/**
 * Prints the TxResponse, with `more` after it, in any case; then throws ReportedFailure when the tx was refused or its
 * action rejected, and CliFailure when the outcome could not be had.
 */
export async function reportTx(session: TxSession, response: TxResponse, more: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const [actionId] = response.code === 0 ? actionIdsIn(response) : [];
  if (!session.options.wait || actionId === undefined) return print(session, response, more, actionId, undefined);
  let action: Action;
  try {
    action = await settled(session, actionId);
  } catch (error) {
    print(session, response, more, actionId, undefined); // the tx is in a block, whatever becomes of the question
    throw error;
  }
  print(session, response, more, actionId, action);
}

function print(session: TxSession, response: TxResponse, more: Readonly<Record<string, unknown>>, actionId: bigint | undefined, action: Action | undefined): void {
  const actionJson = action && codecOf<Action>('windlass.kernel.v1.QueryActionResponse').toJson(action);
  const { io, output } = session.settings;
  if (output === 'json') printResult(io, 'json', { ...response, ...more, ...(actionJson === undefined ? {} : { action: actionJson }) });
  else printResult(io, 'text', summary(response, more, actionId, action));
  const hint = response.code === 0 ? undefined : hintOf(response.codespace, response.code);
  if (hint !== undefined) io.err(`${hint}\n`);
  if (response.code !== 0 || action?.state === actionState.rejected) throw new ReportedFailure();
}

/** The ids of the actions a transaction queued. */
export function actionIdsIn(response: TxResponse): bigint[] {
  const { msgResponses } = TxMsgData.decode(Uint8Array.from(Buffer.from(response.data, 'hex')));
  return actionIdsOf({ code: response.code, rawLog: response.raw_log, msgResponses });
}

async function settled(session: TxSession, actionId: bigint): Promise<Action> {
  const { kernel } = setupKernelExtension(session.rpc);
  const attempt = async (): Promise<Action | undefined> => {
    const action = await kernel.action(actionId);
    return action.state === actionState.fulfilled || action.state === actionState.rejected ? action : undefined;
  };
  return pollUntil(session.settings.io, session.options.waitSeconds, attempt, () => new CliFailure(
    `the transaction is in a block, but its action ${actionId} has not settled after ${session.options.waitSeconds} s`,
    { hint: `A call may take long, or never answer. Look again: windlass query action ${actionId}` },
  ));
}

function summary(response: TxResponse, more: Readonly<Record<string, unknown>>, actionId: bigint | undefined, action: Action | undefined): Record<string, unknown> {
  return {
    transaction: response.txhash === '' ? 'none was needed' : response.txhash,
    ...(response.code === 0 ? {} : { refused: `${response.raw_log} (${response.codespace} ${response.code})` }),
    ...(response.height === '0' ? {} : { height: response.height, gas: `${response.gas_used} of ${response.gas_wanted}` }),
    ...more,
    ...(actionId === undefined ? {} : { action: actionId }),
    ...(action === undefined ? {} : {
      outcome: action.state === actionState.fulfilled ? 'fulfilled' : 'rejected',
      settled_height: action.settledHeight,
      result: action.result?.body ?? '',
      ...(action.result && action.result.slots.length > 0 ? { slots: action.result.slots } : {}),
    }),
  };
}
