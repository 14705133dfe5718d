/** Addresses in messages and queries: read, or refused in the SDK's words. */
import { addressText, operatorAddress, parseAddress, type AddressForm } from '../crypto/address.js';
import { refuseQuery, refuseSdk } from '../refusal.js';

/** Refuses with sdk/7; `complaint` opens the text, such as `invalid delegator address`. */
export function requireAddress(text: string, complaint: string): void {
  const parsed = parseAddress(text);
  if ('problem' in parsed) refuseSdk('invalidAddress', `${complaint}: ${parsed.problem}`);
}

/** The same for the address of a validator's operator. */
export function requireOperator(text: string, complaint: string): void {
  const parsed = operatorAddress.parse(text);
  if ('problem' in parsed) refuseSdk('invalidAddress', `${complaint}: ${parsed.problem}`);
}

/** The account that signs for a validator. What is no operator's address stays as it is, and is no signer's either. */
export function accountOfOperator(text: string): string {
  const parsed = operatorAddress.parse(text);
  return 'bytes' in parsed ? addressText(parsed.bytes) : text;
}

/** For a query: the address, checked. Refuses with InvalidArgument. */
export function askedAddress(form: AddressForm, text: string, name: string): string {
  if (text === '') refuseQuery('InvalidArgument', `empty ${name} address`);
  const parsed = form.parse(text);
  if ('problem' in parsed) refuseQuery('InvalidArgument', `invalid ${name} address: ${parsed.problem}`);
  return text;
}
