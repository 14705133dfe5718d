/**
 * Witnesses of what the network says that block H led to: AppHash(H) stands in header H+1. CometBFT tells an application nothing of
 * a difference, so this is asked of its RPC, of peers, and read in its log. A verified witness has more than two thirds of the
 * power behind it, counted by CometBFT here or from signatures that were checked here.
 */
import { checkSignedHeader, hashOfValidators, NotSigned, readHeader, readValidators, type CheckedHeader, type CommitValidator } from '../../chain/engine/comet/index.js';
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

/** What a line of CometBFT's log says: `wrong Block.Header.AppHash.  Expected <ours>, got <theirs>`. It is verified when the line says that two thirds are behind it. Undefined when it is about another hash than `ours`: then it is not about our last block. */
export function witnessInLog(text: string, height: bigint, ours: string): Witness | undefined {
  const [, expected, theirs] = /wrong Block\.Header\.AppHash\.\s+Expected ([0-9A-F]+), got ([0-9A-F]+)/i.exec(text) ?? [];
  if (expected === undefined || theirs === undefined || expected.toLowerCase() !== ours) return undefined;
  const isVerified = /\+2\/3 (?:prevoted for|committed) an invalid block/.test(text) || /Error in validation/.test(text);
  return { height, appHash: theirs.toLowerCase(), blockHash: undefined, proposer: undefined, power: undefined, totalPower: undefined, isVerified, source: 'the log of this node\'s own CometBFT' };
}

/** Lines of CometBFT's log that make it worth while to ask. */
export function isHint(text: string): boolean {
  return /CONSENSUS FAILURE|consensus deems this block invalid|wrong Block\.Header\.AppHash/.test(text);
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
