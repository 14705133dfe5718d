/**
 * Actions enter the kernel: names are resolved, what was checked at acceptance is checked again, and the action becomes an
 * item, or is done at once. Each is a step of its own. One that fails here has the outcome REJECTED.
 */
import { kernelCodes, refusalText, type Action, type ActionRefusal, type Coin } from './action.js';
import { checkAccountCapData, encodeCapData, encodeMethargs, mapRefs, slotRef, type CapData, type Passable, type SlotRef } from './capdata.js';
import { errorData, undefinedData } from './errors.js';
import { asVatId, type KernelPromiseId, type VatId } from './ids.js';
import { addCompute, resumeProblem } from './meter.js';
import { settleAction, type ActionWatcher } from './outcome.js';
import { dropName, fileName, isNameInUse, isNewName, readName, resolveName } from './principal.js';
import { addPromise } from './promises.js';
import { accountCollection, ledgerOf } from './provisioning/consensus-ledger.js';
import { raiseProblem, raiseQuota } from './provisioning/limits.js';
import { creationRefusal } from './provisioning/vat-charges.js';
import { enqueue } from './queues.js';
import { routeSend } from './route.js';
import type { FundsService } from './service/funds.js';
import { isLabel } from './service/vats.js';
import type { KernelState } from './state.js';
import { beginStep, closeStep, type StepRecord } from './step.js';
import { keys } from './store/keys.js';
import { isAlive, readVat } from './vat/records.js';
import { watch } from './watchers.js';

/** Takes one action into the kernel. */
export function takeAction(state: KernelState, action: Action): StepRecord {
  beginStep(state);
  state.outbound.push({ kind: 'action-taken', action: action.id });
  const refusal = startAction(state, action);
  if (refusal) rejectAction(state, action, refusal);
  return closeStep(state, 'intake');
}

function rejectAction(state: KernelState, action: Action, refusal: ActionRefusal): void {
  const coins = action.kind === 'invoke' ? action.funds : action.kind === 'resume-vat' || action.kind === 'request-quota' ? action.escrow : [];
  for (const { denom, amount } of coins) state.outbound.push({ kind: 'coins', to: action.sender, denom, amount, reason: 'refunded' });
  settleAction(state, watcherOf(action), true, errorData(refusalText(refusal)));
}

/** Grants and renames file under names of their own; what a plain result files is under save_as. */
function watcherOf(action: Action): ActionWatcher {
  const saveAs = action.kind === 'invoke' || action.kind === 'create-vat' ? action.saveAs : '';
  return { kind: 'action', action: String(action.id), account: action.sender, saveAs, shape: action.kind === 'create-vat' ? 'create' : 'plain' };
}

/** A promise whose settling is the action's outcome. */
function outcomePromise(state: KernelState, action: Action): KernelPromiseId {
  const kp = addPromise(state, undefined);
  watch(state, kp, watcherOf(action));
  return kp;
}

function startAction(state: KernelState, action: Action): ActionRefusal | undefined {
  switch (action.kind) {
    case 'invoke': return invoke(state, action);
    case 'create-vat': return createVat(state, action);
    case 'upgrade-vat': case 'terminate-vat': return changeVat(state, action);
    case 'resume-vat': return resume(state, action);
    case 'request-quota': return requestQuota(state, action);
    case 'grant': return grant(state, action);
    case 'rename': return rename(state, action);
    case 'drop': return drop(state, action);
  }
}

type ActionOf<Kind extends Action['kind']> = Extract<Action, { kind: Kind }>;

const unknownCapability = (name: string): ActionRefusal => ({ code: kernelCodes.unknownCapability, text: `unknown capability "${name}"` });

/** A name to file under: a new one, and free. While the action waits, whoever accepted it keeps the name reserved. */
function nameRefusal({ rows }: KernelState, account: string, name: string): ActionRefusal | undefined {
  if (!isNewName(name)) return { code: kernelCodes.badName, text: `"${name}" is no new name` };
  return isNameInUse(rows, account, name) ? { code: kernelCodes.nameInUse, text: `name "${name}" is in use` } : undefined;
}

function invoke(state: KernelState, action: ActionOf<'invoke'>): ActionRefusal | undefined {
  const refusal = action.saveAs === '' ? undefined : nameRefusal(state, action.sender, action.saveAs);
  if (refusal) return refusal;
  const target = resolveName(state, action.sender, action.target);
  if (!target) return unknownCapability(action.target);
  const args = resolveSlots(state, action.sender, action.args, { mustBeArray: true });
  if ('code' in args) return args;
  const payments = deposit(state, action);
  const methargs = encodeMethargs(action.method, [...(args.value as readonly Passable[]), ...payments]);
  routeSend(state, target.kref, { methargs, result: outcomePromise(state, action) });
  return undefined;
}

function deposit(state: KernelState, action: ActionOf<'invoke'>): readonly Passable[] {
  if (action.funds.length === 0) return [];
  const bank: FundsService | undefined = state.services.get('bank');
  if (!bank?.deposit) throw new Error(`action ${action.id} has funds, but the kernel has no bank`);
  return bank.deposit(state, action.sender, action.funds);
}

/** The parsed value with krefs in the place of names, and what the kernel knows of each object in the place of what the sender says. */
function resolveSlots(state: KernelState, account: string, data: CapData, options = { mustBeArray: false }): { readonly value: Passable } | ActionRefusal {
  const parsed = checkAccountCapData(data, options);
  if (!parsed.ok) return { code: kernelCodes.badCapData, text: parsed.reason };
  const objects = new Map<string, SlotRef>();
  for (const name of data.slots) {
    const object = resolveName(state, account, name);
    if (!object) return unknownCapability(name);
    objects.set(name, slotRef(object.kref, object.iface || undefined));
  }
  return { value: mapRefs(parsed.value, ref => objects.get(ref.slot)) };
}

function createVat(state: KernelState, action: ActionOf<'create-vat'>): ActionRefusal | undefined {
  const refusal = nameRefusal(state, action.sender, action.saveAs);
  if (refusal) return refusal;
  if (!isLabel(action.label)) return { code: kernelCodes.badOption, text: 'a label has 1 to 199 characters of A-Z a-z 0-9 . _ -' };
  if (state.rows.get(keys.bundle(action.bundleId)) === undefined) return unknownBundle(action.bundleId);
  const parameters = resolveSlots(state, action.sender, action.parameters);
  if ('code' in parameters) return parameters;
  const noRoom = creationRefusal(ledgerOf(state), state, { owner: action.sender, label: action.label, settings: action.settings });
  if (noRoom) return noRoom;
  enqueue(state, {
    type: 'create-vat', vat: null, bundleId: action.bundleId, label: action.label, owner: action.sender,
    parameters: encodeCapData(parameters.value), settings: action.settings, result: outcomePromise(state, action),
  });
  return undefined;
}

const unknownBundle = (bundleId: string): ActionRefusal => ({ code: kernelCodes.unknownBundle, text: `bundle ${bundleId} is not installed` });

function changeVat(state: KernelState, action: ActionOf<'upgrade-vat'> | ActionOf<'terminate-vat'>): ActionRefusal | undefined {
  const vat = asVatId(action.vat);
  const refusal = ownershipRefusal(state, action.sender, action.vat);
  if (refusal) return refusal;
  if (action.kind === 'terminate-vat') {
    enqueue(state, { type: 'terminate-vat', vat: vat as VatId, reason: errorData(action.reason), result: outcomePromise(state, action) });
    return undefined;
  }
  if (state.rows.get(keys.bundle(action.bundleId)) === undefined) return unknownBundle(action.bundleId);
  const parameters = resolveSlots(state, action.sender, action.parameters);
  if ('code' in parameters) return parameters;
  enqueue(state, {
    type: 'upgrade-vat', vat: vat as VatId, bundleId: action.bundleId, parameters: encodeCapData(parameters.value),
    upgradeMessage: action.upgradeMessage, result: outcomePromise(state, action),
  });
  return undefined;
}

/** Done at once: no worker is needed. */
function resume(state: KernelState, action: ActionOf<'resume-vat'>): ActionRefusal | undefined {
  const { vat: text, sender } = action;
  const refusal = ownershipRefusal(state, sender, text);
  if (refusal) return refusal;
  const vat = asVatId(text) as VatId;
  const problem = resumeProblem(state.rows, vat, action.addCompute);
  if (problem !== undefined) return { code: kernelCodes.badOption, text: problem };
  const tooDear = priceRefusal(action);
  if (tooDear) return tooDear;
  addCompute(state, vat, action.addCompute);
  pay(state, action);
  return finish(state, action);
}

type Paid = { readonly sender: string; readonly price: Coin; readonly payee: string; readonly escrow: readonly Coin[] };

function priceRefusal({ price, escrow }: Paid): ActionRefusal | undefined {
  const given = escrow.find(({ denom }) => denom === price.denom)?.amount ?? 0n;
  return given < price.amount ? { code: kernelCodes.badOption, text: `it costs ${price.amount}${price.denom} by now` } : undefined;
}

/** The price goes to who is paid, and what is over goes back. */
function pay(state: KernelState, { sender, price, payee, escrow }: Paid): void {
  if (price.amount > 0n) state.outbound.push({ kind: 'coins', to: payee, ...price, reason: 'paid' });
  for (const { denom, amount } of escrow) {
    const left = denom === price.denom ? amount - price.amount : amount;
    if (left > 0n) state.outbound.push({ kind: 'coins', to: sender, denom, amount: left, reason: 'refunded' });
  }
}

/** Done at once, like resume. */
function requestQuota(state: KernelState, action: ActionOf<'request-quota'>): ActionRefusal | undefined {
  const { sender, dimension, amount } = action;
  const problem = raiseProblem(ledgerOf(state), accountCollection(sender), dimension, amount, state.params.ledger.accountQuotas);
  if (problem !== undefined) return { code: kernelCodes.badOption, text: problem };
  const tooDear = priceRefusal(action);
  if (tooDear) return tooDear;
  raiseQuota(state, sender, dimension, amount);
  pay(state, action);
  return finish(state, action);
}

function ownershipRefusal({ rows }: KernelState, sender: string, text: string): ActionRefusal | undefined {
  const vat = asVatId(text);
  const record = vat === undefined ? undefined : readVat(rows, vat);
  if (vat === undefined || !record) return { code: kernelCodes.unknownVat, text: `unknown vat ${text}` };
  if (record.owner !== sender) return { code: kernelCodes.notOwner, text: `${text} belongs to another account` };
  return isAlive(rows, vat) ? undefined : { code: kernelCodes.vatTerminated, text: `${text} is terminated` };
}

function grant(state: KernelState, action: ActionOf<'grant'>): ActionRefusal | undefined {
  if (!isNewName(action.saveAs)) return { code: kernelCodes.badName, text: `"${action.saveAs}" is no new name` };
  const object = resolveName(state, action.sender, action.name);
  if (!object) return unknownCapability(action.name);
  fileName(state, action.recipient, `from.${action.id}.${action.saveAs}`, object);
  return finish(state, action);
}

function rename(state: KernelState, action: ActionOf<'rename'>): ActionRefusal | undefined {
  state.outbound.push({ kind: 'reservation-released', account: action.sender, name: action.newName });
  const object = readName(state.rows, action.sender, action.name);
  if (!object) return unknownCapability(action.name);
  const refusal = nameRefusal(state, action.sender, action.newName);
  if (refusal) return refusal;
  fileName(state, action.sender, action.newName, object);
  dropName(state, action.sender, action.name);
  return finish(state, action);
}

function drop(state: KernelState, action: ActionOf<'drop'>): ActionRefusal | undefined {
  if (!readName(state.rows, action.sender, action.name)) return unknownCapability(action.name);
  dropName(state, action.sender, action.name);
  return finish(state, action);
}

function finish(state: KernelState, action: Action): undefined {
  settleAction(state, watcherOf(action), false, undefinedData);
  return undefined;
}
