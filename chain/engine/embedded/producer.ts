/** Makes blocks, one after another, at a pace. */
import { executeBlock } from './execution.js';
import { extendedCommitInfo, commitInfo, makeBlock, nextHeight, nextTime, txBytesMax } from './block-maker.js';
import { blockIdOf, validatorsHash } from './header-hash.js';
import { engineCodecs, noCommit, type Block, type BlockId, type Commit } from './block-types.js';
import { decidesAlone, powerOf, totalPower } from './validator-set.js';
import { signCommit, type ValidatorKey } from './validator-key.js';
import type { BlockStore } from './block-store.js';
import type { ChainState } from './chain-state.js';
import type { EventBus } from './event-bus.js';
import type { Mempool } from './mempool.js';
import type { AbciApplication, Timestamp } from '../../abci/types.js';

/** The state after the last block that is committed and published; what the RPC answers from. */
export type Tip = { state: ChainState };

export type ProducerOptions = {
  readonly application: AbciApplication;
  readonly store: BlockStore;
  readonly mempool: Mempool;
  readonly bus: EventBus;
  readonly tip: Tip;
  readonly key: ValidatorKey;
  /** Milliseconds since 1970; block times come from it. */
  readonly clock: () => number;
};

const accept = 1;
/** Old blocks deleted after one block; more wait for the next, so that pruning never holds up a block for long. */
const prunedPerBlock = 10;

/**
 * Makes the next block: proposes, checks, stores it durably, executes it, commits, tells subscribers. Rejects when the
 * application does or refuses its own proposal, and when this validator may not decide alone; then nothing may follow.
 */
export async function produceBlock(options: ProducerOptions): Promise<void> {
  const { application, store, mempool, bus, tip } = options;
  const { state } = tip;
  const { block, blockId } = await propose(options, state);
  const { results, after } = await executeBlock(application, store, state, block, blockId);
  let retain = 0n;
  const commit = async (): Promise<void> => {
    retain = (await application.commit()).retainHeight;
  };
  await mempool.commit(commit, block.data.txs, results.txResults, after.params);
  tip.state = after;
  bus.publish(block, blockId, results);
  if (retain > 0n) await store.prune(retain, prunedPerBlock);
}

async function propose(options: ProducerOptions, state: ChainState): Promise<{ block: Block; blockId: BlockId }> {
  const { application, store, key, clock } = options;
  checkPower(state, key);
  const lastCommit = await lastCommitOf(store, state);
  const block = makeBlock(state, lastCommit, await prepare(options, state, lastCommit), key.address);
  const blockBytes = engineCodecs().block.encode(block);
  const blockId = blockIdOf(block, blockBytes);
  const { header } = block;
  const { status } = await application.processProposal({
    txs: block.data.txs,
    proposedLastCommit: commitInfo(lastCommit, state.lastValidators),
    misbehavior: [],
    hash: blockId.hash,
    height: header.height,
    time: header.time,
    nextValidatorsHash: header.nextValidatorsHash,
    proposerAddress: header.proposerAddress,
  });
  if (status !== accept) throw new Error(`ProcessProposal answered status ${status} to the application's own proposal for height ${header.height}`);
  const commit = signCommit(key, state.chainId, state.validators, header.height, blockId, voteTime(clock, header.time));
  const meta = { blockId, blockSize: BigInt(blockBytes.length), header, numTxs: BigInt(block.data.txs.length) };
  await store.saveBlock(block, blockBytes, meta, commit);
  return { block, blockId };
}

async function prepare({ application, mempool, key }: ProducerOptions, state: ChainState, lastCommit: Commit): Promise<Uint8Array[]> {
  const room = txBytesMax(state);
  const unlimited = (state.params.block?.maxBytes ?? -1n) < 0n;
  const { txs } = await application.prepareProposal({
    maxTxBytes: room,
    txs: mempool.reap(unlimited ? -1n : room, state.params.block?.maxGas ?? -1n),
    localLastCommit: extendedCommitInfo(lastCommit, state.lastValidators),
    misbehavior: [],
    height: nextHeight(state),
    time: nextTime(state, lastCommit),
    nextValidatorsHash: validatorsHash(state.nextValidators),
    proposerAddress: key.address,
  });
  return txs;
}

async function lastCommitOf(store: BlockStore, state: ChainState): Promise<Commit> {
  if (nextHeight(state) === state.initialHeight) return noCommit;
  const commit = await store.commit(state.height);
  if (!commit) throw new Error(`the block store lacks the commit of height ${state.height}`);
  return commit;
}

function checkPower(state: ChainState, key: ValidatorKey): void {
  if (decidesAlone(state.validators, key.address)) return;
  const address = Buffer.from(key.address).toString('hex').toUpperCase();
  if (powerOf(state.validators, key.address) === 0n) {
    throw new Error(`validator ${address} is not in the validator set of height ${nextHeight(state)}: it was jailed, or its stake is gone; the embedded engine signs for nobody else`);
  }
  throw new Error(`validator ${address} has ${powerOf(state.validators, key.address)} of ${totalPower(state.validators)} voting power, and the embedded engine needs more than two thirds in one key; use the cometbft engine`);
}

/** What the validator states when it signs: its clock, but later than the block (BFT time). It becomes the next block's time. */
function voteTime(clock: () => number, blockTime: Timestamp): Timestamp {
  const now = BigInt(Math.floor(clock())) * 1_000_000n;
  const after = blockTime.seconds * 1_000_000_000n + BigInt(blockTime.nanos) + 1_000_000n;
  const nanos = now > after ? now : after;
  return { seconds: nanos / 1_000_000_000n, nanos: Number(nanos % 1_000_000_000n) };
}
