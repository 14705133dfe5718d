/** A queued message as the kernel's action. The block checked it; what is wrong here is a broken invariant. */
import { CodecError, type Codecs } from '../../chain/codec/index.js';
import { asDimension, checkSettings, type Action, type CapData, type Coin, type ControlAction, type Dimension } from '../../kernel/index.js';
import type { MsgControl, MsgCreateVat, MsgDropCapability, MsgGrantCapability, MsgInvoke, MsgRenameCapability, MsgRequestQuota, MsgResumeVat, MsgTerminateVat, MsgUpgradeVat, Params } from '../client/types.js';
import type { QueuedMsg } from './action-queue.js';

const noArgs: CapData = { body: '#[]', slots: [] };
const noParameters: CapData = { body: '#{}', slots: [] };
const package_ = '/windlass.kernel.v1.';

export function coinsOf(coins: readonly { readonly denom: string; readonly amount: string }[]): Coin[] {
  return coins.map(({ denom, amount }) => ({ denom, amount: BigInt(amount) }));
}

/** The coins that wait in the module account with a queued message. */
export function fundsOf(codecs: Codecs, { typeUrl, value }: QueuedMsg): Coin[] {
  switch (typeUrl.slice(package_.length)) {
    case 'MsgInvoke': return coinsOf(codecs.of<MsgInvoke>('windlass.kernel.v1.MsgInvoke').decode(value).funds);
    case 'MsgResumeVat': return escrowOf(codecs.of<MsgResumeVat>('windlass.kernel.v1.MsgResumeVat').decode(value));
    case 'MsgRequestQuota': return escrowOf(codecs.of<MsgRequestQuota>('windlass.kernel.v1.MsgRequestQuota').decode(value));
    default: return [];
  }
}

/** All that the sender is ready to pay waits with the message; the run takes the price and gives back the rest. */
export function escrowOf({ maxPrice }: Pick<MsgResumeVat, 'maxPrice'>): Coin[] {
  return maxPrice && maxPrice.amount !== '0' ? coinsOf([maxPrice]) : [];
}

/** Compute is sold by the million computrons, and part of a coin costs a whole one. */
export function priceOf(params: Params, computrons: bigint): Coin {
  const { denom, amount } = params.computePrice ?? { denom: '', amount: '0' };
  return { denom, amount: (BigInt(amount) * computrons + 999_999n) / 1_000_000n };
}

/** What more of a dimension costs, part of a coin being a whole one; undefined when it is not sold. */
export function quotaPriceOf(params: Params, dimension: string, amount: bigint): Coin | undefined {
  const sold = params.quotaPrices.find(price => price.dimension === dimension);
  if (!sold?.price) return undefined;
  return { denom: sold.price.denom, amount: (BigInt(sold.price.amount) * amount + sold.perAmount - 1n) / sold.perAmount };
}

/** A price that cannot be paid: by now the dimension is not sold, and the run says so. */
const notSold = (escrow: readonly Coin[]): Coin => ({ denom: escrow[0]?.denom ?? '', amount: (escrow[0]?.amount ?? 0n) + 1n });

export function toAction({ codecs, params, payee }: { readonly codecs: Codecs; readonly params: Params; /** Who is paid for compute. */ readonly payee: string }, id: bigint, { typeUrl, value }: QueuedMsg): Action {
  const decode = <M>(): M => codecs.of<M>(typeUrl.slice(1)).decode(value);
  switch (typeUrl.slice(package_.length)) {
    case 'MsgInvoke': {
      const { sender, target, method, args, saveAs, funds } = decode<MsgInvoke>();
      return { id, kind: 'invoke', sender, target, method, args: args ?? noArgs, saveAs, funds: coinsOf(funds) };
    }
    case 'MsgCreateVat': {
      const { owner, bundleId, label, parameters, options, saveAs } = decode<MsgCreateVat>();
      const checked = checkSettings(options ?? {});
      if ('reason' in checked) throw new CodecError(typeUrl, checked.reason);
      return { id, kind: 'create-vat', sender: owner, bundleId, label, parameters: parameters ?? noParameters, settings: checked.settings, saveAs };
    }
    case 'MsgUpgradeVat': {
      const { owner, vatId, bundleId, parameters, upgradeMessage } = decode<MsgUpgradeVat>();
      return { id, kind: 'upgrade-vat', sender: owner, vat: vatId, bundleId, parameters: parameters ?? noParameters, upgradeMessage };
    }
    case 'MsgTerminateVat': {
      const { owner, vatId, reason } = decode<MsgTerminateVat>();
      return { id, kind: 'terminate-vat', sender: owner, vat: vatId, reason };
    }
    case 'MsgResumeVat': {
      const msg = decode<MsgResumeVat>();
      const { owner, vatId, addCompute } = msg;
      return { id, kind: 'resume-vat', sender: owner, vat: vatId, addCompute, price: priceOf(params, addCompute), payee, escrow: escrowOf(msg) };
    }
    case 'MsgRequestQuota': {
      const msg = decode<MsgRequestQuota>();
      const { account, dimension, amount } = msg;
      const escrow = escrowOf(msg);
      return { id, kind: 'request-quota', sender: account, dimension: knownDimension(typeUrl, dimension), amount, price: quotaPriceOf(params, dimension, amount) ?? notSold(escrow), payee, escrow };
    }
    case 'MsgGrantCapability': {
      const { sender, name, recipient, saveAs } = decode<MsgGrantCapability>();
      return { id, kind: 'grant', sender, name, recipient, saveAs };
    }
    case 'MsgRenameCapability': {
      const { sender, name, newName } = decode<MsgRenameCapability>();
      return { id, kind: 'rename', sender, name, newName };
    }
    case 'MsgDropCapability': {
      const { sender, name } = decode<MsgDropCapability>();
      return { id, kind: 'drop', sender, name };
    }
    default:
      throw new CodecError(typeUrl, 'is no action of the kernel');
  }
}

export function toControl(codecs: Codecs, id: bigint, { typeUrl, value }: QueuedMsg): ControlAction {
  const { authority: sender, pauseVat, terminateVat, publishName, setQuota, reconcile } = codecs.of<MsgControl>(typeUrl.slice(1)).decode(value);
  if (pauseVat) return { id, sender, kind: pauseVat.resume ? 'release' : 'hold', vat: pauseVat.vatId };
  if (terminateVat) return { id, sender, kind: 'terminate', vat: terminateVat.vatId, reason: terminateVat.reason };
  if (publishName) return { id, sender, kind: 'publish', vat: publishName.vatId, name: publishName.name };
  if (setQuota) {
    const { account, dimension, limit, unlimited, limitGeneration } = setQuota;
    return { id, sender, kind: 'set-quota', change: { account, dimension: knownDimension(typeUrl, dimension), limit: unlimited ? 'none' : limit, limitGeneration: Number(limitGeneration) } };
  }
  if (reconcile) return { id, sender, kind: 'reconcile', collection: reconcile.collection };
  throw new CodecError(typeUrl, 'is no control action that the kernel knows');
}

function knownDimension(typeUrl: string, text: string): Dimension {
  const dimension = asDimension(text);
  if (!dimension) throw new CodecError(typeUrl, `${text} is no dimension of the ledger`);
  return dimension;
}
