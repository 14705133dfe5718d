/** The kernel's messages: what each must satisfy, and that it becomes an action. No vat runs inside a tx. */
import type { Codec, Codecs } from '../../chain/codec/index.js';
import { governanceAddress, refuse, refuseSdk, type AnyMsgDefinition, type BankKeeper, type Context, type MsgDefinition } from '../../chain/index.js';
import { accountCollection, creationRefusal, isLabel, kernelCodes, pinRefusal, raiseProblem, readLedger, type Coin } from '../../kernel/index.js';
import type { BlobStore } from '../blobs.js';
import type {
  MsgActionResponse, MsgCreateVat, MsgDropCapability, MsgGrantCapability, MsgInstallBundle, MsgInstallBundleResponse, MsgInvoke, MsgRenameCapability, MsgRequestQuota, MsgResumeVat, MsgTerminateVat,
  MsgUpgradeVat, Params,
} from '../client/types.js';
import { changeWaitingFunds, reserve, type ActionQueue } from './action-queue.js';
import { checkChunk, chunkBytesMax, chunksMax, isInstalled, takeChunk } from './bundles.js';
import * as check from './checks.js';
import { controlDefinition, requireKernelAuthority } from './control-msg.js';
import { coinsOf, escrowOf, priceOf, quotaPriceOf } from './to-action.js';
import { kernelParamsOf, ledgerParamsOf, type ParamsKeeper } from './params.js';

/** The kernel's module account: it holds the coins of purses, payments and waiting actions. */
export const kernelModule = 'kernel';

export type MsgHost = {
  readonly codecs: Codecs;
  readonly bank: BankKeeper;
  readonly blobs: BlobStore;
  readonly queue: ActionQueue;
  readonly params: ParamsKeeper;
  /** The kernel as the block may see it: S(H−1). */
  readonly view: () => check.KernelView;
};

/** What one kind of action checks and does, besides what all do. */
type ActionKind<M> = {
  readonly name: string;
  readonly aminoName: string;
  sender(msg: M): string;
  /** Stateless. */
  validate(msg: M): void;
  /** Against the state. */
  admit(ctx: Context, msg: M): void;
  /** Bytes of capdata, which are paid for. */
  dataBytes?(msg: M): number;
  /** A name that is kept for the outcome. */
  reserves?(msg: M): string;
  /** Coins that go with it. */
  funds?(msg: M): readonly Coin[];
};

export function kernelMsgs(host: MsgHost): readonly AnyMsgDefinition[] {
  const { view } = host;
  const invoke: ActionKind<MsgInvoke> = {
    name: 'MsgInvoke', aminoName: 'windlass/Invoke', sender: msg => msg.sender,
    validate: msg => {
      check.checkTargetName(msg.target);
      check.checkMethod(msg.method);
      check.checkCapData(msg.args, 'args', true);
      if (msg.saveAs !== '') check.checkNewName(msg.saveAs, 'save_as');
      check.checkFunds(msg.funds);
    },
    admit: (ctx, msg) => {
      check.checkKnown(view(), msg.sender, msg.target);
      check.checkSlotsKnown(view(), msg.sender, msg.args);
      if (msg.saveAs !== '') check.checkFree(ctx, view(), msg.sender, msg.saveAs);
    },
    dataBytes: msg => dataLength(msg.args),
    reserves: msg => msg.saveAs,
    funds: msg => coinsOf(msg.funds),
  };
  const createVat: ActionKind<MsgCreateVat> = {
    name: 'MsgCreateVat', aminoName: 'windlass/CreateVat', sender: msg => msg.owner,
    validate: msg => {
      if (!isLabel(msg.label)) refuse('kernel', kernelCodes.badOption, 'a label has 1 to 199 characters of A-Z a-z 0-9 . _ -: bad option');
      check.checkCapData(msg.parameters, 'parameters', false);
      check.settingsOf(msg.options);
      check.checkNewName(msg.saveAs, 'save_as');
    },
    admit: (ctx, msg) => {
      check.checkBundle(ctx, msg.bundleId);
      check.checkSlotsKnown(view(), msg.owner, msg.parameters);
      check.checkFree(ctx, view(), msg.owner, msg.saveAs);
      const params = kernelParamsOf(host.params.read(ctx));
      check.checkRefusal(creationRefusal(readLedger(view().rows, params.ledger), { params }, { owner: msg.owner, label: msg.label, settings: check.settingsOf(msg.options) }));
    },
    dataBytes: msg => dataLength(msg.parameters),
    reserves: msg => msg.saveAs,
  };
  const upgradeVat: ActionKind<MsgUpgradeVat> = {
    name: 'MsgUpgradeVat', aminoName: 'windlass/UpgradeVat', sender: msg => msg.owner,
    validate: msg => {
      check.checkCapData(msg.parameters, 'parameters', false);
      check.checkText(msg.upgradeMessage, 'upgrade_message');
    },
    admit: (ctx, msg) => {
      check.checkOwnVat(view(), msg.owner, msg.vatId);
      check.checkBundle(ctx, msg.bundleId);
      check.checkSlotsKnown(view(), msg.owner, msg.parameters);
    },
    dataBytes: msg => dataLength(msg.parameters),
  };
  const terminateVat: ActionKind<MsgTerminateVat> = {
    name: 'MsgTerminateVat', aminoName: 'windlass/TerminateVat', sender: msg => msg.owner,
    validate: msg => check.checkText(msg.reason, 'reason'),
    admit: (_ctx, msg) => check.checkOwnVat(view(), msg.owner, msg.vatId),
  };
  const resumeVat: ActionKind<MsgResumeVat> = {
    name: 'MsgResumeVat', aminoName: 'windlass/ResumeVat', sender: msg => msg.owner,
    validate: msg => check.checkPrice(msg.maxPrice),
    admit: (ctx, msg) => {
      check.checkOwnVat(view(), msg.owner, msg.vatId);
      check.checkResume(view(), msg.vatId, msg.addCompute);
      check.checkEnough(priceOf(host.params.read(ctx), msg.addCompute), escrowOf(msg));
    },
    funds: escrowOf,
  };
  const requestQuota: ActionKind<MsgRequestQuota> = {
    name: 'MsgRequestQuota', aminoName: 'windlass/RequestQuota', sender: msg => msg.account,
    validate: msg => {
      check.checkDimension(msg.dimension);
      check.checkPrice(msg.maxPrice);
    },
    admit: (ctx, msg) => {
      const params = host.params.read(ctx);
      const price = quotaPriceOf(params, msg.dimension, msg.amount) ?? refuse('kernel', kernelCodes.badOption, `${msg.dimension} is not sold here: bad option`);
      const { accountQuotas } = ledgerParamsOf(params);
      const problem = raiseProblem(readLedger(view().rows, ledgerParamsOf(params)), accountCollection(msg.account), check.checkDimension(msg.dimension), msg.amount, accountQuotas);
      if (problem !== undefined) refuse('kernel', kernelCodes.badOption, `${problem}: bad option`);
      check.checkEnough(price, escrowOf(msg));
    },
    funds: escrowOf,
  };
  const grant: ActionKind<MsgGrantCapability> = {
    name: 'MsgGrantCapability', aminoName: 'windlass/Grant', sender: msg => msg.sender,
    validate: msg => {
      check.checkTargetName(msg.name);
      check.checkAddress(msg.recipient, 'recipient');
      check.checkNewName(msg.saveAs, 'save_as');
    },
    admit: (_ctx, msg) => check.checkKnown(view(), msg.sender, msg.name),
  };
  const rename: ActionKind<MsgRenameCapability> = {
    name: 'MsgRenameCapability', aminoName: 'windlass/Rename', sender: msg => msg.sender,
    validate: msg => {
      check.checkTargetName(msg.name);
      check.checkNewName(msg.newName, 'new_name');
    },
    admit: (ctx, msg) => {
      check.checkOwnName(view(), msg.sender, msg.name);
      check.checkFree(ctx, view(), msg.sender, msg.newName);
    },
    reserves: msg => msg.newName,
  };
  const drop: ActionKind<MsgDropCapability> = {
    name: 'MsgDropCapability', aminoName: 'windlass/Drop', sender: msg => msg.sender,
    validate: msg => check.checkTargetName(msg.name),
    admit: (_ctx, msg) => check.checkOwnName(view(), msg.sender, msg.name),
  };
  return [
    installBundle(host), define(host, createVat), define(host, invoke), define(host, upgradeVat), define(host, terminateVat), define(host, resumeVat), define(host, requestQuota), define(host, grant), define(host, rename),
    define(host, drop), controlDefinition(host), updateParams(host),
  ];
}

function dataLength(data: { readonly body: string; readonly slots: readonly string[] } | undefined): number {
  if (!data) return 0;
  return data.slots.reduce((sum, slot) => sum + Buffer.byteLength(slot), Buffer.byteLength(data.body));
}

/** The stages that every action goes through. */
function define<M>(host: MsgHost, kind: ActionKind<M>): MsgDefinition<M> {
  const codec = host.codecs.of<M>(`windlass.kernel.v1.${kind.name}`);
  const response = host.codecs.of<MsgActionResponse>('windlass.kernel.v1.MsgActionResponse');
  const admit = (ctx: Context, msg: M): void => {
    const { queueMax, gasPerAction, gasPerByte } = host.params.read(ctx);
    ctx.gas.consume(gasPerAction + gasPerByte * BigInt(kind.dataBytes?.(msg) ?? 0), 'kernel action');
    // What was voted does not fail because others are many.
    if (kind.sender(msg) !== governanceAddress) check.checkRoom(ctx, host.queue.length(ctx), queueMax);
    kind.admit(ctx, msg);
  };
  return {
    codec,
    responseTypeUrl: '/windlass.kernel.v1.MsgActionResponse',
    aminoName: kind.aminoName,
    eventModule: 'kernel',
    signers: msg => [kind.sender(msg)],
    validateBasic: msg => {
      check.checkAddress(kind.sender(msg), 'sender');
      kind.validate(msg);
    },
    checkTx: admit,
    handle: (ctx, msg) => {
      admit(ctx, msg);
      return response.encode({ actionId: acceptInbound(host, ctx, kind, codec, msg) });
    },
  };
}

/** The message becomes an action of the queue: its coins move, its name is kept, and it gets an id. */
function acceptInbound<M>(host: MsgHost, ctx: Context, kind: ActionKind<M>, codec: Codec<M>, msg: M): bigint {
  const sender = kind.sender(msg);
  const funds = kind.funds?.(msg) ?? [];
  if (funds.length > 0) {
    host.bank.requireSendEnabled(ctx, funds);
    host.bank.sendToModule(ctx, sender, kernelModule, funds);
    changeWaitingFunds(ctx, funds, 1n);
  }
  const id = host.queue.accept(ctx, sender, { typeUrl: codec.typeUrl, value: codec.encode(msg) }, sender === governanceAddress ? 'high' : 'normal');
  const name = kind.reserves?.(msg) ?? '';
  if (name !== '') reserve(ctx, sender, name, id);
  return id;
}

function installBundle({ codecs, params, blobs, view }: MsgHost): MsgDefinition<MsgInstallBundle> {
  const response = codecs.of<MsgInstallBundleResponse>('windlass.kernel.v1.MsgInstallBundleResponse');
  return {
    codec: codecs.of('windlass.kernel.v1.MsgInstallBundle'),
    responseTypeUrl: '/windlass.kernel.v1.MsgInstallBundleResponse',
    aminoName: 'windlass/InstallBundle',
    eventModule: 'kernel',
    signers: msg => [msg.submitter],
    validateBasic: validateChunk,
    checkTx: (ctx, msg) => {
      if (!isInstalled(ctx, msg.bundleId)) checkChunk(ctx, msg, params.read(ctx).maxBundleBytes);
    },
    handle: (ctx, msg) => {
      const { gasPerByte, maxBundleBytes } = params.read(ctx);
      ctx.gas.consume(gasPerByte * BigInt(msg.data.length), 'kernel bundle');
      const checkQuota = (bytes: bigint): void => {
        check.checkRefusal(pinRefusal(readLedger(view().rows, ledgerParamsOf(params.read(ctx))), msg.bundleId, bytes, msg.submitter, ledgerParamsOf(params.read(ctx))));
      };
      return response.encode(takeChunk(ctx, msg, { bundleBytesMax: maxBundleBytes, checkQuota }, blobs));
    },
  };
}

function validateChunk({ submitter, bundleId, chunkIndex, chunkCount, data }: MsgInstallBundle): void {
  check.checkAddress(submitter, 'submitter');
  if (!/^b1-[0-9a-f]{128}$/.test(bundleId)) refuse('kernel', kernelCodes.bundleMalformed, 'a bundle id is b1- and 128 lower-case hex digits: bundle malformed');
  if (chunkCount < 1 || chunkIndex >= chunkCount) refuse('kernel', kernelCodes.chunkConflict, `chunk ${chunkIndex} of ${chunkCount} does not exist: chunk conflict`);
  if (chunkCount > chunksMax) refuse('kernel', kernelCodes.tooLarge, `a bundle has at most ${chunksMax} chunks: bundle or chunk too large`);
  if (data.length > chunkBytesMax) refuse('kernel', kernelCodes.tooLarge, `a chunk has at most ${chunkBytesMax} bytes: bundle or chunk too large`);
  if (data.length === 0) refuse('kernel', kernelCodes.bundleMalformed, 'a chunk has at least one byte: bundle malformed');
}

function updateParams({ codecs, params }: MsgHost): MsgDefinition<{ readonly authority: string; readonly params: Params | undefined }> {
  return {
    codec: codecs.of('windlass.kernel.v1.MsgUpdateParams'),
    responseTypeUrl: '/windlass.kernel.v1.MsgUpdateParamsResponse',
    aminoName: 'windlass/UpdateParams',
    eventModule: 'kernel',
    signers: msg => [msg.authority],
    validateBasic: msg => requireKernelAuthority(msg.authority),
    handle: (ctx, msg) => {
      if (!msg.params) return refuseSdk('invalidRequest', 'params are missing');
      params.write(ctx, msg.params);
      return new Uint8Array(0);
    },
  };
}

