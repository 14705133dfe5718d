/**
 * Witnesses of what the network says that block H led to: AppHash(H) stands in header H+1. CometBFT tells an application nothing of
 * a difference, so this is asked of its RPC, of peers, and read in its log. A verified witness has more than two thirds of the
 * power behind it, counted by CometBFT here or from signatures that were checked here.
 */
import { checkSignedHeader, hashOfValidators, isConsensusFailure, NotSigned, readHeader, readValidators, type CheckedHeader, type CometError, type CommitValidator } from '../../chain/engine/comet/index.js';
import type { PeerRpc } from './peers.js';

export type Witness = {
  /** Of the header, H+1. */
  readonly height: bigint;
  /** AppHash(H) in it, lower-case hex. */
  readonly appHash: string;
  /** Upper-case hex; undefined when only a log line is known. */
  readonly blockHash: string | undefined;
  readonly proposer: string | undefined;
  /** That voted for it, as far as is known. */
  readonly power: bigint | undefined;
  readonly totalPower: bigint | undefined;
  readonly isVerified: boolean;
  /** For people: who says so. */
  readonly source: string;
};

type Json = Readonly<Record<string, unknown>>;

/** What the CometBFT beside this node has seen proposed for a height, and how many voted for it. Empty when it is at another height, or does not say. */
export async function witnessesAtHome(rpc: PeerRpc, height: bigint): Promise<readonly Witness[]> {
  const { round_state: state } = (await rpc.call('dump_consensus_state')) as { readonly round_state?: Json };
  if (!state || state['height'] !== String(height)) return [];
  const validators = readValidators((state['validators'] as Json | undefined)?.['validators'] ?? []);
  const headers = ['proposal_block', 'valid_block', 'locked_block'].map(name => (state[name] as Json | null | undefined)?.['header']).filter(header => header !== undefined && header !== null);
  const found = new Map(headers.map(header => readHeader(header)).filter(header => header.height === height).map(header => [header.hash, header]));
  return [...found.values()].map(header => witnessOf(header, mostVotes(state['votes'], header.hash, validators), totalOf(validators), 'this node\'s own CometBFT'));
}

/** A committed header of a peer, checked against the validators whose hash the block before named; undefined when it has none yet. Rejects with NotSigned when it lies. */
export async function witnessOfPeer(rpc: PeerRpc, height: bigint, chainId: string, nextValidators: string): Promise<Witness> {
  const { signed_header: signed } = (await rpc.call('commit', { height: String(height) })) as { readonly signed_header?: unknown };
  const validators = await validatorsOf(rpc, height);
  if (hashOfValidators(validators).toLowerCase() !== nextValidators) throw new NotSigned(`its validators of height ${height} are not those that block ${height - 1n} named`);
  const checked = checkSignedHeader(signed, chainId, validators);
  if (checked.height !== height) throw new NotSigned(`it answers height ${checked.height}`);
  return witnessOf(checked, checked.power, checked.totalPower, rpc.url);
}

const wrongHash = String.raw`wrong Block\.Header\.AppHash\.  Expected ([0-9A-F]{64}), got ([0-9A-F]{64})$`;
/** Of a panic of consensus: votes of two thirds were counted before (consensus/state.go, enterPrecommit and finalizeCommit). */
const votedFor = new RegExp(String.raw`^(?:precommit step; \+2/3 prevoted for|\+2/3 committed) an invalid block: ${wrongHash}`);
/** Of a block of blocksync: its commit was verified with our own validators before (blocksync/reactor.go, poolRoutine). */
const fetched = new RegExp(`^${wrongHash}`);

/**
 * What a line of CometBFT's log proves: `wrong Block.Header.AppHash.  Expected <ours>, got <theirs>`, written in one of the three
 * places where two thirds are known to be behind the block. The whole of `err` must be that: other errors of these lines quote what
 * a proposer chose (the chain's name in a header), but begin otherwise. Undefined when it is about another hash than `ours`: then
 * it is not about our last block.
 */
export function witnessInLog(line: CometError, height: bigint, ours: string): Witness | undefined {
  const form = isConsensusFailure(line) ? votedFor : line.message === 'Error in validation' && line.module === 'blocksync' ? fetched : undefined;
  const [, expected, theirs] = form?.exec(line.err ?? '') ?? [];
  if (expected === undefined || theirs === undefined || expected.toLowerCase() !== ours) return undefined;
  return { height, appHash: theirs.toLowerCase(), blockHash: undefined, proposer: undefined, power: undefined, totalPower: undefined, isVerified: true, source: 'the log of this node\'s own CometBFT' };
}

/** Lines of CometBFT's log that make it worth while to ask. They prove nothing. */
export function isHint(line: CometError): boolean {
  const { message, module, err } = line;
  return isConsensusFailure(line) || (module === 'consensus' && message.startsWith('prevote step: consensus deems this block invalid')) || (module === 'blocksync' && message === 'Error in validation' && fetched.test(err ?? ''));
}

function witnessOf({ height, appHash, hash, proposer }: CheckedHeader, power: bigint, totalPower: bigint, source: string): Witness {
  return { height, appHash: appHash.toLowerCase(), blockHash: hash, proposer, power, totalPower, isVerified: power * 3n > totalPower * 2n, source };
}

const pageSize = 100;
const pagesMax = 100;

async function validatorsOf(rpc: PeerRpc, height: bigint): Promise<CommitValidator[]> {
  const found: CommitValidator[] = [];
  for (let page = 1; page <= pagesMax; page += 1) {
    const { validators, total } = (await rpc.call('validators', { height: String(height), page: String(page), per_page: String(pageSize) })) as { readonly validators?: unknown; readonly total?: string };
    const read = readValidators(validators);
    found.push(...read);
    if (read.length === 0 || found.length >= Number(total ?? '0')) break;
  }
  return found;
}

const totalOf = (validators: readonly CommitValidator[]): bigint => validators.reduce((sum, { power }) => sum + power, 0n);

/** The most power that voted for a block in one round, in prevotes or in precommits. Votes are texts with the first 6 bytes of the block's hash. */
function mostVotes(rounds: unknown, blockHash: string, validators: readonly CommitValidator[]): bigint {
  const sums = (Array.isArray(rounds) ? (rounds as readonly Json[]) : []).flatMap(({ prevotes, precommits }) => [prevotes, precommits]).map(votes => {
    const voters = (Array.isArray(votes) ? votes : []).map(vote => /^Vote\{(\d+):\S+ \d+\/\d+\/\S+ ([0-9A-F]{12}) /.exec(String(vote))).filter(match => match !== null && blockHash.startsWith(match[2] as string));
    return voters.reduce((sum, match) => sum + (validators[Number(match?.[1])]?.power ?? 0n), 0n);
  });
  return sums.reduce((most, sum) => (sum > most ? sum : most), 0n);
}
