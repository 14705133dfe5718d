/** InitChain: S(initial−1), made in memory and carried into the first block. */
import type { RequestInitChain, ResponseInitChain, ValidatorUpdate } from './abci/types.js';
import { hexText, utf8Text } from './bytes.js';
import { onlyValidators } from './block.js';
import { makeContext } from './context.js';
import { makeEventSink } from './events.js';
import { makeInfiniteGasMeter } from './gas.js';
import type { AppState, Machine } from './machine.js';
import type { DeliverGenesisTx } from './module.js';
import { decodeTx, runTx, toExecResult, type TxStage } from './tx.js';

const chainIdLengthMax = 50;

/** May be repeated until the first Commit: each time everything is made anew. Rejects with a readable Error when genesis is not valid. */
export async function initChain(machine: Machine, state: AppState, request: RequestInitChain): Promise<ResponseInitChain> {
  const { store, modules, consensus, hooks } = machine;
  if (store.version > 0n) throw new Error(`InitChain, but this node has committed height ${store.version}`);
  if (request.chainId === '' || request.chainId.length > chainIdLengthMax) throw new Error(`genesis: chain_id must have 1 to ${chainIdLengthMax} characters`);
  if (!request.consensusParams?.block) throw new Error('genesis: consensus_params are missing');
  const appState = parseAppState(request.appStateBytes);
  warnOfStrangers(machine, appState);

  const initialHeight = request.initialHeight > 0n ? request.initialHeight : 1n;
  const branch = store.branch();
  const ctx = makeContext({
    chainId: request.chainId, height: initialHeight - 1n, time: request.time, mode: 'genesis', branch,
    gas: makeInfiniteGasMeter(), events: makeEventSink(), tx: undefined, metered: false,
  });
  consensus.setChainId(ctx, request.chainId);
  consensus.setParams(ctx, request.consensusParams);
  const stage: TxStage = { chainId: request.chainId, height: ctx.height, time: request.time, branch, blockMaxGas: -1n, blockGas: undefined };
  const deliver: DeliverGenesisTx = bytes => toExecResult(runTx(machine, stage, 'genesis', decodeTx(machine, bytes)));
  const validators = onlyValidators(modules.map(module => module.initGenesis?.(ctx, appState[module.name], request, deliver) ?? []));
  for (const module of modules) module.finishGenesis?.(ctx);
  if (validators.length > 0) requireSameValidators(validators, request.validators);
  await hooks.initChain?.(ctx, request);

  Object.assign(state, {
    chainId: request.chainId, genesis: { branch, initialHeight }, pending: undefined, check: branch.branch(), time: request.time,
  } satisfies AppState);
  return { consensusParams: consensus.params(branch), validators, appHash: store.appHash };
}

/** A genesis may name its validators at its top level, or stake them; if it does both, they must agree. */
function requireSameValidators(staked: readonly ValidatorUpdate[], stated: readonly ValidatorUpdate[]): void {
  if (stated.length === 0) return;
  const textOf = ({ pubKey, power }: ValidatorUpdate): string => `${hexText(pubKey.ed25519 ?? pubKey.secp256k1 ?? new Uint8Array(0))} ${power}`;
  const [ours, theirs] = [staked, stated].map(list => list.map(textOf).sort()) as [string[], string[]];
  const stranger = [...ours.filter(one => !theirs.includes(one)), ...theirs.filter(one => !ours.includes(one))][0];
  if (stranger === undefined) return;
  throw new Error(`genesis: its validators are not those that its app_state stakes (key and power ${stranger} is only in one of the two); leave one of them out`);
}

function parseAppState(bytes: Uint8Array): Record<string, unknown> {
  if (bytes.length === 0) return {};
  let json: unknown;
  try {
    json = JSON.parse(utf8Text(bytes));
  } catch (cause) {
    throw new Error('genesis: app_state is not JSON', { cause });
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new Error('genesis: app_state is not an object');
  return json as Record<string, unknown>;
}

/** A section that no module reads is more likely a mistake than a wish. */
function warnOfStrangers({ modules, log }: Machine, appState: Record<string, unknown>): void {
  const known = new Set(modules.map(({ name }) => name));
  for (const section of Object.keys(appState)) {
    if (!known.has(section)) log.warn({ section }, 'genesis: no module reads this section of app_state');
  }
}
