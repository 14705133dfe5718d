/**
 * What the authority over the whole kernel decides: done at the beginning of a run, before anything else and whatever the
 * budget says. Each is a step of its own. One that cannot be done has the outcome REJECTED.
 */
import { kernelCodes, type ActionRefusal, type ControlAction } from './action.js';
import { errorData, undefinedData } from './errors.js';
import { asVatId, type VatId } from './ids.js';
import { holdVat, releaseVat, releaseProblem } from './meter.js';
import { settleAction, type ActionWatcher } from './outcome.js';
import { isName } from './principal.js';
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
  const vat = asVatId(action.vat);
  const refusal = refusalOf(state, action, vat);
  if (refusal) settle(state, action, refusal);
  else {
    execute(state, action, vat as VatId);
    settle(state, action, undefined);
  }
  const discard = !refusal && action.kind === 'terminate' ? vat : undefined;
  return { step: closeStep(state, 'intake'), discard };
}

function settle(state: KernelState, { id, sender }: ControlAction, refusal: ActionRefusal | undefined): void {
  const watcher: ActionWatcher = { kind: 'action', action: String(id), account: sender, saveAs: '', shape: 'plain' };
  settleAction(state, watcher, refusal !== undefined, refusal ? errorData(`kernel/${refusal.code}: ${refusal.text}`) : undefinedData);
}

function refusalOf({ rows }: KernelState, action: ControlAction, vat: VatId | undefined): ActionRefusal | undefined {
  if (vat === undefined || !readVat(rows, vat)) return { code: kernelCodes.unknownVat, text: `unknown vat ${action.vat}` };
  if (!isAlive(rows, vat)) return { code: kernelCodes.vatTerminated, text: `${action.vat} is terminated` };
  if (action.kind === 'publish' && !isSystemName(action.name)) return { code: kernelCodes.badName, text: `"${action.name}" is no name under sys.` };
  const problem = action.kind === 'release' ? releaseProblem(rows, vat) : undefined;
  return problem === undefined ? undefined : { code: kernelCodes.badOption, text: problem };
}

/** Whether `sys.<name>` is a name. */
export const isSystemName = (name: string): boolean => name !== '' && isName(`sys.${name}`);

function execute(state: KernelState, action: ControlAction, vat: VatId): void {
  switch (action.kind) {
    case 'hold': return holdVat(state, vat);
    case 'release': return releaseVat(state, vat);
    case 'terminate': return terminateVat(state, vat, true, errorData(action.reason));
    case 'publish': return publish(state, `sys.${action.name}`, { kref: rootOf(state, vat), iface: 'Alleged: root', owner: '' });
  }
}
