/** windlass.kernel.v1.Query: the app state and the kernel's committed rows, as they are at the last commit. */
import type { Codecs } from '../../chain/codec/index.js';
import { hexText, queryHandler, refuseQuery, utf8Text, type KVStore, type PageRequest, type PageResponse, type QueryContext, type QueryHandler } from '../../chain/index.js';
import { activityHash, allVats, asVatId, keys, namesOf, owningVat, readProgress, readVat, stepNumber, type ReadableRows, type VatId, type VatProgress } from '../../kernel/index.js';
import { vatState, type Action, type BundleStatus, type Capability, type KernelStatus, type Params, type Published, type VatInfo } from '../client/types.js';
import { endOf, type ActionQueue } from './action-queue.js';
import { bundleSize, missingChunks } from './bundles.js';
import { hostKeys, kernelStore, publishedKey, storageStore } from './keys.js';
import { pageOf } from './page.js';
import { kernelParamsOf, type ParamsKeeper } from './params.js';
import { capacity, explain, history, usage, viewOf, type History, type LedgerView, type Usage, type Verdict } from './provisioning/queries.js';

export type QueryHost = {
  readonly codecs: Codecs;
  readonly params: ParamsKeeper;
  readonly queue: ActionQueue;
  readonly rows: ReadableRows;
  readonly services: ReadonlySet<string>;
};

type Paged = { readonly pagination: PageRequest | undefined };

export function kernelQueries(host: QueryHost): Readonly<Record<string, QueryHandler>> {
  const { codecs, rows } = host;
  const serve = <Request, Response>(name: string, answer: Parameters<typeof queryHandler<Request, Response>>[3], response = name): [string, QueryHandler] => [
    `/windlass.kernel.v1.Query/${name}`,
    queryHandler<Request, Response>(codecs, `windlass.kernel.v1.Query${name === 'PublishedChildren' ? 'Published' : name}Request`, `windlass.kernel.v1.Query${response}Response`, answer),
  ];
  const requireLatest = (ctx: QueryContext): void => requireRowsOf(ctx, rows);
  const ledgerView = (ctx: QueryContext): LedgerView => {
    requireLatest(ctx);
    return viewOf(rows, kernelParamsOf(host.params.read(ctx.stores)));
  };
  return Object.fromEntries([
    serve<object, { params: Params }>('Params', ctx => ({ params: host.params.read(ctx.stores) })),
    serve<object, KernelStatus>('Status', ctx => {
      requireLatest(ctx);
      return { ...kernelStatus(rows), actionQueueLength: BigInt(host.queue.length(ctx.stores)), height: ctx.height };
    }),
    serve<{ actionId: bigint }, Action>('Action', (ctx, { actionId }) => host.queue.record(ctx.stores, actionId) ?? refuseQuery('NotFound', `action ${actionId} is unknown or expired`)),
    serve<{ address: string } & Paged, { capabilities: Capability[]; pagination: PageResponse }>('Capabilities', (ctx, { address, pagination }) => {
      requireLatest(ctx);
      const { items, response } = pageOf(capabilitiesOf(host, address), item => item.name, pagination);
      return { capabilities: items, pagination: response };
    }),
    serve<{ vatId: string }, { vat: VatInfo }>('Vat', (ctx, { vatId }) => {
      requireLatest(ctx);
      const vat = asVatId(vatId);
      if (!vat || !readVat(rows, vat)) return refuseQuery('NotFound', `vat ${vatId} does not exist`);
      return { vat: vatInfo(rows, vat) };
    }),
    serve<{ owner: string } & Paged, { vats: VatInfo[]; pagination: PageResponse }>('Vats', (ctx, { owner, pagination }) => {
      requireLatest(ctx);
      const vats = allVats(rows).filter(vat => owner === '' || readVat(rows, vat)?.owner === owner);
      const { items, response } = pageOf(vats, vat => vat, pagination);
      return { vats: items.map(vat => vatInfo(rows, vat)), pagination: response };
    }),
    serve<{ bundleId: string; submitter: string }, BundleStatus>('Bundle', (ctx, { bundleId, submitter }) => {
      const size = bundleSize(ctx.stores, bundleId);
      return { bundleId, installed: size !== undefined, sizeBytes: size ?? 0n, missingChunks: submitter === '' ? [] : missingChunks(ctx.stores, submitter, bundleId) };
    }),
    serve<{ path: string }, Published>('Published', (ctx, { path }) => {
      const bytes = path === '' ? undefined : ctx.stores.store(storageStore).get(publishedKey(path));
      return bytes ? codecs.of<Published>('windlass.kernel.v1.QueryPublishedResponse').decode(bytes) : refuseQuery('NotFound', `nothing is published at ${path}`);
    }),
    serve<{ path: string }, { children: string[] }>('PublishedChildren', (ctx, { path }) => {
      return { children: childrenOf(ctx.stores.store(storageStore), path === '' ? '' : `${path}.`) };
    }),
    serve<{ account: string; rows: boolean }, Usage & { height: bigint }>('Usage', (ctx, { account, rows: withRows }) => ({ ...usage(ledgerView(ctx), account, withRows), height: ctx.height })),
    serve<{ messages: { typeUrl: string; value: Uint8Array }[] }, { verdicts: Verdict[]; height: bigint }>('Explain', (ctx, { messages }) => ({ verdicts: explain(ledgerView(ctx), codecs, messages), height: ctx.height })),
    serve<object, ReturnType<typeof capacity> & { height: bigint }>('Capacity', ctx => ({ ...capacity(ledgerView(ctx)), height: ctx.height })),
    serve<{ token: string }, History & { height: bigint }>('History', (ctx, { token }) => ({ ...history(ledgerView(ctx), token), height: ctx.height })),
  ]);
}

/** The kernel's rows are kept for the last commit only: an older height is answered when nothing has changed since, never with newer rows. */
function requireRowsOf({ stores, height }: QueryContext, rows: ReadableRows): void {
  const activity = stores.store(kernelStore).get(hostKeys.activity);
  if (!activity || hexText(activity) !== activityHash(rows)) refuseQuery('InvalidArgument', `the kernel's state at height ${height} is not kept: ask for the latest`);
}

/** First segments below a prefix, each once. It skips what lies below a child, so that its cost is the number of children. */
function childrenOf(store: Pick<KVStore, 'iterate'>, prefix: string): string[] {
  const end = prefix === '' ? undefined : endOf(publishedKey(prefix));
  const found = new Set<string>();
  let from = prefix;
  for (let next = firstKey(store, from, end); next !== undefined; next = firstKey(store, from, end)) {
    const rest = next.slice(prefix.length);
    const [child] = rest.split('.') as [string];
    found.add(child);
    from = child === rest ? `${next}\0` : `${prefix}${child}/`; // '/' follows '.', and is in no path
  }
  return [...found];
}

function firstKey(store: Pick<KVStore, 'iterate'>, from: string, end: Uint8Array | undefined): string | undefined {
  for (const [key] of store.iterate(from === '' ? undefined : publishedKey(from), end)) return utf8Text(key);
  return undefined;
}

function kernelStatus(rows: ReadableRows): Omit<KernelStatus, 'actionQueueLength' | 'height'> {
  return {
    schemaVersion: Number(rows.get(keys.schema) ?? '0'),
    crankNumber: BigInt(stepNumber(rows)),
    activityHash: activityHash(rows),
    runQueueLength: BigInt(count(rows.below(keys.allRunQueue))),
    upgradeEventsPending: BigInt(count(rows.below(keys.allUpgradeEvents))),
  };
}

function count(rows: Iterable<unknown>): number {
  let n = 0;
  for (const [] of rows as Iterable<[unknown, unknown]>) n += 1;
  return n;
}

/** Names that were filed, and the home facets that everybody has. */
function capabilitiesOf({ rows, services }: QueryHost, address: string): Capability[] {
  const own = namesOf(rows, address).map(({ name, object }) => ({ name, iface: object.iface, ownerVatId: owningVat(rows, object.kref) ?? '' }));
  const home = [...services].map(service => ({ name: `home.${service}`, iface: `Alleged: ${service}`, ownerVatId: '' }));
  return [...own, ...home].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function vatInfo(rows: ReadableRows, vat: VatId): VatInfo {
  const record = readVat(rows, vat);
  if (!record) throw new Error(`${vat} has no record`);
  const progress = readProgress(rows, vat);
  return {
    vatId: vat, label: record.label, owner: record.owner, bundleId: record.bundleId, incarnation: record.incarnation, state: vatState[record.life],
    deliveries: BigInt(progress.position), ...snapshotOf(progress), storageBytes: BigInt(progress.stored), computronsUsed: BigInt(progress.used),
  };
}

/** Where the current span starts from a heap snapshot of the vat's own; 0 and nothing while it has none. */
function snapshotOf({ snapshot, spanStart }: VatProgress): Pick<VatInfo, 'snapshotPosition' | 'snapshotHash'> {
  return { snapshotPosition: snapshot === '' ? 0n : BigInt(spanStart), snapshotHash: snapshot };
}
