/** Consensus parameters: from genesis, merged with what the application returns, and in CometBFT's JSON. */
import type { ConsensusParams, Duration } from '../../abci/types.js';
import type { GenesisDoc } from '../types.js';

const nanosPerSecond = 1_000_000_000n;
/** Bound of block.max_bytes (CometBFT types/params.go); −1 stands for it. */
export const blockBytesMax = 100n * 1024n * 1024n;

export function paramsFromGenesis({ consensus_params: json }: GenesisDoc): ConsensusParams {
  return {
    block: { maxBytes: BigInt(json.block.max_bytes), maxGas: BigInt(json.block.max_gas) },
    evidence: {
      maxAgeNumBlocks: BigInt(json.evidence.max_age_num_blocks),
      maxAgeDuration: durationFromNanos(BigInt(json.evidence.max_age_duration)),
      maxBytes: BigInt(json.evidence.max_bytes),
    },
    validator: { pubKeyTypes: [...json.validator.pub_key_types] },
    version: { app: BigInt(json.version.app) },
    abci: { voteExtensionsEnableHeight: BigInt(json.abci.vote_extensions_enable_height) },
  };
}

/** Each sub-message that is given replaces that sub-message whole. Throws when the outcome is nothing this engine can follow. */
export function mergeParams(params: ConsensusParams, updates: ConsensusParams | undefined): ConsensusParams {
  const merged: ConsensusParams = {
    block: updates?.block ?? params.block,
    evidence: updates?.evidence ?? params.evidence,
    validator: updates?.validator ?? params.validator,
    version: updates?.version ?? params.version,
    abci: updates?.abci ?? params.abci,
  };
  checkParams(merged);
  return merged;
}

function checkParams({ block, validator, abci }: ConsensusParams): void {
  if (!block || block.maxBytes === 0n || block.maxBytes < -1n || block.maxBytes > blockBytesMax) {
    throw new Error(`consensus params: block.max_bytes ${block?.maxBytes} is neither -1 nor 1 to ${blockBytesMax}`);
  }
  if (block.maxGas < -1n) throw new Error(`consensus params: block.max_gas ${block.maxGas} is below -1`);
  if (!validator?.pubKeyTypes.includes('ed25519')) throw new Error('consensus params: validator.pub_key_types lacks ed25519, the only kind of the embedded engine');
  if ((abci?.voteExtensionsEnableHeight ?? 0n) !== 0n) throw new Error('consensus params: the embedded engine has no vote extensions; use the cometbft engine');
}

function durationFromNanos(nanos: bigint): Duration {
  return { seconds: nanos / nanosPerSecond, nanos: Number(nanos % nanosPerSecond) };
}

/** JSON of a whole or partial set, as CometBFT prints it: 64-bit integers as strings, durations in nanoseconds. */
export function paramsToJson({ block, evidence, validator, version, abci }: ConsensusParams): Record<string, unknown> {
  return {
    ...(block && { block: { max_bytes: String(block.maxBytes), max_gas: String(block.maxGas) } }),
    ...(evidence && {
      evidence: {
        max_age_num_blocks: String(evidence.maxAgeNumBlocks),
        max_age_duration: String((evidence.maxAgeDuration?.seconds ?? 0n) * nanosPerSecond + BigInt(evidence.maxAgeDuration?.nanos ?? 0)),
        max_bytes: String(evidence.maxBytes),
      },
    }),
    ...(validator && { validator: { pub_key_types: validator.pubKeyTypes } }),
    ...(version && { version: { app: String(version.app) } }),
    ...(abci && { abci: { vote_extensions_enable_height: String(abci.voteExtensionsEnableHeight) } }),
  };
}
