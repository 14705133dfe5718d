/** The stages of one transaction, in whichever mode: decode, ante, messages; written or dropped. */
import type { Event, ExecTxResult, Timestamp } from './abci/types.js';
import { runAnteHandlers } from './ante/index.js';
import { makeContext, type Context, type ExecMode, type GasMeter } from './context.js';
import type { Any } from './crypto/public-key.js';
import { makeEventSink, withAttribute } from './events.js';
import { consumedToLimit, makeGasMeter, makeInfiniteGasMeter, OutOfGas } from './gas.js';
import type { Machine } from './machine.js';
import { Refusal, refuseSdk } from './refusal.js';
import type { StoreBranch } from './store/types.js';
import type { Tx, TxMessage } from './tx-decode.js';

/** Where txs run: a block under way, or the state of CheckTx. */
export type TxStage = {
  readonly chainId: string;
  readonly height: bigint;
  readonly time: Timestamp;
  readonly branch: StoreBranch;
  /** consensus_params.block.max_gas; negative: no limit. */
  readonly blockMaxGas: bigint;
  /** What the block's txs have used so far; undefined outside a block and in blocks without a limit. */
  readonly blockGas: GasMeter | undefined;
};

/** How a tx went, before it is put into an ABCI response. */
export type TxOutcome = {
  readonly refusal: Refusal | undefined;
  readonly gasWanted: bigint;
  readonly gasUsed: bigint;
  readonly events: readonly Event[];
  readonly responses: readonly Any[];
  /** TxMsgData of the responses. */
  readonly data: Uint8Array;
};

/** A tx as it came in: decoded once, used by every stage. */
export type IncomingTx = { readonly tx: Tx } | { readonly refusal: Refusal };

/** Never throws for bytes that are no tx. */
export function decodeTx(machine: Machine, bytes: Uint8Array): IncomingTx {
  try {
    return { tx: machine.ante.decoder.decode(bytes) };
  } catch (error) {
    if (error instanceof Refusal) return { refusal: error };
    throw error;
  }
}

/** One tx of a block: its effects are in the stage's branch afterwards, as far as they are kept. Always a result, or an Error that stops the node. */
export function deliverTx(machine: Machine, stage: TxStage, incoming: IncomingTx): ExecTxResult {
  return toExecResult(runTx(machine, stage, 'finalize', incoming));
}

/** Runs a tx. Throws only what is no refusal: a broken invariant. */
export function runTx(machine: Machine, stage: TxStage, mode: ExecMode, incoming: IncomingTx): TxOutcome {
  if ('refusal' in incoming) return refusedOutcome(incoming.refusal, 0n, 0n, []);
  const { tx } = incoming;
  const gas = mode === 'simulate' || mode === 'genesis' ? makeInfiniteGasMeter() : makeGasMeter(tx.fee.gasLimit);
  let anteEvents: readonly Event[] = [];
  let isAtAnte = false;
  try {
    if (stage.blockGas && stage.blockGas.consumed >= stage.blockGas.limit) refuseSdk('outOfGas', 'no block gas left to run tx');
    validateMessages(tx);
    isAtAnte = true;
    anteEvents = runAnte(machine, stage, mode, tx, gas);
    const ran = mode === 'check' || mode === 'recheck' ? nothingRan : runMessages(machine, stage, mode, tx, gas);
    return { refusal: undefined, gasWanted: gas.limit, gasUsed: gas.consumed, ...ran, events: [...anteEvents, ...ran.events] };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    if (isAtAnte && stage.blockGas && !isBlockGasSpent(error)) countBlockGas(stage.blockGas, gas);
    return refusedOutcome(error, isAtAnte ? gas.limit : 0n, gas.consumed, anteEvents);
  }
}

const blockGasLocation = 'block gas meter';
const isBlockGasSpent = (error: Refusal): boolean => error instanceof OutOfGas && error.location === blockGasLocation;

/** A refused tx has used the block's gas too; that it passed the block's limit is the next tx's concern. */
function countBlockGas(blockGas: GasMeter, gas: GasMeter): void {
  try {
    blockGas.consume(consumedToLimit(gas), blockGasLocation);
  } catch (error) {
    if (!(error instanceof OutOfGas)) throw error;
  }
}

function refusedOutcome(refusal: Refusal, gasWanted: bigint, gasUsed: bigint, events: readonly Event[]): TxOutcome {
  return { refusal, gasWanted, gasUsed, events, responses: [], data: new Uint8Array(0) };
}

function validateMessages(tx: Tx): void {
  if (tx.messages.length === 0) refuseSdk('invalidRequest', 'must contain at least one message');
  for (const { definition, value } of tx.messages) definition.validateBasic?.(value);
}

/** Ante's writes and events are kept whatever the messages do later; if it refuses, nothing of it is. */
function runAnte(machine: Machine, stage: TxStage, mode: ExecMode, tx: Tx, gas: GasMeter): readonly Event[] {
  const branch = stage.branch.branch();
  const ctx = txContext(stage, branch, mode, gas, undefined);
  runAnteHandlers(machine.ante, ctx, tx, stage.blockMaxGas);
  if (mode === 'check' || mode === 'recheck') checkMessages({ ...stage, branch }, mode, tx);
  branch.write();
  return ctx.events.events;
}

type Ran = Pick<TxOutcome, 'events' | 'responses' | 'data'>;
const nothingRan: Ran = { events: [], responses: [], data: new Uint8Array(0) };

/** All messages, in order, in one branch: they take effect together or not at all. */
function runMessages(machine: Machine, stage: TxStage, mode: ExecMode, tx: Tx, gas: GasMeter): Ran {
  const branch = stage.branch.branch();
  const events: Event[] = [];
  const responses: Any[] = [];
  for (const [msgIndex, message] of tx.messages.entries()) {
    const ctx = txContext(stage, branch, mode, gas, { hash: tx.hash, msgIndex });
    const value = runMessage(ctx, message, msgIndex);
    responses.push({ typeUrl: message.definition.responseTypeUrl, value });
    events.push(...withAttribute([messageEvent(message), ...ctx.events.events], 'msg_index', String(msgIndex)));
  }
  stage.blockGas?.consume(consumedToLimit(gas), blockGasLocation); // the tx that passes the block's limit is refused
  branch.write();
  const data = machine.codecs.of<{ msgResponses: Any[] }>('cosmos.base.abci.v1beta1.TxMsgData').encode({ msgResponses: responses });
  return { events, responses, data };
}

function runMessage(ctx: Context, message: TxMessage, msgIndex: number): Uint8Array {
  try {
    return routeMsg(ctx, message);
  } catch (error) {
    if (!(error instanceof Refusal) || error instanceof OutOfGas) throw error;
    throw new Refusal(error.codespace, error.code, `failed to execute message; message index: ${msgIndex}: ${error.message}`);
  }
}

/** The message to its module's handler; returns the encoded response. */
export function routeMsg(ctx: Context, { definition, value }: TxMessage): Uint8Array {
  return definition.handle(ctx, value);
}

function messageEvent({ typeUrl, definition, value }: TxMessage): Event {
  const sink = makeEventSink();
  const sender = definition.signers(value)[0];
  sink.emit('message', [
    ['action', typeUrl],
    ...(sender === undefined ? [] : [['sender', sender] as const]),
    ...(definition.eventModule === undefined ? [] : [['module', definition.eventModule] as const]),
  ]);
  return sink.events[0] as Event;
}

/** The checks that only the mempool makes. They see ante's effects and leave none of their own. */
function checkMessages(stage: TxStage, mode: ExecMode, tx: Tx): void {
  const branch = stage.branch.branch();
  for (const [msgIndex, { definition, value }] of tx.messages.entries()) {
    definition.checkTx?.(txContext(stage, branch, mode, makeInfiniteGasMeter(), { hash: tx.hash, msgIndex }), value);
  }
}

function txContext(stage: TxStage, branch: StoreBranch, mode: ExecMode, gas: GasMeter, tx: Context['tx']): Context {
  const { chainId, height, time } = stage;
  return makeContext({ chainId, height, time, mode, branch, gas, events: makeEventSink(), tx, metered: true });
}

/** Gas is int64 on the wire; a wanted amount beyond that was refused, and wraps as Go's conversion does. */
export function toExecResult({ refusal, gasWanted, gasUsed, events, data }: TxOutcome): ExecTxResult {
  const wire = { info: '', gasWanted: BigInt.asIntN(64, gasWanted), gasUsed: BigInt.asIntN(64, gasUsed), events: [...events] };
  if (!refusal) return { code: 0, data, log: '', codespace: '', ...wire };
  return { code: refusal.code, data: new Uint8Array(0), log: refusal.message, codespace: refusal.codespace, ...wire };
}
