/** Keys of store `distribution`, as the SDK's x/distribution lays them out. Addresses are preceded by their length. */
import { concatBytes, lengthFirst, littleEndianBytes, littleEndianOf, uint64Bytes, uint64Of } from '../../bytes.js';
import { addressBytes, addressText, operatorAddress } from '../../crypto/address.js';

export const distributionStore = 'distribution';
export const feePoolKey = Uint8Array.of(0x00);
export const previousProposerKey = Uint8Array.of(0x01);
export const outstandingPrefix = Uint8Array.of(0x02);
export const withdrawAddressPrefix = Uint8Array.of(0x03);
export const startingInfoPrefix = Uint8Array.of(0x04);
export const historicalPrefix = Uint8Array.of(0x05);
export const currentPrefix = Uint8Array.of(0x06);
export const commissionPrefix = Uint8Array.of(0x07);
export const slashEventPrefix = Uint8Array.of(0x08);
export const paramsKey = Uint8Array.of(0x09);

const operatorPart = (operator: string): Uint8Array => lengthFirst(operatorAddress.bytes(operator));
const accountPart = (account: string): Uint8Array => lengthFirst(addressBytes(account));

export const outstandingKey = (operator: string): Uint8Array => concatBytes(outstandingPrefix, operatorPart(operator));
export const withdrawAddressKey = (delegator: string): Uint8Array => concatBytes(withdrawAddressPrefix, accountPart(delegator));
export const startingInfoKey = (operator: string, delegator: string): Uint8Array =>
  concatBytes(startingInfoPrefix, operatorPart(operator), accountPart(delegator));
export const historicalOf = (operator: string): Uint8Array => concatBytes(historicalPrefix, operatorPart(operator));
/** The period has its lowest byte first. */
export const historicalKey = (operator: string, period: bigint): Uint8Array => concatBytes(historicalOf(operator), littleEndianBytes(period));
export const currentKey = (operator: string): Uint8Array => concatBytes(currentPrefix, operatorPart(operator));
export const commissionKey = (operator: string): Uint8Array => concatBytes(commissionPrefix, operatorPart(operator));
export const slashEventsOf = (operator: string): Uint8Array => concatBytes(slashEventPrefix, operatorPart(operator));
export const slashEventsAt = (operator: string, height: bigint): Uint8Array => concatBytes(slashEventsOf(operator), uint64Bytes(height));
/** Height and period have their highest byte first, so that events stand in their order. */
export const slashEventKey = (operator: string, height: bigint, period: bigint): Uint8Array =>
  concatBytes(slashEventsAt(operator, height), uint64Bytes(period));

/** Addresses at the begin of a key, behind its prefix byte. */
export const operatorOfKey = (key: Uint8Array): string => operatorAddress.text(firstPart(key));
export const accountOfKey = (key: Uint8Array): string => addressText(firstPart(key));
export const delegatorOfKey = (key: Uint8Array): string => addressText(key.slice(3 + firstPart(key).length));
export const periodOfKey = (key: Uint8Array): bigint => littleEndianOf(key.subarray(-8));
export const heightOfKey = (key: Uint8Array): bigint => uint64Of(key.subarray(key.length - 16, key.length - 8));

const firstPart = (key: Uint8Array): Uint8Array => key.slice(2, 2 + (key[1] as number));
