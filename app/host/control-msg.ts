/** MsgControl: what governance alone may do to vats. It becomes an action of the control lane, which the next run does first. */
import { governanceAddress, refuse, refuseSdk, type Context, type MsgDefinition } from '../../chain/index.js';
import { asVatId, isSystemName, kernelCodes, readVat } from '../../kernel/index.js';
import type { MsgActionResponse, MsgControl } from '../client/types.js';
import * as check from './checks.js';
import type { MsgHost } from './msgs.js';

/** Refuses everybody but governance. No account can sign for it; its proposals speak. */
export function requireKernelAuthority(authority: string): void {
  check.checkAddress(authority, 'authority');
  if (authority !== governanceAddress) refuse('kernel', kernelCodes.governanceOnly, `expected ${governanceAddress}, got ${authority}: governance only`);
}

export function controlDefinition(host: MsgHost): MsgDefinition<MsgControl> {
  const codec = host.codecs.of<MsgControl>('windlass.kernel.v1.MsgControl');
  const response = host.codecs.of<MsgActionResponse>('windlass.kernel.v1.MsgActionResponse');
  return {
    codec,
    responseTypeUrl: response.typeUrl,
    aminoName: 'windlass/Control',
    eventModule: 'kernel',
    signers: msg => [msg.authority],
    validateBasic: validate,
    handle: (ctx, msg) => {
      admit(ctx, host, msg);
      return response.encode({ actionId: host.queue.accept(ctx, msg.authority, { typeUrl: codec.typeUrl, value: codec.encode(msg) }, 'control') });
    },
  };
}

function validate({ authority, terminateVat, publishName, setQuota, reconcile, pauseVat }: MsgControl): void {
  requireKernelAuthority(authority);
  if (terminateVat) check.checkText(terminateVat.reason, 'reason');
  if (publishName && !isSystemName(publishName.name)) refuse('kernel', kernelCodes.badName, `"${check.shown(publishName.name)}" is no name under sys.: bad name`);
  if (setQuota || reconcile) refuseSdk('notSupported', 'this chain keeps no quotas');
  if (!pauseVat && !terminateVat && !publishName) refuseSdk('invalidRequest', 'control is missing');
}

/** As the next run will look at it: what is plainly impossible fails the proposal, with its reason. */
function admit(ctx: Context, host: MsgHost, { pauseVat, terminateVat, publishName }: MsgControl): void {
  ctx.gas.consume(host.params.read(ctx).gasPerAction, 'kernel action');
  const text = (pauseVat ?? terminateVat ?? publishName)?.vatId ?? '';
  const vat = asVatId(text);
  const record = vat && readVat(host.view().rows, vat);
  if (!record) refuse('kernel', kernelCodes.unknownVat, `there is no vat ${check.shown(text)}: unknown vat`);
  if (record.life === 'terminated') refuse('kernel', kernelCodes.vatTerminated, `${text} is terminated: vat terminated`);
}
