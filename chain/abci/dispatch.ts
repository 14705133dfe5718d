/** From a request to the application's method, and which requests wait for which. Both engines go through here. */
import type { AbciRequest, AbciResponse } from './codec.js';
import { makeBoundedQueue, makeSerialQueue } from './queues.js';
import type { AbciApplication } from './types.js';

export type DispatchOptions = {
  /** How many CheckTx may be under way at once. */
  readonly checkTxWidth?: number;
  /** How many queries may be under way at once. */
  readonly queryWidth?: number;
};

/**
 * The application behind four queues, as an application again.
 *
 * - consensus (InitChain, the proposal and vote calls, FinalizeBlock, Commit): one at a time, whoever asks;
 * - mempool (CheckTx): up to a bound at once, answers in order; Commit waits for those under way and holds back the
 *   rest, because it replaces the state they check against (CometBFT locks its mempool around Commit too);
 * - snapshot: one at a time;
 * - info (Info, Query): up to a bound at once, also while a block is being executed.
 *
 * Once a method has rejected, the application's state is in doubt: every later call is rejected with that cause.
 */
export function makeDispatch(application: AbciApplication, { checkTxWidth = 16, queryWidth = 32 }: DispatchOptions = {}): AbciApplication {
  const consensus = makeSerialQueue();
  const mempool = makeBoundedQueue(checkTxWidth, 'in-order');
  const snapshot = makeSerialQueue();
  const info = makeBoundedQueue(queryWidth, 'any-order');
  let failure: { readonly cause: unknown } | undefined;

  const guarded = <T>(name: string, call: () => Promise<T>) => async (): Promise<T> => {
    if (failure) throw new Error(`${name} refused: the application has failed before`, { cause: failure.cause });
    try {
      return await call();
    } catch (cause) {
      failure ??= { cause };
      throw cause;
    }
  };

  return {
    info: request => info.run(guarded('Info', () => application.info(request))),
    query: request => info.run(guarded('Query', () => application.query(request))),
    checkTx: request => mempool.run(guarded('CheckTx', () => application.checkTx(request))),
    initChain: request => consensus.run(guarded('InitChain', () => application.initChain(request))),
    prepareProposal: request => consensus.run(guarded('PrepareProposal', () => application.prepareProposal(request))),
    processProposal: request => consensus.run(guarded('ProcessProposal', () => application.processProposal(request))),
    extendVote: request => consensus.run(guarded('ExtendVote', () => application.extendVote(request))),
    verifyVoteExtension: request => consensus.run(guarded('VerifyVoteExtension', () => application.verifyVoteExtension(request))),
    finalizeBlock: request => consensus.run(guarded('FinalizeBlock', () => application.finalizeBlock(request))),
    commit: () => consensus.run(() => mempool.runAlone(guarded('Commit', () => application.commit()))),
    listSnapshots: () => snapshot.run(guarded('ListSnapshots', () => application.listSnapshots())),
    offerSnapshot: request => snapshot.run(guarded('OfferSnapshot', () => application.offerSnapshot(request))),
    loadSnapshotChunk: request => snapshot.run(guarded('LoadSnapshotChunk', () => application.loadSnapshotChunk(request))),
    applySnapshotChunk: request => snapshot.run(guarded('ApplySnapshotChunk', () => application.applySnapshotChunk(request))),
  };
}

/** Answers one request. Echo and Flush never reach the application. Rejects only when the application does. */
export async function dispatch(application: AbciApplication, request: AbciRequest): Promise<AbciResponse> {
  switch (request.kind) {
    case 'echo': return { kind: 'echo', value: { message: request.value.message } };
    case 'flush': return { kind: 'flush', value: {} };
    case 'info': return { kind: 'info', value: await application.info(request.value) };
    case 'query': return { kind: 'query', value: await application.query(request.value) };
    case 'checkTx': return { kind: 'checkTx', value: await application.checkTx(request.value) };
    case 'initChain': return { kind: 'initChain', value: await application.initChain(request.value) };
    case 'prepareProposal': return { kind: 'prepareProposal', value: await application.prepareProposal(request.value) };
    case 'processProposal': return { kind: 'processProposal', value: await application.processProposal(request.value) };
    case 'extendVote': return { kind: 'extendVote', value: await application.extendVote(request.value) };
    case 'verifyVoteExtension': return { kind: 'verifyVoteExtension', value: await application.verifyVoteExtension(request.value) };
    case 'finalizeBlock': return { kind: 'finalizeBlock', value: await application.finalizeBlock(request.value) };
    case 'commit': return { kind: 'commit', value: await application.commit() };
    case 'listSnapshots': return { kind: 'listSnapshots', value: await application.listSnapshots() };
    case 'offerSnapshot': return { kind: 'offerSnapshot', value: await application.offerSnapshot(request.value) };
    case 'loadSnapshotChunk': return { kind: 'loadSnapshotChunk', value: await application.loadSnapshotChunk(request.value) };
    case 'applySnapshotChunk': return { kind: 'applySnapshotChunk', value: await application.applySnapshotChunk(request.value) };
    default: return request satisfies never;
  }
}
