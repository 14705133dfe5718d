/** Keys of store `bank`, as the SDK's x/bank lays them out. Amounts are stored as decimal text. */
import { concatBytes, lengthFirst, utf8Bytes } from '../../bytes.js';

export const bankStore = 'bank';
export const supplyPrefix = Uint8Array.of(0x00);
export const metadataPrefix = Uint8Array.of(0x01);
export const balancesPrefix = Uint8Array.of(0x02);
export const sendEnabledPrefix = Uint8Array.of(0x04);
export const paramsKey = Uint8Array.of(0x05);

export const supplyKey = (denom: string): Uint8Array => concatBytes(supplyPrefix, utf8Bytes(denom));
export const metadataKey = (denom: string): Uint8Array => concatBytes(metadataPrefix, utf8Bytes(denom));
export const sendEnabledKey = (denom: string): Uint8Array => concatBytes(sendEnabledPrefix, utf8Bytes(denom));
/** All balances of an address; the address is preceded by its length. */
export const balancesOfPrefix = (address: Uint8Array): Uint8Array => concatBytes(balancesPrefix, lengthFirst(address));
export const balanceKey = (address: Uint8Array, denom: string): Uint8Array => concatBytes(balancesOfPrefix(address), utf8Bytes(denom));
