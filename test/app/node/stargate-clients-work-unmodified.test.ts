import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { createMultisigThresholdPubkey, encodeSecp256k1Pubkey, pubkeyToAddress } from '@cosmjs/amino';
import { BroadcastTxError, createProtobufRpcClient, isDeliverTxSuccess, makeMultisignedTxBytes, QueryClient, type StdFee } from '@cosmjs/stargate';
import { Comet38Client, WebsocketClient } from '@cosmjs/tendermint-rpc';
import { ServiceClientImpl } from 'cosmjs-types/cosmos/tx/v1beta1/service';
import { TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { cometOrReason } from '../../chain/comet/support.js';
import { bankSend, connectStranger, devWallet, type Stranger } from './client.js';
import { startTestNode, until, type EngineName, type TestNode } from '../../support/node.js';

const comet = await cometOrReason();
const fee: StdFee = { amount: [{ denom: 'uwind', amount: '5000' }], gas: '200000' };

const uwind = async ({ client }: Stranger, address: string): Promise<bigint> => BigInt((await client.getBalance(address, 'uwind')).amount);

async function signedBytes(from: Stranger, to: string, amount: string, signed: { fee?: StdFee; sequence?: number; chainId?: string } = {}): Promise<Uint8Array> {
  const { accountNumber, sequence } = await from.client.getSequence(from.address);
  const data = { accountNumber, sequence: signed.sequence ?? sequence, chainId: signed.chainId ?? 'windlass-local' };
  return TxRaw.encode(await from.client.sign(from.address, [bankSend(from.address, to, amount)], signed.fee ?? fee, '', data)).finish();
}

/** Refused at the door: code, codespace and text of the broadcast. (broadcastTx would leave a timer behind.) */
async function refusedAtBroadcast({ client }: Stranger, tx: Uint8Array, code: number, log: RegExp): Promise<void> {
  await assert.rejects(client.broadcastTxSync(tx), (error: unknown) => {
    assert.ok(error instanceof BroadcastTxError, String(error));
    assert.deepEqual([error.code, error.codespace], [code, 'sdk']);
    assert.match(error.log ?? '', log);
    assert.doesNotMatch(error.log ?? '', /\n|\bat \w+.*:\d+:\d+|\/(home|root|work|tmp)\//);
    return true;
  });
}

for (const engine of ['embedded', 'cometbft'] as const satisfies readonly EngineName[]) {
  describe(engine, { skip: engine === 'cometbft' ? comet.skip : false }, () => {
    let started: Promise<TestNode> | undefined;
    const node = (): Promise<TestNode> => (started ??= startTestNode({ engine }));
    const stranger = async (index: number, mode?: 'direct' | 'amino'): Promise<Stranger> => connectStranger((await node()).rpcUrl, index, mode);
    after(async () => (await started)?.dispose());

    test('connectComet takes it for CometBFT 0.38', async () => {
      assert.ok((await stranger(0)).comet instanceof Comet38Client);
      assert.equal(await (await stranger(0)).client.getChainId(), 'windlass-local');
    });

    test('coins are sent, balances read, and the tx is found by hash, by event and in its block', async () => {
      const alice = await stranger(0);
      const bob = await stranger(1);
      const before = { alice: await uwind(alice, alice.address), bob: await uwind(alice, bob.address) };
      const sent = await alice.client.sendTokens(alice.address, bob.address, [{ denom: 'uwind', amount: '1234567' }], fee, 'for the ferry');
      assert.ok(isDeliverTxSuccess(sent), sent.rawLog);
      assert.equal(await uwind(alice, bob.address), before.bob + 1_234_567n);
      assert.equal(await uwind(alice, alice.address), before.alice - 1_234_567n - 5000n);
      const found = await alice.client.getTx(sent.transactionHash);
      assert.deepEqual([found?.code, found?.height, found?.hash, found?.gasWanted], [0, sent.height, sent.transactionHash, 200_000n]);
      assert.equal(found?.events.find(({ type }) => type === 'transfer')?.attributes.find(({ key }) => key === 'recipient')?.value.startsWith('windlass1'), true);
      for (const query of [`transfer.recipient='${bob.address}' AND tx.height=${sent.height}`, `message.sender='${alice.address}' AND tx.height=${sent.height}`]) {
        const matches = await until(query, async () => (await alice.client.searchTx(query)).find(({ hash }) => hash === sent.transactionHash));
        assert.equal(matches.height, sent.height);
      }
      const block = await alice.client.getBlock(sent.height);
      assert.deepEqual(block.txs.map(tx => Buffer.from(tx).toString('hex')), [Buffer.from(found?.tx ?? []).toString('hex')]);
      assert.equal(block.header.chainId, 'windlass-local');
      assert.equal(await alice.client.getTx('00'.repeat(32)), null);
    });

    test('the gRPC-style GetTx answers with the tx and its response; an unknown hash is NotFound', async () => {
      const alice = await stranger(0);
      const sent = await alice.client.sendTokens(alice.address, alice.address, [{ denom: 'uwind', amount: '1' }], fee, 'find me');
      const service = new ServiceClientImpl(createProtobufRpcClient(new QueryClient(alice.comet)));
      const { tx, txResponse } = await service.GetTx({ hash: sent.transactionHash });
      assert.deepEqual([tx?.body?.memo, txResponse?.txhash, txResponse?.height, txResponse?.code], ['find me', sent.transactionHash, BigInt(sent.height), 0]);
      assert.deepEqual([txResponse?.gasUsed, txResponse?.events.length], [sent.gasUsed, sent.events.length]);
      const { header } = await alice.client.getBlock(sent.height);
      assert.equal(Date.parse(txResponse?.timestamp ?? ''), Date.parse(`${header.time.slice(0, 19)}Z`));
      await assert.rejects(service.GetTx({ hash: '00'.repeat(32) }), /rpc error: code = NotFound desc = tx not found: 0{64}/);
    });

    test('a websocket hears of new blocks and of the txs it asked for', async () => {
      const { rpcUrl } = await node();
      const alice = await stranger(2);
      const transport = new WebsocketClient(rpcUrl.replace('http', 'ws'));
      const listener = Comet38Client.create(transport);
      const heights: number[] = [];
      const txs: string[] = [];
      const ends = [
        listener.subscribeNewBlock().subscribe({ next: ({ header }) => { heights.push(header.height); } }),
        listener.subscribeTx(`message.sender='${alice.address}'`).subscribe({ next: ({ hash }) => { txs.push(Buffer.from(hash).toString('hex').toUpperCase()); } }),
      ];
      try {
        await listener.status();
        await until('a first block', () => heights[0]);
        const sent = await alice.client.sendTokens(alice.address, alice.address, [{ denom: 'uwind', amount: '2' }], fee);
        assert.equal(await until('the tx', () => txs[0]), sent.transactionHash);
        await until('three blocks', () => (heights.length >= 3 ? true : undefined));
        assert.deepEqual(heights, heights.map((_, index) => (heights[0] as number) + index));
      } finally {
        for (const end of ends) end.unsubscribe();
        // This client plans reconnections after disconnect(), which would keep the process alive.
        const { socket } = transport as unknown as { socket: { socket: { reconnect(): void } } };
        socket.socket.reconnect = () => undefined;
        listener.disconnect();
      }
    });

    test('gas is simulated, and an automatic fee is enough', async () => {
      const alice = await stranger(3);
      const message = bankSend(alice.address, alice.address, '3');
      const gas = await alice.client.simulate(alice.address, [message], 'simulated');
      assert.ok(gas > 40_000 && gas < 150_000, String(gas));
      const sent = await alice.client.signAndBroadcast(alice.address, [message], 'auto', 'simulated');
      assert.equal(sent.code, 0, sent.rawLog);
      assert.ok(sent.gasUsed <= sent.gasWanted && Number(sent.gasUsed) > gas * 0.8, `${gas} simulated, ${sent.gasUsed} used`);
      await assert.rejects(alice.client.simulate(alice.address, [bankSend(alice.address, alice.address, '99999999999999999')], ''), /insufficient funds/);
    });

    test('amino signers are served', async () => {
      const alice = await stranger(4, 'amino');
      const bob = await stranger(1);
      const sent = await alice.client.sendTokens(alice.address, bob.address, [{ denom: 'uwind', amount: '7' }], fee, 'signed as <amino> & "JSON"');
      assert.equal(sent.code, 0, sent.rawLog);
    });

    test('two of three members move the coins of a multisig account, and one does not', async () => {
      const funder = await stranger(0);
      const members = await Promise.all([5, 6, 7].map(index => stranger(index, 'amino')));
      const keys = await Promise.all([5, 6, 7].map(async index => (await devWallet(index, 'amino')).getAccounts().then(([account]) => encodeSecp256k1Pubkey(account?.pubkey as Uint8Array))));
      const key = createMultisigThresholdPubkey(keys, 2);
      const address = pubkeyToAddress(key, 'windlass');
      await funder.client.sendTokens(funder.address, address, [{ denom: 'uwind', amount: '100000' }], fee);
      const { accountNumber, sequence } = await funder.client.getSequence(address);
      const signedBy = async (signers: readonly Stranger[]): Promise<Uint8Array> => {
        const signatures = new Map<string, Uint8Array>();
        let bodyBytes = new Uint8Array(0);
        for (const member of signers) {
          const raw = await member.client.sign(member.address, [bankSend(address, funder.address, '40')], fee, '', { accountNumber, sequence, chainId: 'windlass-local' });
          bodyBytes = new Uint8Array(raw.bodyBytes);
          signatures.set(member.address, raw.signatures[0] as Uint8Array);
        }
        return makeMultisignedTxBytes(key, sequence, fee, bodyBytes, signatures);
      };
      await refusedAtBroadcast(funder, await signedBy(members.slice(0, 1)), 4, /unauthorized$/);
      const sent = await funder.client.broadcastTx(await signedBy(members.slice(1)));
      assert.equal(sent.code, 0, sent.rawLog);
      assert.equal(await uwind(funder, address), 100_000n - 5000n - 40n);
    });

    test('what is refused at the door has the code and the text that clients match', async () => {
      const alice = await stranger(8);
      const bob = await stranger(1);
      const { sequence } = await alice.client.getSequence(alice.address);
      await refusedAtBroadcast(alice, await signedBytes(alice, bob.address, '1', { sequence: 41 }), 32, new RegExp(`^account sequence mismatch, expected ${sequence}, got 41: incorrect account sequence$`));
      await refusedAtBroadcast(alice, await signedBytes(alice, bob.address, '1', { chainId: 'elsewhere' }), 4, /signature verification failed; please verify account number \(8\) and chain-id \(windlass-local\): .*unauthorized$/);
      await refusedAtBroadcast(alice, await signedBytes(alice, bob.address, '1', { fee: { ...fee, granter: bob.address } }), 18, /^fee grants are not enabled: invalid request$/);
      await refusedAtBroadcast(alice, await signedBytes(alice, bob.address, '1', { fee: { amount: [{ denom: 'uwind', amount: '4999' }], gas: '200000' } }), 13, /^insufficient fees; got: 4999uwind required: 5000uwind: insufficient fee$/);
      await refusedAtBroadcast(alice, new TextEncoder().encode('no transaction at all'), 2, /tx parse error$/);
      const again = await signedBytes(alice, bob.address, '1');
      assert.equal((await alice.client.broadcastTx(again)).code, 0);
      await assert.rejects(alice.client.broadcastTxSync(again), /tx already exists in cache|account sequence mismatch/);
    });

    test('a tx whose message fails in the block says so, and keeps the fee', async () => {
      const alice = await stranger(9);
      const before = await uwind(alice, alice.address);
      const sent = await alice.client.sendTokens(alice.address, alice.address, [{ denom: 'uwind', amount: '999999999999999' }], fee);
      assert.equal(sent.code, 5);
      assert.match(sent.rawLog ?? '', /^failed to execute message; message index: 0: spendable balance \d+uwind is smaller than 999999999999999uwind: insufficient funds$/);
      assert.equal(await uwind(alice, alice.address), before - 5000n);
    });
  });
}
