/** Keys of store `acc`, as the SDK's x/auth lays them out. */
import { concatBytes } from '../../bytes.js';

export const authStore = 'acc';
export const paramsKey = Uint8Array.of(0x00);
export const accountPrefix = Uint8Array.of(0x01);
/** The number that the next account gets: eight bytes, big-endian. */
export const nextAccountNumberKey = Uint8Array.of(0x02);

export const accountKey = (address: Uint8Array): Uint8Array => concatBytes(accountPrefix, address);
