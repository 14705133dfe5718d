/** The kernel's queries as an extension of cosmjs' QueryClient. */
import type { QueryClient, StargateClient } from '@cosmjs/stargate';
import { codecOf } from './codecs.js';
import type {
  Action, BundleStatus, Capability, KernelStatus, PageRequest, PageResponse, Params, Published, VatInfo,
} from './types.js';

/**
 * What `setupKernelExtension` adds under `kernel`. Every call answers from the latest committed state, and throws with
 * the node's text when the node refuses (an unknown or expired action: `rpc error: code = NotFound`).
 */
export type KernelExtension = {
  readonly kernel: {
    readonly params: () => Promise<Params>;
    readonly status: () => Promise<KernelStatus>;
    readonly action: (actionId: bigint) => Promise<Action>;
    /** The names in the account's c-list, the virtual `home.` ones among them. */
    readonly capabilities: (address: string, page?: PageRequest) => Promise<{ capabilities: Capability[]; pagination: PageResponse | undefined }>;
    readonly vat: (vatId: string) => Promise<VatInfo>;
    /** Of one owner, or of everybody when `owner` is empty. */
    readonly vats: (owner?: string, page?: PageRequest) => Promise<{ vats: VatInfo[]; pagination: PageResponse | undefined }>;
    /** `submitter`: whose pending chunks `missingChunks` is about. */
    readonly bundle: (bundleId: string, submitter?: string) => Promise<BundleStatus>;
    /** What a vat published at a dotted path such as `price.feed`. */
    readonly published: (path: string) => Promise<Published>;
    /** Names directly below the path. */
    readonly publishedChildren: (path: string) => Promise<string[]>;
  };
};

/**
 * ```ts
 * const queries = QueryClient.withExtensions(await connectComet(rpcUrl), setupKernelExtension);
 * const { capabilities } = await queries.kernel.capabilities(address);
 * ```
 */
export function setupKernelExtension(base: Pick<QueryClient, 'queryAbci'>): KernelExtension {
  const ask = makeAsk(base);
  return {
    kernel: {
      params: async () => present('params', (await ask<object, { params?: Params }>('Params', {})).params),
      status: () => ask<object, KernelStatus>('Status', {}),
      action: actionId => ask<object, Action>('Action', { actionId }),
      capabilities: (address, pagination) => ask('Capabilities', { address, pagination }),
      vat: async vatId => present(`vat ${vatId}`, (await ask<object, { vat?: VatInfo }>('Vat', { vatId })).vat),
      vats: (owner = '', pagination) => ask('Vats', { owner, pagination }),
      bundle: (bundleId, submitter = '') => ask<object, BundleStatus>('Bundle', { bundleId, submitter }),
      published: path => ask<object, Published>('Published', { path }, 'Published'),
      publishedChildren: async path => (await ask<object, { children: string[] }>('PublishedChildren', { path }, 'Published')).children,
    },
  };
}

/** Whatever can ask the kernel: a QueryClient, with or without the extension, or a (Signing)StargateClient. */
export type KernelClient = KernelExtension | Pick<QueryClient, 'queryAbci'> | StargateClient;

/** The kernel's queries of any of these clients. Throws when a StargateClient is offline. */
export function kernelOf(client: KernelClient): KernelExtension['kernel'] {
  if ('kernel' in client) return client.kernel;
  if ('queryAbci' in client) return setupKernelExtension(client).kernel;
  // A StargateClient keeps its QueryClient to itself and its subclasses; there is no public way to it in cosmjs 0.39.
  const { forceGetQueryClient } = client as unknown as { forceGetQueryClient?: () => QueryClient };
  if (typeof forceGetQueryClient !== 'function') throw new TypeError('expected a QueryClient or a StargateClient');
  return setupKernelExtension(forceGetQueryClient.call(client)).kernel;
}

function makeAsk(base: Pick<QueryClient, 'queryAbci'>) {
  return async <Request extends object, Answer>(method: string, request: Request, requestName: string = method): Promise<Answer> => {
    const bytes = codecOf<Request>(`windlass.kernel.v1.Query${requestName}Request`).encode(request);
    const { value } = await base.queryAbci(`/windlass.kernel.v1.Query/${method}`, bytes);
    return codecOf<Answer>(`windlass.kernel.v1.Query${method}Response`).decode(value);
  };
}

function present<T>(what: string, value: T | undefined): T {
  if (value === undefined) throw new Error(`the node's answer lacks ${what}`);
  return value;
}
