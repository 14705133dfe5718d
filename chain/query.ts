/** abci_query: by path, against committed state only. */
import type { RequestQuery, ResponseQuery } from './abci/types.js';
import { utf8Bytes } from './bytes.js';
import type { AppState, Machine } from './machine.js';
import { simulateTx } from './mempool.js';
import { Refusal, refuseSdk, sdk } from './refusal.js';
import { VersionPruned } from './store/index.js';
import type { ReadOnlyStores } from './store/types.js';
import { getTx, simulate, toSimulateResponse, type SimulateResponse } from './tx-service.js';

type Answer = Partial<Pick<ResponseQuery, 'key' | 'value' | 'proofOps'>> & { readonly height: bigint };

/** Always answers; what goes wrong is a code and a text. */
export async function query(machine: Machine, state: AppState, request: RequestQuery): Promise<ResponseQuery> {
  const empty = { code: 0, log: '', info: '', index: 0n, key: new Uint8Array(0), value: new Uint8Array(0), proofOps: undefined, codespace: '' };
  try {
    return { ...empty, ...(await answer(machine, state, request)) };
  } catch (error) {
    const { codespace, code, message } = refusalOf(machine, request, error);
    return { ...empty, height: machine.store.version, codespace, code, log: message };
  }
}

/** A mistake of ours in a read must not stop a validator; it is logged, and the asker learns only that there was one. */
function refusalOf({ log }: Machine, { path }: RequestQuery, error: unknown): Pick<Refusal, 'codespace' | 'code' | 'message'> {
  if (error instanceof Refusal) return error;
  if (error instanceof VersionPruned) return new Refusal('sdk', sdk.notFound, `${error.message}: not found`);
  log.error({ path, reason: error instanceof Error ? error.message : String(error) }, 'a query failed');
  return { codespace: 'undefined', code: 1, message: 'internal error' };
}

async function answer(machine: Machine, state: AppState, request: RequestQuery): Promise<Answer> {
  const latest = machine.store.version;
  const [, first = '', ...rest] = request.path.split('/');
  switch (first) {
    case 'app': return appQuery(machine, state, request, rest);
    case 'p2p': return peerFilter(rest, latest);
    case 'store': return storeQuery(machine, request, rest);
    default: break;
  }
  switch (request.path) {
    case '/cosmos.tx.v1beta1.Service/Simulate': return { value: simulate(machine, state, request.data), height: requireStarted(latest) };
    case '/cosmos.tx.v1beta1.Service/GetTx': return { value: await getTx(machine, request.data), height: requireStarted(latest) };
    default: return moduleQuery(machine, state, request);
  }
}

function appQuery(machine: Machine, state: AppState, { data }: RequestQuery, [what]: readonly string[]): Answer {
  const height = machine.store.version;
  if (what === 'version') return { value: utf8Bytes(machine.version), height };
  if (what !== 'simulate') refuseSdk('unknownRequest', 'unknown query: /app takes version or simulate');
  const outcome = simulateTx(machine, state, data);
  if (outcome.refusal) throw outcome.refusal;
  const codec = machine.codecs.of<SimulateResponse>('cosmos.tx.v1beta1.SimulateResponse');
  const json = codec.toJson(codec.decode(codec.encode(toSimulateResponse(outcome))));
  return { value: utf8Bytes(JSON.stringify(json)), height };
}

/** CometBFT's question about a peer: everybody is welcome. */
function peerFilter([filter, kind]: readonly string[], height: bigint): Answer {
  if (filter !== 'filter' || (kind !== 'addr' && kind !== 'id')) refuseSdk('unknownRequest', 'expected /p2p/filter/addr or /p2p/filter/id');
  return { height };
}

async function moduleQuery(machine: Machine, { chainId }: AppState, request: RequestQuery): Promise<Answer> {
  const handler = machine.queries.get(request.path) ?? refuseSdk('unknownRequest', 'unknown query path');
  const height = wantedHeight(machine, request, machine.store.version);
  const value = await handler({ stores: storesAt(machine, height), height, chainId }, request.data);
  return { value, height };
}

/** /store/<name>/key, the one kind of query that can be proven: a value of height H against the AppHash in header H+1. */
function storeQuery(machine: Machine, request: RequestQuery, [name = '', kind]: readonly string[]): Answer {
  const { store } = machine;
  if (kind !== 'key') refuseSdk('unknownRequest', 'expected /store/<name>/key');
  if (!store.names.includes(name)) refuseSdk('unknownRequest', `no such store: ${name}`);
  if (request.data.length === 0) refuseSdk('txParse', 'query cannot be zero length');
  // By default the newest value whose proof can be checked: header H+1 of the latest height H is not there yet.
  const height = wantedHeight(machine, request, request.prove ? store.version - 1n : store.version);
  const key = request.data;
  if (!request.prove) return { key, value: Uint8Array.from(storesAt(machine, height).store(name).get(key) ?? []), height };
  const proof = store.prove(height, name, key) ?? refuseSdk('notFound', `failed to load state at height ${height}; version is not kept`);
  return { key, value: proof.value ?? new Uint8Array(0), proofOps: { ops: [...proof.ops] }, height };
}

/** The height asked for, or the default for 0. Refuses what cannot be answered, in the SDK's words. */
function wantedHeight({ store }: Machine, { height, prove }: RequestQuery, defaultHeight: bigint): bigint {
  const latest = requireStarted(store.version);
  if (height < 0n) refuseSdk('invalidRequest', 'cannot query with height < 0; please provide a valid height');
  if (height > latest) refuseSdk('invalidHeight', 'cannot query with height in the future; please provide a valid height');
  const wanted = height === 0n ? defaultHeight : height;
  if (prove && wanted <= 1n) refuseSdk('invalidRequest', 'cannot query with proof when height <= 1; please provide a valid height');
  return wanted;
}

function requireStarted(latest: bigint): bigint {
  if (latest === 0n) refuseSdk('invalidHeight', 'app is not ready; please wait for first block');
  return latest;
}

function storesAt({ store }: Machine, height: bigint): ReadOnlyStores {
  return store.at(height) ?? refuseSdk('notFound', `failed to load state at height ${height}; version is not kept (latest height: ${store.version})`);
}
