/** The messages and answers of windlass.kernel.v1 as TypeScript sees them: camelCase, 64-bit integers as bigint. */
export type Coin = { readonly denom: string; readonly amount: string };

/** `body` is smallcaps JSON behind a `#`; `$n` in it means `slots[n]`, a name in the account's c-list or `@public`. */
export type CapData = { readonly body: string; readonly slots: readonly string[] };

/** Zero means: the chain's default. */
export type VatOptions = { readonly memoryLimitBytes: bigint; readonly computronsPerDelivery: bigint; readonly computeBalance: bigint };

export type MsgInstallBundle = { submitter: string; bundleId: string; chunkIndex: number; chunkCount: number; data: Uint8Array };
export type MsgInstallBundleResponse = { complete: boolean; missingChunks: number[] };
export type MsgCreateVat = {
  owner: string; bundleId: string; label: string; parameters?: CapData | undefined; options?: VatOptions | undefined; saveAs: string;
};
export type MsgInvoke = { sender: string; target: string; method: string; args?: CapData | undefined; saveAs: string; funds: readonly Coin[] };
export type MsgUpgradeVat = { owner: string; vatId: string; bundleId: string; parameters?: CapData | undefined; upgradeMessage: string };
export type MsgTerminateVat = { owner: string; vatId: string; reason: string };
export type MsgGrantCapability = { sender: string; name: string; recipient: string; saveAs: string };
export type MsgRenameCapability = { sender: string; name: string; newName: string };
export type MsgDropCapability = { sender: string; name: string };
export type MsgResumeVat = { owner: string; vatId: string; addCompute: bigint; maxPrice?: Coin | undefined };
export type MsgRequestQuota = { account: string; dimension: string; amount: bigint; maxPrice?: Coin | undefined };
/** One of the five. Governance only: `authority` is the gov module's address. */
export type MsgControl = {
  authority: string;
  pauseVat?: { vatId: string; resume: boolean } | undefined;
  terminateVat?: { vatId: string; reason: string } | undefined;
  setQuota?: { account: string; dimension: string; limit: bigint; unlimited: boolean; limitGeneration: bigint } | undefined;
  reconcile?: { collection: string } | undefined;
  publishName?: { name: string; vatId: string } | undefined;
};
export type MsgActionResponse = { actionId: bigint };

export type Params = {
  computronsPerBlock: bigint; computronsPerDelivery: bigint; roundWidth: number; queueMax: number; snapshotInitial: number;
  snapshotInterval: number; reapInterval: number; cleanupBudget: number; maxBundleBytes: bigint; gasPerAction: bigint; gasPerByte: bigint;
  outcomeRetention: bigint; defaultComputeBalance: bigint; computePrice: Coin | undefined;
  quotaPrices: { dimension: string; perAmount: bigint; price: Coin | undefined }[];
  accountQuotas: Quota[]; capacity: Quota[]; defaultMemoryLimitBytes: bigint;
};
export type Quota = { dimension: string; limit: bigint };

/** What a collection of the ledger uses of one dimension. `limit` is 0 where `unlimited`; `isDefault`: what the parameters say. */
export type QuotaUsage = { dimension: string; used: bigint; limit: bigint; unlimited: boolean; isDefault: boolean; aboveDefault: bigint; note: string };
/** A collection of the ledger: the chain, an account, or a vat. */
export type QuotaCollection = { id: string; kind: string; parent: string; status: string; limitGeneration: bigint; faulty: boolean; usage: QuotaUsage[] };
/** What is charged: `token` is kind, subject and generation. */
export type QuotaCharge = { token: string; collection: string; amounts: Quota[]; height: bigint; cause: string; version: bigint };

/** Numbers of windlass.kernel.v1.ActionState. */
export const actionState = { unspecified: 0, queued: 1, accepted: 2, fulfilled: 3, rejected: 4 } as const;
/** Numbers of windlass.kernel.v1.VatState. */
export const vatState = { unspecified: 0, running: 1, paused: 2, terminated: 3 } as const;

export type KernelStatus = {
  schemaVersion: number; crankNumber: bigint; activityHash: string; runQueueLength: bigint; actionQueueLength: bigint;
  upgradeEventsPending: bigint; height: bigint;
};
export type Action = { actionId: bigint; sender: string; state: number; queuedHeight: bigint; settledHeight: bigint; result: CapData | undefined };
export type Capability = { name: string; iface: string; ownerVatId: string };
export type VatInfo = {
  vatId: string; label: string; owner: string; bundleId: string; incarnation: number; state: number; deliveries: bigint;
  snapshotPosition: bigint; snapshotHash: string; storageBytes: bigint; computronsUsed: bigint;
};
export type BundleStatus = { bundleId: string; installed: boolean; sizeBytes: bigint; missingChunks: number[] };
export type Published = { value: string; height: bigint };

/** Where a page starts and how long it is; nothing means the chain's default of 100 from the start. */
export type PageRequest = { key?: Uint8Array; offset?: bigint; limit?: bigint; countTotal?: boolean; reverse?: boolean };
/** An empty nextKey means there is no further page. */
export type PageResponse = { nextKey: Uint8Array; total: bigint };
