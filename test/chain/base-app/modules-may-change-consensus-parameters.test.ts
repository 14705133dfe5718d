import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeConsensusKeeper, type Module } from '../../../chain/index.js';
import { makeTestChain, testCodecs } from '../../support/chain-app.js';

test('a change of consensus parameters is told once, whole, and survives a restart', async () => {
  const consensus = makeConsensusKeeper(testCodecs);
  const chain = await makeTestChain({
    modules: () => [{
      name: 'governor', stores: [],
      endBlock: ctx => {
        if (ctx.height === 2n) consensus.setParams(ctx, { ...consensus.params(ctx), block: { maxBytes: 1000n, maxGas: 5n }, version: { app: 9n } });
      },
    } satisfies Module],
  });
  assert.equal((await chain.block()).consensusParamUpdates, undefined);
  const { consensusParamUpdates } = await chain.block();
  assert.deepEqual(consensusParamUpdates, { ...chain.genesis.consensusParams, block: { maxBytes: 1000n, maxGas: 5n }, version: { app: 9n } });
  assert.equal((await chain.block()).consensusParamUpdates, undefined);
  const { appVersion } = await chain.restart().app.info({ version: '', blockVersion: 0n, p2pVersion: 0n, abciVersion: '' });
  assert.equal(appVersion, 9n);
});

test('two modules that both name validators are a broken invariant', async () => {
  const naming = (name: string): Module => ({ name, stores: [], endBlock: () => [{ pubKey: { ed25519: new Uint8Array(32) }, power: 1n }] });
  const chain = await makeTestChain({ modules: () => [naming('one'), naming('two')] });
  await assert.rejects(chain.block(), /at most one module decides who validates/);
});

test('a message or query with two owners, or a module without its store, is refused when the app is made', async () => {
  const empty: Module = { name: 'empty', stores: ['absent'] };
  await assert.rejects(makeTestChain({ modules: () => [empty] }), /module empty needs store absent/);
  const path = '/cosmos.bank.v1beta1.Query/Balance';
  await assert.rejects(makeTestChain({ modules: () => [{ name: 'thief', stores: [], queries: { [path]: () => new Uint8Array(0) } }] }), /query .*Balance has two owners/);
});
