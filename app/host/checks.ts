/** What a block checks of a kernel message before it accepts it; the same checks serve CheckTx, the block and a simulation. */
import { isDenom, parseAddress, refuse, refuseSdk, type Context } from '../../chain/index.js';
import { asDimension, asVatId, canResolve, checkSettings, checkAccountCapData, isName, isNameInUse, isNewName, kernelCodes, readName, readVat, resumeProblem, type CapData, type Coin, type Dimension, type QuotaRefusal, type ReadableRows, type VatId, type VatSettings } from '../../kernel/index.js';
import type { VatOptions } from '../client/types.js';
import { isReserved } from './action-queue.js';
import { isInstalled } from './bundles.js';

const codes = kernelCodes;
const no = (code: number, text: string): never => refuse('kernel', code, text);

/** What the kernel's committed state, S(H−1), is asked for. */
export type KernelView = { readonly rows: ReadableRows; readonly services: ReadonlySet<string> };

// ---- stateless

export function checkAddress(text: string, what: string): void {
  const parsed = parseAddress(text);
  if ('problem' in parsed) refuseSdk('invalidAddress', `invalid ${what} address (${parsed.problem})`);
}

/** A name of the account's own, or a public one. */
export function checkTargetName(text: string): void {
  if (!isName(text.startsWith('@') ? text.slice(1) : text)) no(codes.badName, `"${shown(text)}" is no capability name: bad name`);
}

export function checkNewName(text: string, what: string): void {
  if (!isNewName(text)) {
    no(codes.badName, `${what} "${shown(text)}": a new name has 1 to 56 characters of a-z 0-9 . _ -, begins with a letter or digit, does not end in .<digits> and is not under home. or from.: bad name`);
  }
}

const methodPattern = /^[^\u0000-\u001f\u007f]{1,128}$/;

export function checkMethod(text: string): void {
  if (!methodPattern.test(text) || !text.isWellFormed()) no(codes.badMethod, 'a method has 1 to 128 characters and no control characters: bad method');
}

const textMax = 1000;

/** A text for people: everybody who waits for the vat gets a copy of it, so it is short. */
export function checkText(text: string, what: string): void {
  if (text.length > textMax) no(codes.badOption, `${what} has at most ${textMax} characters: bad option`);
}

/** `mustBeArray` for the arguments of a call. */
export function checkCapData(data: CapData | undefined, what: string, mustBeArray: boolean): void {
  if (!data) return;
  const verdict = checkAccountCapData(data, { mustBeArray });
  if (!verdict.ok) no(codes.badCapData, `${what}: ${verdict.reason}: bad capdata`);
  for (const slot of data.slots) checkTargetName(slot);
}

export function settingsOf(options: VatOptions | undefined): VatSettings {
  const checked = checkSettings(options ?? {});
  if ('reason' in checked) return no(codes.badOption, `${checked.reason}: bad option`);
  return checked.settings;
}

export function checkFunds(funds: readonly { readonly denom: string; readonly amount: string }[]): void {
  let previous = '';
  for (const { denom, amount } of funds) {
    if (!isDenom(denom) || denom <= previous || !/^[1-9][0-9]{0,76}$/.test(amount)) refuseSdk('invalidCoins', `${funds.map(coin => `${coin.amount}${coin.denom}`).join(',')}`);
    previous = denom;
  }
}

/** The most that a sender is ready to pay; absent is nothing. */
export function checkPrice(price: { readonly denom: string; readonly amount: string } | undefined): void {
  if (price && (!isDenom(price.denom) || !/^(0|[1-9][0-9]{0,76})$/.test(price.amount))) refuseSdk('invalidCoins', `${price.amount}${price.denom}`);
}

/** What the ledger counts. */
export function checkDimension(text: string): Dimension {
  return asDimension(text) ?? no(codes.badOption, `${shown(text)} is no dimension; there are vats, zombies, worker_memory, compute, storage_bytes, bundle_bytes: bad option`);
}

// ---- against the state

/** A refusal of the ledger, with the words that it has everywhere. */
export function checkRefusal(refusal: QuotaRefusal | undefined): void {
  if (refusal) refuse(refusal.space, refusal.code, refusal.text);
}

export function checkKnown(view: KernelView, account: string, name: string): void {
  if (!canResolve(view.rows, view.services, account, name)) no(codes.unknownCapability, `${account} has no capability "${name}": unknown capability`);
}

export function checkSlotsKnown(view: KernelView, account: string, data: CapData | undefined): void {
  for (const slot of data?.slots ?? []) checkKnown(view, account, slot);
}

export function checkOwnName(view: KernelView, account: string, name: string): void {
  if (!readName(view.rows, account, name)) no(codes.unknownCapability, `${account} has no capability "${name}": unknown capability`);
}

/** Used or kept for an action, with everything below it. */
export function checkFree(ctx: Context, view: KernelView, account: string, name: string): void {
  if (isNameInUse(view.rows, account, name) || isReserved(ctx, account, name)) no(codes.nameInUse, `"${name}" of ${account} is in use or reserved: name in use`);
}

export function checkBundle(ctx: Context, bundleId: string): void {
  if (!isInstalled(ctx, bundleId)) no(codes.unknownBundle, `bundle ${shown(bundleId)} is not installed: unknown bundle`);
}

export function checkOwnVat(view: KernelView, account: string, text: string): void {
  const vat = asVatId(text);
  const record = vat && readVat(view.rows, vat);
  if (!record) return no(codes.unknownVat, `there is no vat ${shown(text)}: unknown vat`);
  if (record.owner !== account) no(codes.notOwner, `${text} does not belong to ${account}: not owner`);
  if (record.life === 'terminated') no(codes.vatTerminated, `${text} is terminated: vat terminated`);
}

/** Whether so much more compute lets the vat run; it exists. */
export function checkResume(view: KernelView, text: string, computrons: bigint): void {
  const problem = resumeProblem(view.rows, asVatId(text) as VatId, computrons);
  if (problem !== undefined) no(codes.badOption, `${problem}: bad option`);
}

export function checkEnough(price: Coin, escrow: readonly Coin[]): void {
  const given = escrow.find(({ denom }) => denom === price.denom)?.amount ?? 0n;
  if (given < price.amount) no(codes.badOption, `it costs ${price.amount}${price.denom}, which is more than max_price: bad option`);
}

/** CheckTx refuses above half of the queue, a block above all of it: so that what CheckTx admitted finds room. */
export function checkRoom(ctx: Context, length: number, queueMax: number): void {
  const isCheck = ctx.mode === 'check' || ctx.mode === 'recheck';
  const room = isCheck ? Math.ceil(queueMax / 2) : queueMax;
  if (length >= room) no(codes.queueFull, `${length} actions are waiting, the most are ${room}; try again in a few blocks: queue full`);
}

/** A stranger's text in a message of ours: short, one line. */
export function shown(text: string): string {
  const plain = text.toWellFormed().replace(/[^\x20-\x7e]/g, '?');
  return plain.length > 80 ? `${plain.slice(0, 77)}...` : plain;
}
