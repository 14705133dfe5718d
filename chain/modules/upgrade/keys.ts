/** Keys of store `upgrade`, as the SDK's x/upgrade lays them out. */
import { concatBytes, uint64Bytes, utf8Bytes } from '../../bytes.js';

export const upgradeStore = 'upgrade';
export const planKey = Uint8Array.of(0x00);
/** Height (u64, big-endian) and name follow; the value is one byte. */
export const donePrefix = Uint8Array.of(0x01);
/** A module's name follows; the value is its version (u64, big-endian). */
export const versionsPrefix = Uint8Array.of(0x02);
/** Upgrades so far (u64, big-endian); the SDK's protocol version. */
export const protocolVersionKey = Uint8Array.of(0x03);

export const doneKey = (height: bigint, name: string): Uint8Array => concatBytes(donePrefix, uint64Bytes(height), utf8Bytes(name));
export const versionKey = (module: string): Uint8Array => concatBytes(versionsPrefix, utf8Bytes(module));
