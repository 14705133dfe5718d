import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../../chain/codec/roots.js';
import { engineCodecs } from '../../../chain/engine/embedded/block-types.js';
import { blockIdOf, commitHash, consensusHash, dataHash, txProof, validatorsHash } from '../../../chain/engine/embedded/header-hash.js';
import { precommitSignBytes } from '../../../chain/engine/embedded/vote-sign-bytes.js';
import { paramsFromGenesis, paramsToJson } from '../../../chain/engine/embedded/consensus-params.js';
import { applyUpdates, pubKeyFromJson } from '../../../chain/engine/embedded/validator-set.js';
import { blockIdToJson, blockToJson, proofToJson } from '../../../chain/engine/embedded/rpc/views.js';
import { hexOf } from '../../../chain/engine/embedded/rpc/json.js';
import { blockBytes, checkPair, type BlockJson, type CommitJson, type ResultJson, type ValidatorJson } from './light-check.js';
import { call, makeGenesis, waitForHeight, withEngine } from './support.js';
import { createPublicKey, verify } from 'node:crypto';
import type { GenesisDoc } from '../../../chain/engine/types.js';

type Recording = {
  blocks: BlockJson[]; blockSizes: Record<string, string>; commit: { signed_header: { commit: CommitJson } }; validators: ValidatorJson[];
  consensusParams: GenesisDoc['consensus_params']; resultsAt6: { txs_results: ResultJson[] }; tx: { proof: unknown; tx: string };
};
const recording = JSON.parse(readFileSync(join(packageRoot, 'test/chain/embedded/comet-blocks.json'), 'utf8')) as Recording;

test('the checker accepts blocks that CometBFT made', () => {
  const [one, two, six, seven] = recording.blocks as [BlockJson, BlockJson, BlockJson, BlockJson];
  checkPair(one, two, recording.validators, null, '22020096', '-1');
  checkPair(six, seven, recording.validators, recording.resultsAt6.txs_results, '22020096', '-1');
  const forged = structuredClone(six);
  forged.block.header.time = '2026-11-20T09:18:30.880246084Z';
  assert.throws(() => checkPair(forged, seven, recording.validators, recording.resultsAt6.txs_results, '22020096', '-1'));
});

test('our hashes of blocks that CometBFT made are its own', () => {
  const validators = applyUpdates([], recording.validators.map(({ pub_key, voting_power }) => ({ pubKey: pubKeyFromJson(pub_key), power: BigInt(voting_power) })));
  for (const json of recording.blocks) {
    const bytes = blockBytes(json);
    const block = engineCodecs().block.decode(bytes, 'refuse');
    assert.deepEqual(Buffer.from(engineCodecs().block.encode(block)), Buffer.from(bytes));
    assert.deepEqual(blockIdToJson(blockIdOf(block, bytes)), json.block_id);
    assert.equal(JSON.stringify(blockToJson(block)), JSON.stringify(json.block), 'printed as CometBFT prints it');
    assert.equal(hexOf(dataHash(block.data.txs)), json.block.header.data_hash);
    assert.equal(hexOf(commitHash(block.lastCommit)), json.block.header.last_commit_hash);
    assert.equal(hexOf(validatorsHash(validators)), json.block.header.validators_hash);
    assert.equal(hexOf(consensusHash(paramsFromGenesis(makeGenesis({ consensus_params: recording.consensusParams })))), json.block.header.consensus_hash);
    const size = recording.blockSizes[json.block.header.height];
    if (size !== undefined) assert.equal(String(bytes.length), size);
    for (const signature of block.lastCommit.signatures) {
      const key = createPublicKey({ key: Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), validators[0]!.pubKey.ed25519!]), format: 'der', type: 'spki' });
      const signed = precommitSignBytes(block.header.chainId, block.lastCommit.height, block.lastCommit.round, block.lastCommit.blockId, signature.timestamp);
      assert.ok(verify(null, signed, key, signature.signature));
    }
  }
});

test('our proof of a tx is the one that CometBFT gives, and parameters print alike', () => {
  const tx = new Uint8Array(Buffer.from(recording.tx.tx, 'base64'));
  assert.deepEqual(proofToJson(dataHash([tx]), tx, txProof([tx], 0)), recording.tx.proof);
  assert.deepEqual(paramsToJson(paramsFromGenesis(makeGenesis({ consensus_params: recording.consensusParams }))), recording.consensusParams);
});

test('every block of the embedded engine passes the checker', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const big = 'x'.repeat(150_000);
    for (const tx of ['a=1', `big=${big}`, 'fail=2', 'b=22']) await call(rpcUrl, 'broadcast_tx_sync', { tx: Buffer.from(tx).toString('base64') });
    await waitForHeight(rpcUrl, 6n);
    const block = async (height: number): Promise<BlockJson> => (await call(rpcUrl, 'block', { height: String(height) })).result as BlockJson;
    let parts = 0;
    for (let height = 1; height < 6; height += 1) {
      const { validators } = (await call(rpcUrl, 'validators', [String(height)])).result as { validators: ValidatorJson[] };
      const { txs_results: results } = (await call(rpcUrl, 'block_results', { height })).result as { txs_results: ResultJson[] | null };
      const first = await block(height);
      checkPair(first, await block(height + 1), validators, results, '22020096', '-1');
      parts = Math.max(parts, first.block_id.parts.total);
    }
    assert.equal(parts, 3, 'one block had three parts');
    const { result } = await call(rpcUrl, 'block', { height: '1' });
    assert.equal((result as BlockJson).block.header.time, makeGenesis().genesis_time);
  });
});
