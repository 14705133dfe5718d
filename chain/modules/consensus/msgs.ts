/** MsgUpdateParams of consensus: how governance changes what CometBFT works by. */
import type { ConsensusParams } from '../../abci/types.js';
import { requireAuthority } from '../../authority.js';
import type { Codecs } from '../../codec/index.js';
import type { MsgDefinition } from '../../module.js';
import { refuse } from '../../refusal.js';
import type { ConsensusKeeper } from './index.js';

export type MsgUpdateConsensusParams = { authority: string } & Pick<ConsensusParams, 'block' | 'evidence' | 'validator' | 'abci'>;

export function consensusMsgs(codecs: Codecs, keeper: ConsensusKeeper): readonly [MsgDefinition<MsgUpdateConsensusParams>] {
  return [{
    codec: codecs.of<MsgUpdateConsensusParams>('cosmos.consensus.v1.MsgUpdateParams'),
    responseTypeUrl: '/cosmos.consensus.v1.MsgUpdateParamsResponse',
    aminoName: 'cosmos-sdk/x/consensus/MsgUpdateParams',
    eventModule: 'consensus',
    signers: msg => [msg.authority],
    handle: (ctx, { authority, block, evidence, validator, abci }) => {
      requireAuthority(authority);
      const before = keeper.params(ctx);
      const after: ConsensusParams = { ...before, block, evidence, validator, abci: abci ?? before.abci };
      const fault = faultOfChange(before, after);
      if (fault !== undefined) refuse('undefined', 1, fault);
      keeper.setParams(ctx, after);
      ctx.events.emit('update_consensus_params', [['authority', authority], ['parameters', goText({ block, evidence, validator, abci })]]);
      return new Uint8Array(0);
    },
  }];
}

/** What was asked for, as the SDK tells it: Go's compact text of the parameters. */
function goText({ block, evidence, validator, abci }: Pick<ConsensusParams, 'block' | 'evidence' | 'validator' | 'abci'>): string {
  const number = (name: string, value: bigint | number | undefined): string => (value === undefined || Number(value) === 0 ? '' : `${name}:${value} `);
  const age = evidence?.maxAgeDuration;
  return [
    `block:<${number('max_bytes', block?.maxBytes)}${number('max_gas', block?.maxGas)}> `,
    `evidence:<${number('max_age_num_blocks', evidence?.maxAgeNumBlocks)}max_age_duration:<${number('seconds', age?.seconds)}${number('nanos', age?.nanos)}> ${number('max_bytes', evidence?.maxBytes)}> `,
    `validator:<${validator?.pubKeyTypes.map(type => `pub_key_types:${JSON.stringify(type)} `).join('') ?? ''}> version:<> `,
    abci ? `abci:<${number('vote_extensions_enable_height', abci.voteExtensionsEnableHeight)}> ` : '',
  ].join('');
}

/** CometBFT's own bound. */
const blockBytesMax = 100n * 1024n * 1024n;
/**
 * Bytes that a block must have besides its evidence: for the header and the signatures of some 500 validators. With less
 * CometBFT cannot make a proposal and panics, on every node.
 */
const roomForCommit = 65_536n;

/** A block with less room for gas may never again hold a proposal and the votes that would undo it. */
const gasForGovernance = 1_000_000n;

/** Why CometBFT could not go on with such parameters: it stops on what it finds invalid, so it is found here. */
function faultOfChange(before: ConsensusParams, { block, evidence, validator, abci }: ConsensusParams): string | undefined {
  if (!block || !evidence || !validator) return 'all parameters must be present';
  const blockBytes = block.maxBytes === -1n ? blockBytesMax : block.maxBytes;
  if (block.maxBytes === 0n) return 'block.MaxBytes cannot be 0';
  if (block.maxBytes < -1n) return `block.MaxBytes must be -1 or greater than 0. Got ${block.maxBytes}`;
  if (block.maxBytes > blockBytesMax) return `block.MaxBytes is too big. ${block.maxBytes} > ${blockBytesMax}`;
  if (block.maxGas < -1n) return `block.MaxGas must be greater or equal to -1. Got ${block.maxGas}`;
  if (block.maxGas >= 0n && block.maxGas < gasForGovernance) return `block.MaxGas must be -1 or at least ${gasForGovernance}. Got ${block.maxGas}`;
  const age = evidence.maxAgeDuration ?? { seconds: 0n, nanos: 0 };
  if (evidence.maxAgeNumBlocks <= 0n) return `evidence.MaxAgeNumBlocks must be greater than 0. Got ${evidence.maxAgeNumBlocks}`;
  if (age.seconds < 0n || age.nanos < 0 || (age.seconds === 0n && age.nanos === 0)) return `evidence.MaxAgeDuration must be greater than 0 if provided, Got ${age.seconds}s`;
  if (age.nanos > 999_999_999 || age.seconds > durationSecondsMax) return `evidence.MaxAgeDuration is out of range, Got ${age.seconds}s`;
  if (evidence.maxBytes > blockBytes) return `evidence.MaxBytesEvidence is greater than upper bound, ${evidence.maxBytes} > ${blockBytes}`;
  if (evidence.maxBytes < 0n) return `evidence.MaxBytes must be non negative. Got: ${evidence.maxBytes}`;
  if (blockBytes - evidence.maxBytes < roomForCommit) return `block.MaxBytes must be at least ${roomForCommit} more than evidence.MaxBytes. Got ${block.maxBytes} and ${evidence.maxBytes}`;
  return faultOfKeyTypes(validator.pubKeyTypes) ?? faultOfExtensions(before, abci);
}

/** 290 years: what a duration of Go can hold. */
const durationSecondsMax = 9_223_372_036n;

function faultOfKeyTypes(types: readonly string[]): string | undefined {
  const unknown = types.findIndex(type => type !== 'ed25519');
  if (unknown >= 0) return `params.Validator.PubKeyTypes[${unknown}], ${types[unknown]}, is an unknown pubkey type`;
  return types.length === 0 ? 'len(Validator.PubKeyTypes) must be greater than 0' : undefined;
}

function faultOfExtensions(before: ConsensusParams, abci: ConsensusParams['abci']): string | undefined {
  const [was, wanted] = [before.abci?.voteExtensionsEnableHeight ?? 0n, abci?.voteExtensionsEnableHeight ?? 0n];
  return was === wanted ? undefined : 'ABCI.VoteExtensionsEnableHeight cannot change: this chain has no vote extensions';
}
