/** CheckTx and simulations: txs against the committed state and what ante has done to it since. */
import type { RequestCheckTx, ResponseCheckTx } from './abci/types.js';
import { nextHeight, type AppState, type Machine } from './machine.js';
import { Refusal, sdk } from './refusal.js';
import { decodeTx, runTx, toExecResult, type IncomingTx, type TxOutcome, type TxStage } from './tx.js';
import { verifyAhead } from './verify-ahead.js';

/** Type RECHECK of RequestCheckTx. */
const recheck = 1;

const notStarted = new Refusal('sdk', sdk.invalidHeight, 'app is not ready; please wait for first block: invalid height');

/** Checks txs in the order in which they came, though their signatures are verified side by side. */
export function makeTxChecker(machine: Machine, state: AppState): (request: RequestCheckTx) => Promise<ResponseCheckTx> {
  let previous: Promise<unknown> = Promise.resolve();
  return request => {
    const incoming = decodeTx(machine, request.tx);
    const isRecheck = request.type === recheck;
    const verified = isRecheck || !state.check ? Promise.resolve() : verifyAhead(machine, state.check, state.chainId, [incoming]);
    const answer = Promise.all([verified, previous]).then(() => toExecResult(checkNow(machine, state, incoming, isRecheck)));
    previous = answer.catch(() => undefined); // whoever asked gets the rejection; the next tx only waits for its turn
    return answer;
  };
}

/** The check itself is one step without a pause, against whatever state is the committed one by then. */
function checkNow(machine: Machine, state: AppState, incoming: IncomingTx, isRecheck: boolean): TxOutcome {
  const stage = checkStage(machine, state);
  return stage ? runTx(machine, stage, isRecheck ? 'recheck' : 'check', incoming) : refused(notStarted);
}

/** Runs a tx for its gas; nothing stays. Signatures, fee and public key may be missing. */
export function simulateTx(machine: Machine, state: AppState, bytes: Uint8Array): TxOutcome {
  const stage = checkStage(machine, state);
  if (!stage) return refused(notStarted);
  return runTx(machine, { ...stage, branch: stage.branch.branch() }, 'simulate', decodeTx(machine, bytes));
}

function refused(refusal: Refusal): TxOutcome {
  return { refusal, gasWanted: 0n, gasUsed: 0n, events: [], responses: [], data: new Uint8Array(0) };
}

/** Txs are checked as of the next block: that is the earliest that can hold them. */
function checkStage(machine: Machine, state: AppState): TxStage | undefined {
  const height = nextHeight(machine, state);
  if (!state.check || height === undefined) return undefined;
  const blockMaxGas = machine.consensus.params(state.check).block?.maxGas ?? -1n;
  return { chainId: state.chainId, height, time: state.time, branch: state.check, blockMaxGas, blockGas: undefined };
}
