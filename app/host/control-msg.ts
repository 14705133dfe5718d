/** MsgControl: what governance alone may do to vats. It becomes an action of the control lane, which the next run does first. */
import { governanceAddress, refuse, refuseSdk, type Context, type MsgDefinition } from '../../chain/index.js';
import { asVatId, isSystemName, kernelCodes, readVat } from '../../kernel/index.js';
import type { MsgActionResponse, MsgControl } from '../client/types.js';
import * as check from './checks.js';
import type { MsgHost } from './msgs.js';
import { hasCollection } from './provisioning/mirror.js';

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
  if (setQuota) validateQuota(setQuota);
  if (!pauseVat && !terminateVat && !publishName && !setQuota && !reconcile) refuseSdk('invalidRequest', 'control is missing');
}

function validateQuota({ account, dimension, limit, unlimited, limitGeneration }: NonNullable<MsgControl['setQuota']>): void {
  if (account !== '') check.checkAddress(account, 'account');
  check.checkDimension(dimension);
  if (unlimited && limit !== 0n) refuse('kernel', kernelCodes.badOption, 'a limit that is unlimited has no number: bad option');
  if (limitGeneration > BigInt(Number.MAX_SAFE_INTEGER)) refuse('kernel', kernelCodes.badOption, 'limit_generation is below 2^53: bad option');
}

/** As the next run will look at it: what is plainly impossible fails the proposal, with its reason. */
function admit(ctx: Context, host: MsgHost, { pauseVat, terminateVat, publishName, reconcile, setQuota }: MsgControl): void {
  ctx.gas.consume(host.params.read(ctx).gasPerAction, 'kernel action');
  if (setQuota) return;
  if (reconcile) {
    if (!hasCollection(ctx, reconcile.collection)) refuse('kernel', kernelCodes.badOption, `there is no collection ${check.shown(reconcile.collection)}: bad option`);
    return;
  }
  const text = (pauseVat ?? terminateVat ?? publishName)?.vatId ?? '';
  const vat = asVatId(text);
  const record = vat && readVat(host.view().rows, vat);
  if (!record) refuse('kernel', kernelCodes.unknownVat, `there is no vat ${check.shown(text)}: unknown vat`);
  if (record.life === 'terminated') refuse('kernel', kernelCodes.vatTerminated, `${text} is terminated: vat terminated`);
}
