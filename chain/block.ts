/** The stages of a block. */
import assert from 'node:assert/strict';
import type { ConsensusParams, Event, ExecTxResult, RequestFinalizeBlock, ResponseFinalizeBlock, ValidatorUpdate } from './abci/types.js';
import { equalBytes } from './bytes.js';
import { makeContext, type Context } from './context.js';
import { makeEventSink, withAttribute } from './events.js';
import { makeGasMeter, makeInfiniteGasMeter } from './gas.js';
import { branchForBlock, nextHeight, type AppState, type Machine } from './machine.js';
import type { BeginningBlock } from './module.js';
import type { StoreBranch } from './store/types.js';
import { decodeTx, deliverTx, type TxStage } from './tx.js';
import { verifyAhead } from './verify-ahead.js';

/** Sockets get a turn after so many txs. */
const txsBetweenTurns = 64;

/**
 * Executes a block on a branch of its own and remembers the result for Commit. Given the same block again, it drops the
 * branch and computes the same. Rejects when an invariant breaks or a hook fails: the node must stop.
 */
export async function finalizeBlock(machine: Machine, state: AppState, block: RequestFinalizeBlock): Promise<ResponseFinalizeBlock> {
  assert(block.height === nextHeight(machine, state), `block ${block.height} does not follow height ${machine.store.version}`);
  state.pending = undefined;
  const branch = branchForBlock(machine, state);
  const paramsBefore = machine.consensus.params(branch);

  const beginEvents = await beginBlock(machine, state, branch, block);
  const txResults = await runTxs(machine, state, branch, block);
  const { events: endEvents, validatorUpdates } = await endBlock(machine, state, branch, block);
  const prepared = machine.store.prepare(branch, block.height);
  machine.hooks.prepared?.(prepared);

  state.pending = { height: block.height, time: block.time, prepared };
  return {
    events: [...beginEvents, ...endEvents], txResults, validatorUpdates,
    consensusParamUpdates: changedParams(machine, paramsBefore, branch), appHash: prepared.appHash,
  };
}

async function beginBlock(machine: Machine, state: AppState, branch: StoreBranch, block: RequestFinalizeBlock): Promise<Event[]> {
  const ctx = blockContext(state, branch, block);
  await machine.hooks.beforeBlock?.(ctx, block);
  const beginning: BeginningBlock = { ...block, lastAppHash: machine.store.appHash };
  for (const module of machine.modules) module.beginBlock?.(ctx, beginning);
  return withAttribute(ctx.events.events, 'mode', 'BeginBlock');
}

async function runTxs(machine: Machine, state: AppState, branch: StoreBranch, block: RequestFinalizeBlock): Promise<ExecTxResult[]> {
  const blockMaxGas = machine.consensus.params(branch).block?.maxGas ?? -1n;
  const blockGas = blockMaxGas >= 0n ? makeGasMeter(blockMaxGas) : undefined;
  const stage: TxStage = { chainId: state.chainId, height: block.height, time: block.time, branch, blockMaxGas, blockGas };
  const incoming = block.txs.map(bytes => decodeTx(machine, bytes));
  await verifyAhead(machine, branch, state.chainId, incoming);
  const results: ExecTxResult[] = [];
  for (const tx of incoming) {
    results.push(deliverTx(machine, stage, tx));
    if (results.length % txsBetweenTurns === 0) await new Promise(resolve => setImmediate(resolve));
  }
  return results;
}

type BlockEnd = { readonly events: Event[]; readonly validatorUpdates: ValidatorUpdate[] };

async function endBlock(machine: Machine, state: AppState, branch: StoreBranch, block: RequestFinalizeBlock): Promise<BlockEnd> {
  const ctx = blockContext(state, branch, block);
  const updates = machine.modules.map(module => module.endBlock?.(ctx) ?? []);
  await machine.hooks.mergeBeforeHash?.(ctx);
  return { events: withAttribute(ctx.events.events, 'mode', 'EndBlock'), validatorUpdates: onlyValidators(updates) };
}

/** The validators of the one module that has any. */
export function onlyValidators(lists: readonly (readonly ValidatorUpdate[])[]): ValidatorUpdate[] {
  const given = lists.filter(list => list.length > 0);
  assert(given.length <= 1, 'at most one module decides who validates');
  return [...(given[0] ?? [])];
}

/** CometBFT is told only of a change; then of all parameters, because a half-filled group would zero the rest. */
function changedParams(machine: Machine, before: ConsensusParams, branch: StoreBranch): ConsensusParams | undefined {
  const after = machine.consensus.params(branch);
  const codec = machine.codecs.of<ConsensusParams>('tendermint.types.ConsensusParams');
  return equalBytes(codec.encode(before), codec.encode(after)) ? undefined : after;
}

function blockContext({ chainId }: AppState, branch: StoreBranch, { height, time }: RequestFinalizeBlock): Context {
  return makeContext({
    chainId, height, time, mode: 'finalize', branch, gas: makeInfiniteGasMeter(), events: makeEventSink(), tx: undefined, metered: false,
  });
}
