/** Keys of store `gov`, as the SDK's x/gov lays them out: numbers big-endian, so that proposals come in the order of their ids. */
import type { Timestamp } from '../../abci/types.js';
import { concatBytes, lengthFirst, uint64Bytes } from '../../bytes.js';
import { sortableTimeBytes } from '../../time.js';

export const govStore = 'gov';

export const proposalsPrefix = Uint8Array.of(0x00);
/** Of the ends of voting periods. */
export const activeQueuePrefix = Uint8Array.of(0x01);
/** Of the ends of deposit periods. */
export const inactiveQueuePrefix = Uint8Array.of(0x02);
export const nextProposalIdKey = Uint8Array.of(0x03);
/** Which proposals are being voted on; the value is one byte, 1. */
export const votingPrefix = Uint8Array.of(0x04);
export const depositsPrefix = Uint8Array.of(0x10);
export const votesPrefix = Uint8Array.of(0x20);
export const paramsKey = Uint8Array.of(0x30);
export const constitutionKey = Uint8Array.of(0x31);

export const proposalKey = (id: bigint): Uint8Array => concatBytes(proposalsPrefix, uint64Bytes(id));
export const votingKey = (id: bigint): Uint8Array => concatBytes(votingPrefix, uint64Bytes(id));
export const depositsOfPrefix = (id: bigint): Uint8Array => concatBytes(depositsPrefix, uint64Bytes(id));
export const votesOfPrefix = (id: bigint): Uint8Array => concatBytes(votesPrefix, uint64Bytes(id));
/** Below depositsOfPrefix or votesOfPrefix: the address after its length. */
export const ofAddressKey = (prefix: Uint8Array, address: Uint8Array): Uint8Array => concatBytes(prefix, lengthFirst(address));

/** Queues are sorted by time, written with all nine digits of the second, then by id. */
export const queueKey = (queue: Uint8Array, time: Timestamp, id: bigint): Uint8Array => concatBytes(queue, sortableTimeBytes(time), uint64Bytes(id));
/** Comes after every entry whose time is not later. */
export const endOfQueue = (queue: Uint8Array, time: Timestamp): Uint8Array => concatBytes(queue, sortableTimeBytes(time), new Uint8Array(9).fill(0xff));
