import type { AbciApplication, ResponseQuery } from '../../chain/abci/types.js';
import { blobQueryPrefix } from '../snapshots/blob-query.js';
import type { StateSync } from './state-sync.js';

/** The application that `current` answers at each call: a restore puts another in its place. Snapshots, and questions for files, are answered here. */
export function withStateSync(current: () => AbciApplication, sync: StateSync, answerBlob: (path: string) => Promise<ResponseQuery>): AbciApplication {
  return {
    info: request => current().info(request),
    query: request => (request.path.startsWith(blobQueryPrefix) ? answerBlob(request.path) : current().query(request)),
    checkTx: request => current().checkTx(request),
    initChain: request => current().initChain(request),
    prepareProposal: request => current().prepareProposal(request),
    processProposal: request => current().processProposal(request),
    extendVote: request => current().extendVote(request),
    verifyVoteExtension: request => current().verifyVoteExtension(request),
    finalizeBlock: request => current().finalizeBlock(request),
    commit: () => current().commit(),
    listSnapshots: () => sync.listSnapshots(),
    offerSnapshot: request => sync.offerSnapshot(request),
    loadSnapshotChunk: request => sync.loadSnapshotChunk(request),
    applySnapshotChunk: request => sync.applySnapshotChunk(request),
  };
}
