/** How an action ends: remotables of its result are filed under names, and the chain is told. */
import { createHash } from 'node:crypto';
import type { CapData } from './capdata.js';
import { isPromise, storedKref, type KernelObjectId } from './ids.js';
import { fileName } from './principal.js';
import { isIface } from './capdata/decode.js';
import { endOfString } from './capdata/lone-slot.js';
import type { KernelState } from './state.js';

export type ActionWatcher = {
  readonly kind: 'action';
  /** Decimal action id. */
  readonly action: string;
  readonly account: string;
  /** Empty: nothing is filed. */
  readonly saveAs: string;
  /** 'create': the result is {admin, root} of a new vat. */
  readonly shape: 'plain' | 'create';
};

/** An account files at most this many remotables of one result. */
const filedMax = 16;
/** UTF-16 units of an interface text that is kept. */
const ifaceMax = 200;
const outcomeBytesMax = 64 * 1024;

export function settleAction(state: KernelState, watcher: ActionWatcher, isReject: boolean, data: CapData): void {
  const result = isReject || watcher.saveAs === '' ? unfiled(data) : watcher.shape === 'create' ? fileNewVat(state, watcher, data) : fileSlots(state, watcher, data);
  if (watcher.saveAs !== '') state.outbound.push({ kind: 'reservation-released', account: watcher.account, name: watcher.saveAs });
  state.outbound.push({ kind: 'action-settled', action: BigInt(watcher.action), state: isReject ? 'rejected' : 'fulfilled', result: bounded(result) });
}

function unfiled(data: CapData): CapData {
  return { body: data.body, slots: data.slots.map((_, index) => `?${index}`) };
}

function fileSlots(state: KernelState, { account, saveAs }: ActionWatcher, data: CapData): CapData {
  let filed = 0;
  const slots = data.slots.map((slot, index) => {
    const kref = storedKref(slot);
    if (isPromise(kref) || filed >= filedMax) return `?${index}`;
    const name = filed === 0 ? saveAs : `${saveAs}.${filed}`;
    filed += 1;
    fileName(state, account, name, { kref: kref, iface: ifaceOf(data.body, index) });
    return name;
  });
  return { body: data.body, slots };
}

/** The data of a create is {admin: $0, root: $1}; its outcome is the root alone. */
function fileNewVat(state: KernelState, { account, saveAs }: ActionWatcher, data: CapData): CapData {
  const [admin, root] = data.slots.map(slot => storedKref(slot) as KernelObjectId) as [KernelObjectId, KernelObjectId];
  fileName(state, account, saveAs, { kref: root, iface: 'Alleged: root' });
  fileName(state, account, `${saveAs}.admin`, { kref: admin, iface: 'Alleged: vatAdmin' });
  return { body: '#"$0.Alleged: root"', slots: [saveAs] };
}

/** The interface text that goes with slot n in a smallcaps body, or nothing. Only for people to read. */
export function ifaceOf(body: string, index: number): string {
  const start = `"$${index}.`;
  let at = body.indexOf(start);
  while (at > 0 && body[at - 1] === '\\') at = body.indexOf(start, at + 1); // text that looks like a reference
  if (at < 0) return '';
  const iface = unescaped(body.slice(at + start.length, endOfString(body, at + start.length)));
  return iface !== undefined && isIface(iface) ? keptIface(iface) : '';
}

/** What is kept of an interface text: it is copied wherever the name is used, and a stranger's may be as long as a delivery. */
export function keptIface(iface: string): string {
  return iface.slice(0, ifaceMax).toWellFormed();
}

/** The text between the quotes of a JSON string; undefined when it is none: a body is a stranger's. */
function unescaped(text: string): string | undefined {
  try {
    return JSON.parse(`"${text}"`) as string;
  } catch {
    return undefined;
  }
}

/** Slots count too: whoever answers may list more of them than its body names. */
function bounded(data: CapData): CapData {
  const body = data.body.toWellFormed();
  const bytes = Buffer.from(body, 'utf8');
  const size = data.slots.reduce((sum, slot) => sum + slot.length, bytes.length);
  if (size <= outcomeBytesMax) return { body, slots: data.slots };
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { body: `#${JSON.stringify({ bytes: bytes.length, sha256 })}`, slots: [] };
}
