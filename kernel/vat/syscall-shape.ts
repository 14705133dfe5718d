/** The closed table of syscalls as a worker may write them (kernel reference 2.6). A worker's JSON becomes typed here, once. */
import type { CapData } from '../capdata.js';
import type { VatSyscall } from './protocol.js';

type Check = (value: unknown) => boolean;

const isString: Check = value => typeof value === 'string';
const isBoolean: Check = value => typeof value === 'boolean';
const isStringList: Check = value => Array.isArray(value) && value.every(isString);

const isCapData: Check = value =>
  isPlain(value, ['body', 'slots']) && isString((value as CapData).body) && isStringList((value as CapData).slots);

const isMessage: Check = value =>
  isPlain(value, ['methargs'], ['result']) &&
  isCapData((value as { methargs: unknown }).methargs) &&
  isResult((value as { result?: unknown }).result);

const isResult: Check = value => value === undefined || value === null || typeof value === 'string';

const isResolution: Check = value =>
  Array.isArray(value) && value.length === 3 && isString(value[0]) && isBoolean(value[1]) && isCapData(value[2]);

const isResolutionList: Check = value => Array.isArray(value) && value.every(isResolution);

/** Every syscall's arguments, in order. */
const shapes: ReadonlyMap<unknown, readonly Check[]> = new Map<VatSyscall[0], readonly Check[]>([
  ['send', [isString, isMessage]],
  ['callNow', [isString, isString, isCapData]],
  ['subscribe', [isString]],
  ['resolve', [isResolutionList]],
  ['exit', [isBoolean, isCapData]],
  ['vatstoreGet', [isString]],
  ['vatstoreGetNextKey', [isString]],
  ['vatstoreSet', [isString, isString]],
  ['vatstoreDelete', [isString]],
  ['dropImports', [isStringList]],
  ['retireImports', [isStringList]],
  ['retireExports', [isStringList]],
  ['abandonExports', [isStringList]],
]);

/** The syscall that `value`, fresh from JSON.parse, is; or undefined if it has no known shape. Strings are left as they are. */
export function parseSyscall(value: unknown): VatSyscall | undefined {
  if (!Array.isArray(value)) return undefined;
  const checks = shapes.get(value[0]);
  if (checks === undefined || value.length !== checks.length + 1) return undefined;
  return checks.every((check, index) => check(value[index + 1])) ? (value as unknown as VatSyscall) : undefined;
}

/** Is `value` an object with all of `required`, and nothing beyond `required` and `optional`? */
function isPlain(value: unknown, required: readonly string[], optional: readonly string[] = []): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const keys = Object.keys(value);
  return required.every(key => keys.includes(key)) && keys.every(key => required.includes(key) || optional.includes(key));
}
