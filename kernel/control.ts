/**
 * What the authority over the whole kernel decides: done at the beginning of a run, before anything else and whatever the
 * budget says. Each is a step of its own. One that cannot be done has the outcome REJECTED.
 */
import { kernelCodes, refusalText, type ActionRefusal, type ControlAction, type LedgerControl, type VatControl } from './action.js';
import { errorData, undefinedData } from './errors.js';
import { asVatId, type VatId } from './ids.js';
import { holdVat, releaseVat, releaseProblem } from './meter.js';
import { settleAction, type ActionWatcher } from './outcome.js';
import { isName } from './principal.js';
import { changeQuota, reconcileCollection } from './provisioning/limits.js';
import { publish } from './service/directory.js';
import type { KernelState } from './state.js';
import { beginStep, closeStep, type StepRecord } from './step.js';
import { rootOf } from './vat/lifecycle.js';
import { isAlive, readVat } from './vat/records.js';
import { terminateVat } from './vat/termination.js';

/** `discard`: a vat whose worker is of no use any more. */
export type ControlReport = { readonly step: StepRecord; readonly discard: VatId | undefined };

/** Does one control action. */
export function takeControl(state: KernelState, action: ControlAction): ControlReport {
  beginStep(state);
  state.outbound.push({ kind: 'action-taken', action: action.id });
  const { refusal, discard } = 'vat' in action ? controlVat(state, action) : { refusal: controlLedger(state, action) };
  settle(state, action, refusal);
  return { step: closeStep(state, 'intake'), discard };
}

function controlVat(state: KernelState, action: VatControl): { readonly refusal?: ActionRefusal | undefined; readonly discard?: VatId | undefined } {
  const vat = asVatId(action.vat);
  const refusal = refusalOf(state, action, vat);
  if (refusal) return { refusal };
  execute(state, action, vat as VatId);
  return { discard: action.kind === 'terminate' ? vat : undefined };
}

function controlLedger(state: KernelState, action: LedgerControl): ActionRefusal | undefined {
  if (action.kind === 'set-quota') return changeQuota(state, action.change, `limit of ${action.change.dimension} was set by action ${action.id}`);
  return reconcileCollection(state, action.collection) ? undefined : { code: kernelCodes.badOption, text: `there is no collection ${action.collection}` };
}

function settle(state: KernelState, { id, sender }: ControlAction, refusal: ActionRefusal | undefined): void {
  const watcher: ActionWatcher = { kind: 'action', action: String(id), account: sender, saveAs: '', shape: 'plain' };
  settleAction(state, watcher, refusal !== undefined, refusal ? errorData(refusalText(refusal)) : undefinedData);
}

function refusalOf({ rows }: KernelState, action: VatControl, vat: VatId | undefined): ActionRefusal | undefined {
  if (vat === undefined || !readVat(rows, vat)) return { code: kernelCodes.unknownVat, text: `unknown vat ${action.vat}` };
  if (!isAlive(rows, vat)) return { code: kernelCodes.vatTerminated, text: `${action.vat} is terminated` };
  if (action.kind === 'publish' && !isSystemName(action.name)) return { code: kernelCodes.badName, text: `"${action.name}" is no name under sys.` };
  const problem = action.kind === 'release' ? releaseProblem(rows, vat) : undefined;
  return problem === undefined ? undefined : { code: kernelCodes.badOption, text: problem };
}

/** Whether `sys.<name>` is a name. */
export const isSystemName = (name: string): boolean => name !== '' && isName(`sys.${name}`);

function execute(state: KernelState, action: VatControl, vat: VatId): void {
  switch (action.kind) {
    case 'hold': return holdVat(state, vat);
    case 'release': return releaseVat(state, vat);
    case 'terminate': return terminateVat(state, vat, true, errorData(action.reason));
    case 'publish': return publish(state, `sys.${action.name}`, { kref: rootOf(state, vat), iface: 'Alleged: root', owner: '' });
  }
}
