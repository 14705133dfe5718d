/** app_state.slashing in the SDK's JSON: in, and out again. */
import type { Codecs } from '../../codec/index.js';
import type { Context } from '../../context.js';
import { consensusAddress } from '../../crypto/address.js';
import { bondStatus } from '../staking/types.js';
import type { Readable } from '../state.js';
import type { SigningInfo, SlashingKeeper } from './keeper.js';
import type { SlashingParts } from './liveness.js';
import { problemOfParams, slashingParamsDefault, storedParams, toWireParams, type WireSlashingParams } from './params.js';

type WireGenesis = {
  params: WireSlashingParams | undefined;
  signingInfos: { address: string; validatorSigningInfo: SigningInfo | undefined }[];
  missedBlocks: { address: string; missedBlocks: { index: bigint; missed: boolean }[] }[];
};

const genesisType = 'cosmos.slashing.v1beta1.GenesisState';

/** Checks and stores. Throws an Error that says what is wrong. */
export function initSlashingGenesis(codecs: Codecs, keeper: SlashingKeeper, ctx: Context, state: unknown): void {
  const { params, signingInfos, missedBlocks } = codecs.of<WireGenesis>(genesisType).fromJson(state ?? {});
  const problem = params && problemOfParams(params);
  if (problem !== undefined) throw new Error(`genesis: app_state.slashing.params: ${problem}`);
  const known = params ? storedParams(params) : slashingParamsDefault;
  keeper.setParams(ctx, known);
  for (const { address, validatorSigningInfo: info } of signingInfos) {
    if (!info) throw new Error(`genesis: app_state.slashing.signing_infos: ${address} has none`);
    keeper.setSigningInfo(ctx, consensusBytes(address), { ...info, address });
  }
  for (const { address, missedBlocks: blocks } of missedBlocks) {
    const consensus = consensusBytes(address);
    for (const { index, missed } of blocks) {
      if (index < 0n || index >= known.signedBlocksWindow) throw new Error(`genesis: app_state.slashing.missed_blocks: ${index} of ${address} is outside of the window`);
      if (missed) keeper.setMissed(ctx, consensus, index, true);
    }
    const count = BigInt(keeper.missedBlocks(ctx, consensus).length);
    if (keeper.signingInfo(ctx, consensus)?.missedBlocksCounter !== count) throw new Error(`genesis: app_state.slashing: ${address} has ${count} missed blocks, and another counter`);
  }
}

function consensusBytes(address: string): Uint8Array {
  const parsed = consensusAddress.parse(address);
  if ('problem' in parsed) throw new Error(`genesis: app_state.slashing: ${address || '(empty)'} is no consensus address: ${parsed.problem}`);
  return parsed.bytes;
}

/** After staking's genesis: validators that came with their state have no hooks called, and need their keys here and their signing info. */
export function finishSlashingGenesis({ keeper, staking }: SlashingParts, ctx: Context): void {
  for (const validator of staking.validators(ctx)) {
    const consensus = staking.consensusBytes(validator);
    keeper.setPublicKey(ctx, consensus, validator.consensusPubkey);
    if (validator.status === bondStatus.bonded && !keeper.signingInfo(ctx, consensus)) {
      throw new Error(`genesis: app_state.slashing.signing_infos: the bonded validator ${validator.operatorAddress} has none`);
    }
  }
}

export function exportSlashingGenesis(codecs: Codecs, keeper: SlashingKeeper, state: Readable): unknown {
  const infos = keeper.signingInfos(state);
  return codecs.of<WireGenesis>(genesisType).toJson({
    params: toWireParams(keeper.params(state)),
    signingInfos: infos.map(([, info]) => ({ address: info.address, validatorSigningInfo: info })),
    missedBlocks: infos.map(([consensus, { address }]) => ({
      address, missedBlocks: keeper.missedBlocks(state, consensus).map(index => ({ index, missed: true })),
    })),
  });
}
