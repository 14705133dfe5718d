import { test } from 'node:test';
import assert from 'node:assert/strict';
import { Comet38Client, connectComet, WebsocketClient } from '@cosmjs/tendermint-rpc';
import { BroadcastTxError, StargateClient } from '@cosmjs/stargate';
import { merkleRoot, sha256 } from '../../../chain/engine/embedded/merkle.js';
import { validatorKey, waitForHeight, withEngine } from './support.js';

const text = (value: string): Uint8Array => new Uint8Array(Buffer.from(value));

test('connectComet picks the 0.38 client, before the first block too', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const client = await connectComet(rpcUrl);
    assert.ok(client instanceof Comet38Client);
    const { nodeInfo, syncInfo, validatorInfo } = await client.status();
    assert.equal(nodeInfo.network, 'kv-test');
    assert.equal(nodeInfo.protocolVersion.app, 7);
    assert.ok(syncInfo.latestBlockHeight >= 1);
    assert.equal(syncInfo.catchingUp, false);
    assert.equal(Buffer.from(validatorInfo.address).toString('hex').toUpperCase(), validatorKey().address);
    assert.equal(validatorInfo.votingPower, 10n);
  }, {}, { genesisHash: new Uint8Array(0) });
});

test('every method of Comet38Client is answered in its own terms', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const client = await Comet38Client.connect(rpcUrl);
    assert.equal(await client.health(), null);
    const committed = await client.broadcastTxCommit({ tx: text('a=hello') });
    assert.equal(committed.checkTx.code, 0);
    assert.equal(committed.txResult?.code, 0);
    assert.equal(Buffer.from(committed.txResult.data ?? []).toString(), 'did a');
    const height = committed.height;
    assert.ok(height >= 1);
    const failed = await client.broadcastTxCommit({ tx: text('fail=1') });
    assert.equal(failed.txResult?.code, 9);
    const refused = await client.broadcastTxCommit({ tx: text('bad') });
    assert.deepEqual([refused.checkTx.code, refused.height], [4, 0]);

    const answer = await client.abciQuery({ path: '/key', data: text('a') });
    assert.equal(Buffer.from(answer.value).toString(), 'hello');
    assert.ok((answer.height ?? 0) >= height);
    const info = await client.abciInfo();
    assert.ok((info.lastBlockHeight ?? 0) >= height);

    const { block, blockId } = await client.block(height);
    assert.deepEqual(block.txs.map(tx => Buffer.from(tx).toString()), ['a=hello']);
    assert.equal(block.header.height, height);
    assert.equal((await client.block(1)).block.lastCommit, null);
    assert.ok((await client.block(2)).block.lastCommit);
    await waitForHeight(rpcUrl, BigInt(height) + 2n);
    assert.deepEqual((await client.block(height + 1)).block.lastCommit?.blockId, blockId);
    const commit = await client.commit(height);
    assert.equal(commit.canonical, true);
    assert.deepEqual(commit.commit.blockId, blockId);
    const results = await client.blockResults(height);
    assert.equal(results.results.length, 1);
    assert.equal(results.results[0]?.gasUsed, 7n);
    assert.equal(results.finalizeBlockEvents[0]?.attributes[0]?.value, `h${height}`);
    const chain = await client.blockchain(1, 2);
    assert.deepEqual(chain.blockMetas.map(meta => meta.header.height), [2, 1]);
    const genesis = await client.genesis();
    assert.equal(genesis.chainId, 'kv-test');
    const { validators } = await client.validatorsAll(height);
    assert.equal(validators.length, 1);
    assert.equal((await client.numUnconfirmedTxs()).total, 0);

    const hash = sha256(text('a=hello'));
    const found = await client.tx({ hash, prove: true });
    assert.equal(found.height, height);
    assert.deepEqual(found.proof?.rootHash, block.header.dataHash);
    assert.deepEqual(merkleRoot([hash]), block.header.dataHash);
    const searched = await client.txSearchAll({ query: `put.key='a' AND tx.height=${height}` });
    assert.equal(searched.totalCount, 1);
    assert.equal(searched.txs[0]?.index, 0);
    assert.equal((await client.txSearchAll({ query: "put.hidden='x'" })).totalCount, 0);
    const blocks = await client.blockSearchAll({ query: `block.height<=2` });
    assert.deepEqual(blocks.blocks.map(({ block: { header } }) => header.height).sort((a, b) => a - b), [1, 2]);
    assert.equal((await client.blockSearch({ query: `block_seen.height_text='h${height}'` })).totalCount, 1);
    assert.equal((await client.broadcastTxAsync({ tx: text('b=1') })).hash.length, 32);
    assert.equal((await client.broadcastTxSync({ tx: text('c=1') })).code, 0);
    assert.equal((await client.broadcastTxSync({ tx: text('bad1') })).code, 4);
    await assert.rejects(client.broadcastTxSync({ tx: text('a=hello') }), /tx already exists in cache/);
    await assert.rejects(client.block(9_999_999), /must be less than or equal to the current blockchain height/);
  });
});

test('StargateClient reads the chain, broadcasts and finds its tx', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const client = await StargateClient.connect(rpcUrl);
    assert.equal(await client.getChainId(), 'kv-test');
    assert.ok((await client.getHeight()) >= 1);
    const block = await client.getBlock(1);
    assert.equal(block.header.height, 1);
    assert.equal(block.header.chainId, 'kv-test');
    await assert.rejects(client.broadcastTx(text('bad=1'), 500, 100), BroadcastTxError);
    const hash = await client.broadcastTxSync(text('k=v'));
    assert.match(hash, /^[0-9A-F]{64}$/);
    // Its results are decoded as TxMsgData, which "did k" is not; so the search is used as the client uses it.
    await assert.doesNotReject(waitForHeight(rpcUrl, BigInt(await client.getHeight()) + 2n));
    const comet = await Comet38Client.connect(rpcUrl);
    assert.equal((await comet.txSearch({ query: `tx.hash='${hash}'` })).totalCount, 1);
    client.disconnect();
  });
});

test('a websocket client hears of blocks, headers and the txs it asked for', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const transport = new WebsocketClient(rpcUrl.replace('http', 'ws'));
    const client = Comet38Client.create(transport);
    const heights: number[] = [];
    const headers: number[] = [];
    const txs: string[] = [];
    const ends = [
      client.subscribeNewBlock().subscribe({ next: block => { heights.push(block.header.height); } }),
      client.subscribeNewBlockHeader().subscribe({ next: header => { headers.push(header.height); } }),
      client.subscribeTx("put.key='wanted'").subscribe({ next: event => { txs.push(Buffer.from(event.tx).toString()); } }),
    ];
    await client.status();
    await client.broadcastTxCommit({ tx: text('other=1') });
    await client.broadcastTxCommit({ tx: text('wanted=1') });
    await client.broadcastTxCommit({ tx: text('wanted=2') });
    assert.deepEqual(txs, ['wanted=1', 'wanted=2']);
    assert.ok(heights.length >= 3);
    assert.deepEqual(headers, heights);
    for (const [index, height] of heights.entries()) assert.equal(height, heights[0]! + index);
    for (const end of ends) end.unsubscribe();
    // This client tries to reconnect for ever after disconnect(), which would keep the process alive.
    const { socket } = transport as unknown as { socket: { socket: { reconnect(): void } } };
    socket.socket.reconnect = () => {};
    client.disconnect();
  });
});
