/**
 * ABCI 2.0 (package tendermint.abci, CometBFT v0.38) as TypeScript values. Names are the .proto names in camelCase;
 * 64-bit integers are bigint, bytes Uint8Array, times {seconds, nanos}, enums the literal numbers named below.
 */
export type Timestamp = { seconds: bigint; nanos: number };
export type Duration = { seconds: bigint; nanos: number };

export type EventAttribute = { key: string; value: string; index: boolean };
export type Event = { type: string; attributes: EventAttribute[] };

export type Validator = { address: Uint8Array; power: bigint };
export type PublicKey = { ed25519?: Uint8Array | undefined; secp256k1?: Uint8Array | undefined };
export type ValidatorUpdate = { pubKey: PublicKey; power: bigint };

/** UNKNOWN 0, ABSENT 1, COMMIT 2, NIL 3 */
export type BlockIdFlag = number;
export type VoteInfo = { validator: Validator | undefined; blockIdFlag: BlockIdFlag };
export type ExtendedVoteInfo = VoteInfo & { voteExtension: Uint8Array; extensionSignature: Uint8Array };
export type CommitInfo = { round: number; votes: VoteInfo[] };
export type ExtendedCommitInfo = { round: number; votes: ExtendedVoteInfo[] };
/** UNKNOWN 0, DUPLICATE_VOTE 1, LIGHT_CLIENT_ATTACK 2 */
export type Misbehavior = { type: number; validator: Validator | undefined; height: bigint; time: Timestamp | undefined; totalVotingPower: bigint };

export type BlockParams = { maxBytes: bigint; maxGas: bigint };
export type EvidenceParams = { maxAgeNumBlocks: bigint; maxAgeDuration: Duration | undefined; maxBytes: bigint };
export type ConsensusParams = {
  block: BlockParams | undefined;
  evidence: EvidenceParams | undefined;
  validator: { pubKeyTypes: string[] } | undefined;
  version: { app: bigint } | undefined;
  abci: { voteExtensionsEnableHeight: bigint } | undefined;
};

export type ProofOp = { type: string; key: Uint8Array; data: Uint8Array };
export type Snapshot = { height: bigint; format: number; chunks: number; hash: Uint8Array; metadata: Uint8Array };

export type RequestEcho = { message: string };
export type RequestInfo = { version: string; blockVersion: bigint; p2pVersion: bigint; abciVersion: string };
export type RequestInitChain = {
  time: Timestamp; chainId: string; consensusParams: ConsensusParams | undefined;
  validators: ValidatorUpdate[]; appStateBytes: Uint8Array; initialHeight: bigint;
};
export type RequestQuery = { data: Uint8Array; path: string; height: bigint; prove: boolean };
/** type: NEW 0, RECHECK 1 */
export type RequestCheckTx = { tx: Uint8Array; type: number };
export type RequestPrepareProposal = {
  maxTxBytes: bigint; txs: Uint8Array[]; localLastCommit: ExtendedCommitInfo | undefined; misbehavior: Misbehavior[];
  height: bigint; time: Timestamp; nextValidatorsHash: Uint8Array; proposerAddress: Uint8Array;
};
export type RequestProcessProposal = {
  txs: Uint8Array[]; proposedLastCommit: CommitInfo | undefined; misbehavior: Misbehavior[];
  hash: Uint8Array; height: bigint; time: Timestamp; nextValidatorsHash: Uint8Array; proposerAddress: Uint8Array;
};
export type RequestExtendVote = RequestProcessProposal;
export type RequestVerifyVoteExtension = { hash: Uint8Array; validatorAddress: Uint8Array; height: bigint; voteExtension: Uint8Array };
export type RequestFinalizeBlock = {
  txs: Uint8Array[]; decidedLastCommit: CommitInfo | undefined; misbehavior: Misbehavior[];
  hash: Uint8Array; height: bigint; time: Timestamp; nextValidatorsHash: Uint8Array; proposerAddress: Uint8Array;
};
export type RequestOfferSnapshot = { snapshot: Snapshot | undefined; appHash: Uint8Array };
export type RequestLoadSnapshotChunk = { height: bigint; format: number; chunk: number };
export type RequestApplySnapshotChunk = { index: number; chunk: Uint8Array; sender: string };

export type ResponseInfo = { data: string; version: string; appVersion: bigint; lastBlockHeight: bigint; lastBlockAppHash: Uint8Array };
export type ResponseInitChain = { consensusParams: ConsensusParams | undefined; validators: ValidatorUpdate[]; appHash: Uint8Array };
export type ResponseQuery = {
  code: number; log: string; info: string; index: bigint; key: Uint8Array; value: Uint8Array;
  proofOps: { ops: ProofOp[] } | undefined; height: bigint; codespace: string;
};
/** Of these, code, data, gasWanted and gasUsed are hashed into the next header. */
export type ExecTxResult = {
  code: number; data: Uint8Array; log: string; info: string; gasWanted: bigint; gasUsed: bigint; events: Event[]; codespace: string;
};
export type ResponseCheckTx = ExecTxResult;
export type ResponsePrepareProposal = { txs: Uint8Array[] };
/** UNKNOWN 0, ACCEPT 1, REJECT 2 */
export type ResponseProcessProposal = { status: number };
export type ResponseExtendVote = { voteExtension: Uint8Array };
export type ResponseVerifyVoteExtension = { status: number };
export type ResponseFinalizeBlock = {
  events: Event[]; txResults: ExecTxResult[]; validatorUpdates: ValidatorUpdate[];
  consensusParamUpdates: ConsensusParams | undefined; appHash: Uint8Array;
};
export type ResponseCommit = { retainHeight: bigint };
export type ResponseListSnapshots = { snapshots: Snapshot[] };
export type ResponseOfferSnapshot = { result: number };
export type ResponseLoadSnapshotChunk = { chunk: Uint8Array };
export type ResponseApplySnapshotChunk = { result: number; refetchChunks: number[]; rejectSenders: string[] };

/**
 * What a chain answers to its engine, whichever engine it is. A method that rejects its promise has met something that
 * must stop the node: the socket server turns it into a ResponseException, the embedded engine stops.
 * echo and flush are answered by the server itself.
 */
export interface AbciApplication {
  info(request: RequestInfo): Promise<ResponseInfo>;
  query(request: RequestQuery): Promise<ResponseQuery>;
  checkTx(request: RequestCheckTx): Promise<ResponseCheckTx>;
  initChain(request: RequestInitChain): Promise<ResponseInitChain>;
  prepareProposal(request: RequestPrepareProposal): Promise<ResponsePrepareProposal>;
  processProposal(request: RequestProcessProposal): Promise<ResponseProcessProposal>;
  extendVote(request: RequestExtendVote): Promise<ResponseExtendVote>;
  verifyVoteExtension(request: RequestVerifyVoteExtension): Promise<ResponseVerifyVoteExtension>;
  finalizeBlock(request: RequestFinalizeBlock): Promise<ResponseFinalizeBlock>;
  commit(): Promise<ResponseCommit>;
  listSnapshots(): Promise<ResponseListSnapshots>;
  offerSnapshot(request: RequestOfferSnapshot): Promise<ResponseOfferSnapshot>;
  loadSnapshotChunk(request: RequestLoadSnapshotChunk): Promise<ResponseLoadSnapshotChunk>;
  applySnapshotChunk(request: RequestApplySnapshotChunk): Promise<ResponseApplySnapshotChunk>;
}
