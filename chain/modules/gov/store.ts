/** What governance keeps, read and written as values. Rules are not here. */
import assert from 'node:assert/strict';
import type { Timestamp } from '../../abci/types.js';
import { endOfPrefix, uint64Bytes, uint64Of, utf8Bytes, utf8Text } from '../../bytes.js';
import type { Codecs } from '../../codec/index.js';
import { addressBytes } from '../../crypto/address.js';
import { rowsBelow, type Readable, type Writable } from '../state.js';
import {
  activeQueuePrefix, constitutionKey, depositsOfPrefix, depositsPrefix, endOfQueue, govStore, inactiveQueuePrefix, nextProposalIdKey, ofAddressKey, paramsKey, proposalKey,
  proposalsPrefix, queueKey, votesOfPrefix, votesPrefix, votingKey,
} from './keys.js';
import { proposalStatus, type Deposit, type GovParams, type Proposal, type Vote } from './types.js';

/** Of proposals that wait for deposits, and of those that are voted on. */
export type QueueName = 'inactive' | 'active';

export type GovStore = {
  params(state: Readable): GovParams;
  setParams(state: Writable, params: GovParams): void;
  constitution(state: Readable): string;
  setConstitution(state: Writable, text: string): void;
  /** The number that the next proposal gets. */
  nextId(state: Readable): bigint;
  setNextId(state: Writable, id: bigint): void;

  proposal(state: Readable, id: bigint): Proposal | undefined;
  /** By id. */
  proposals(state: Readable): readonly Proposal[];
  decodeProposal(bytes: Uint8Array): Proposal;
  encodeProposal(proposal: Proposal): Uint8Array;
  setProposal(state: Writable, proposal: Proposal): void;
  /** Takes it out of every table but those of deposits and votes. */
  deleteProposal(state: Writable, proposal: Proposal): void;
  isVoting(state: Readable, id: bigint): boolean;

  enqueue(state: Writable, queue: QueueName, time: Timestamp, id: bigint): void;
  dequeue(state: Writable, queue: QueueName, time: Timestamp, id: bigint): void;
  /** Ids whose time is `time` or before, in the order of time and id. */
  due(state: Readable, queue: QueueName, time: Timestamp): readonly bigint[];

  deposit(state: Readable, id: bigint, depositor: string): Deposit | undefined;
  /** Of a proposal, or of all, by id and address bytes. */
  deposits(state: Readable, id?: bigint): readonly Deposit[];
  decodeDeposit(bytes: Uint8Array): Deposit;
  setDeposit(state: Writable, deposit: Deposit): void;
  deleteDeposit(state: Writable, deposit: Deposit): void;

  vote(state: Readable, id: bigint, voter: string): Vote | undefined;
  votes(state: Readable, id?: bigint): readonly Vote[];
  /** Of a proposal, each read when it is asked for. */
  eachVote(state: Readable, id: bigint): Iterable<Vote>;
  decodeVote(bytes: Uint8Array): Vote;
  setVote(state: Writable, vote: Vote): void;
  deleteVotes(state: Writable, id: bigint): void;
};

const queuePrefix = { inactive: inactiveQueuePrefix, active: activeQueuePrefix } as const;

export function makeGovStore(codecs: Codecs): GovStore {
  const proposalCodec = codecs.of<Proposal>('cosmos.gov.v1.Proposal');
  const depositCodec = codecs.of<Deposit>('cosmos.gov.v1.Deposit');
  const voteCodec = codecs.of<Vote>('cosmos.gov.v1.Vote');
  const depositKey = (id: bigint, depositor: string): Uint8Array => ofAddressKey(depositsOfPrefix(id), addressBytes(depositor));
  const voteKey = (id: bigint, voter: string): Uint8Array => ofAddressKey(votesOfPrefix(id), addressBytes(voter));
  return {
    ...settings(codecs),
    proposal: (state, id) => decoded(state, proposalKey(id), bytes => proposalCodec.decode(bytes)),
    proposals: state => rowsBelow(state, govStore, proposalsPrefix).map(([, bytes]) => proposalCodec.decode(bytes)),
    decodeProposal: bytes => proposalCodec.decode(bytes),
    encodeProposal: proposal => proposalCodec.encode(proposal),
    setProposal: (state, proposal) => {
      const store = state.store(govStore);
      if (proposal.status === proposalStatus.votingPeriod) store.set(votingKey(proposal.id), Uint8Array.of(1));
      else store.delete(votingKey(proposal.id));
      store.set(proposalKey(proposal.id), proposalCodec.encode(proposal));
    },
    deleteProposal: (state, { id, depositEndTime, votingEndTime }) => {
      const store = state.store(govStore);
      if (depositEndTime) store.delete(queueKey(inactiveQueuePrefix, depositEndTime, id));
      if (votingEndTime) {
        store.delete(queueKey(activeQueuePrefix, votingEndTime, id));
        store.delete(votingKey(id));
      }
      store.delete(proposalKey(id));
    },
    isVoting: (state, id) => state.store(govStore).has(votingKey(id)),
    enqueue: (state, queue, time, id) => state.store(govStore).set(queueKey(queuePrefix[queue], time, id), uint64Bytes(id)),
    dequeue: (state, queue, time, id) => state.store(govStore).delete(queueKey(queuePrefix[queue], time, id)),
    due: (state, queue, time) => {
      const prefix = queuePrefix[queue];
      return [...state.store(govStore).iterate(prefix, endOfQueue(prefix, time))].map(([, id]) => uint64Of(id));
    },
    deposit: (state, id, depositor) => decoded(state, depositKey(id, depositor), bytes => depositCodec.decode(bytes)),
    deposits: (state, id) => rowsBelow(state, govStore, id === undefined ? depositsPrefix : depositsOfPrefix(id)).map(([, bytes]) => depositCodec.decode(bytes)),
    decodeDeposit: bytes => depositCodec.decode(bytes),
    setDeposit: (state, deposit) => state.store(govStore).set(depositKey(deposit.proposalId, deposit.depositor), depositCodec.encode(deposit)),
    deleteDeposit: (state, { proposalId, depositor }) => state.store(govStore).delete(depositKey(proposalId, depositor)),
    vote: (state, id, voter) => decoded(state, voteKey(id, voter), bytes => voteCodec.decode(bytes)),
    votes: (state, id) => rowsBelow(state, govStore, id === undefined ? votesPrefix : votesOfPrefix(id)).map(([, bytes]) => voteCodec.decode(bytes)),
    eachVote: function* (state, id) {
      const prefix = votesOfPrefix(id);
      for (const [, bytes] of state.store(govStore).iterate(prefix, endOfPrefix(prefix))) yield voteCodec.decode(bytes);
    },
    decodeVote: bytes => voteCodec.decode(bytes),
    setVote: (state, vote) => state.store(govStore).set(voteKey(vote.proposalId, vote.voter), voteCodec.encode(vote)),
    deleteVotes: (state, id) => {
      for (const [key] of rowsBelow(state, govStore, votesOfPrefix(id))) state.store(govStore).delete(key);
    },
  };
}

type Settings = Pick<GovStore, 'params' | 'setParams' | 'constitution' | 'setConstitution' | 'nextId' | 'setNextId'>;

function settings(codecs: Codecs): Settings {
  const paramsCodec = codecs.of<GovParams>('cosmos.gov.v1.Params');
  const stored = (state: Readable, key: Uint8Array): Uint8Array => {
    const bytes = state.store(govStore).get(key);
    assert(bytes !== undefined, 'genesis stored what governance begins with');
    return bytes;
  };
  return {
    params: state => paramsCodec.decode(stored(state, paramsKey)),
    setParams: (state, params) => state.store(govStore).set(paramsKey, paramsCodec.encode(params)),
    constitution: state => utf8Text(stored(state, constitutionKey)),
    setConstitution: (state, text) => state.store(govStore).set(constitutionKey, utf8Bytes(text)),
    nextId: state => uint64Of(stored(state, nextProposalIdKey)),
    setNextId: (state, id) => state.store(govStore).set(nextProposalIdKey, uint64Bytes(id)),
  };
}

function decoded<T>(state: Readable, key: Uint8Array, decode: (bytes: Uint8Array) => T): T | undefined {
  const bytes = state.store(govStore).get(key);
  return bytes && decode(bytes);
}
