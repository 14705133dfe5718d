/**
 * Every kind of id in the kernel: its grammar, its parser, its formatter. Text is parsed once, at its edge, and typed
 * from there on; the caller decides what `undefined` means (a refusal, a vat's fault, a broken invariant).
 */
import assert from 'node:assert/strict';

declare const kind: unique symbol;
type Id<Kind extends string> = string & { readonly [kind]: Kind };

/** ko20: an object the kernel knows. */
export type KernelObjectId = Id<'KernelObjectId'>;
/** kp40: a promise the kernel knows. Counters start apart, so that ko20 is never mistaken for kp40. */
export type KernelPromiseId = Id<'KernelPromiseId'>;
export type Kref = KernelObjectId | KernelPromiseId;
/** v1 */
export type VatId = Id<'VatId'>;

const number = '(0|[1-9][0-9]{0,14})';
const objectPattern = new RegExp(`^ko${number}$`);
const promisePattern = new RegExp(`^kp${number}$`);
const vatPattern = new RegExp(`^v${number}$`);

export function asKernelObjectId(text: string): KernelObjectId | undefined {
  return objectPattern.test(text) ? (text as KernelObjectId) : undefined;
}
export function asKernelPromiseId(text: string): KernelPromiseId | undefined {
  return promisePattern.test(text) ? (text as KernelPromiseId) : undefined;
}
export function asVatId(text: string): VatId | undefined {
  return vatPattern.test(text) ? (text as VatId) : undefined;
}
export function asKref(text: string): Kref | undefined {
  return asKernelObjectId(text) ?? asKernelPromiseId(text);
}

export const kernelObjectId = (n: number): KernelObjectId => `ko${n}` as KernelObjectId;
export const kernelPromiseId = (n: number): KernelPromiseId => `kp${n}` as KernelPromiseId;
export const vatId = (n: number): VatId => `v${n}` as VatId;

export const isPromise = (kref: Kref): kref is KernelPromiseId => kref.startsWith('kp');

/** The number in an id: 20 of ko20, 3 of v3. */
export function numberOf(id: Kref | VatId): number {
  return Number(id.slice(id.startsWith('v') ? 1 : 2));
}

/** Sorts ids of one kind by their number: the order of consensus wherever vats or krefs are gone through. */
export function byNumber(a: Kref | VatId, b: Kref | VatId): number {
  return numberOf(a) - numberOf(b);
}

/** Parses what our own store holds: anything else is a broken invariant. */
export function storedKref(text: string): Kref {
  const kref = asKref(text);
  assert(kref, `the store holds ${text} where a kernel reference belongs`);
  return kref;
}

// ---- vrefs: a vat's own names for things (kernel reference 2.7)

export type VrefInfo = {
  readonly type: 'object' | 'promise' | 'device';
  /** Allocated by the vat (`+`): for an object it is the exporter. */
  readonly allocatedByVat: boolean;
  /** An object that survives an upgrade: o+0 and o+d… */
  readonly durable: boolean;
};

const vrefPattern = /^(?:o([+-])(?:(0|[1-9][0-9]{0,14})|([dv])[1-9][0-9]{0,14}\/[1-9][0-9]{0,14}(?::[0-9]{1,6})?)|p([+-])[1-9][0-9]{0,14}|d-[1-9][0-9]{0,14})$/;

/** undefined when the text is no vref: from a worker that is the vat's fault. */
export function parseVref(text: string): VrefInfo | undefined {
  const match = vrefPattern.exec(text);
  if (!match) return undefined;
  if (text.startsWith('d')) return { type: 'device', allocatedByVat: false, durable: false };
  if (text.startsWith('p')) return { type: 'promise', allocatedByVat: match[4] === '+', durable: false };
  const allocatedByVat = match[1] === '+';
  if (match[3] !== undefined && !allocatedByVat) return undefined;
  return { type: 'object', allocatedByVat, durable: match[3] === 'd' || text === 'o+0' };
}

/** o-50 → 50, p-60 → 60: the number of an import or of a promise that the kernel named. */
export function kernelAllocatedNumber(vref: string): number {
  return Number(vref.slice(2));
}
