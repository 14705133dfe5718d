import { test } from 'node:test';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import WebSocket from 'ws';
import { call, eventually, waitForHeight, withEngine, type RpcAnswer } from './support.js';

type Message = RpcAnswer & { id?: number | string; result?: { query?: string; data?: { type: string; value: Record<string, unknown> }; events?: Record<string, string[]> } };

async function post(url: string, body: string): Promise<{ status: number; json: unknown; text: string }> {
  const response = await fetch(url, { method: 'POST', body });
  const text = await response.text();
  return { status: response.status, text, json: text === '' ? undefined : JSON.parse(text) };
}

const request = (id: unknown, method: string, params?: unknown): string => JSON.stringify({ jsonrpc: '2.0', id, method, params });

test('params come as an object, an array or not at all; numbers as text or as numbers', async () => {
  await withEngine(async ({ rpcUrl }) => {
    await waitForHeight(rpcUrl, 2n);
    for (const params of [{ height: '2' }, { height: 2 }, ['2'], [2]]) {
      const { result } = await call(rpcUrl, 'header', params);
      assert.equal((result as { header: { height: string } }).header.height, '2');
    }
    for (const params of [undefined, null, {}, []]) assert.ok((await call(rpcUrl, 'block', params)).result);
    for (const params of [{ height: 'x' }, { height: {} }, ['1', '2'], 'text', { height: 1.5 }]) {
      assert.equal((await call(rpcUrl, 'block', params)).error?.code, -32602, JSON.stringify(params));
    }
    assert.deepEqual((await call(rpcUrl, 'block', { height: '0' })).error, { code: -32603, message: 'Internal error', data: 'height must be greater than 0, but got 0' });
    assert.equal((await call(rpcUrl, 'tx', { hash: 'qg==' })).error?.data, 'tx (AA) not found');
  });
});

test('errors of methods come with status 200 and CometBFT codes', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const unknown = await post(rpcUrl, request(1, 'nosuch'));
    assert.deepEqual([unknown.status, unknown.json], [200, { jsonrpc: '2.0', id: 1, error: { code: -32601, message: 'Method not found' } }]);
    const bad = await post(rpcUrl, '{bad');
    assert.equal(bad.status, 500);
    assert.equal((bad.json as RpcAnswer).error?.code, -32700);
    for (const body of ['5', '"x"', 'null', '{}', '{"method":5,"id":1}', '{"method":"status","id":{}}', '[]']) {
      assert.equal(((await post(rpcUrl, body)).json as RpcAnswer).error?.code, -32600, body);
    }
    const evidence = await call(rpcUrl, 'broadcast_evidence', {});
    assert.match(evidence.error?.data ?? '', /not supported/);
    assert.equal((await call(rpcUrl, 'subscribe', { query: "tm.event='Tx'" })).error?.code, -32601);
    assert.match((await call(rpcUrl, 'tx_search', { query: 'bad query' })).error?.data ?? '', /offset/);
    assert.equal((await call(rpcUrl, 'tx_search', { query: 'tx.height>0', page: '2' })).error?.data, 'page should be within [1, 1] range, given 2');
    const refused = (await call(rpcUrl, 'abci_query', { path: '/fail', data: '', prove: false })).result as { response: { code: number; codespace: string } };
    assert.deepEqual([refused.response.code, refused.response.codespace], [5, 'kv']);
  });
});

test('a batch of 20 is answered in order, one of 21 is refused, notifications get nothing', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const batch = (count: number): string => `[${Array.from({ length: count }, (_, id) => request(id, 'health')).join(',')}]`;
    const answers = (await post(rpcUrl, batch(20))).json as Message[];
    assert.deepEqual(answers.map(({ id }) => id), Array.from({ length: 20 }, (_, id) => id));
    assert.equal(((await post(rpcUrl, batch(21))).json as RpcAnswer).error?.code, -32600);
    assert.equal((await post(rpcUrl, '{"jsonrpc":"2.0","method":"health"}')).text, '');
    const mixed = (await post(rpcUrl, `[${request('a', 'health')},{"method":"health"},7]`)).json as Message[];
    assert.deepEqual(mixed.map(({ id, error }) => id ?? error?.code), ['a', -32600]);
  });
});

test('GET takes quoted text, 0x hex and bare numbers, and answers with id -1', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const get = async (path: string): Promise<{ status: number; json: Message }> => {
      const response = await fetch(`${rpcUrl}/${path}`);
      return { status: response.status, json: (await response.json()) as Message };
    };
    const sent = await get('broadcast_tx_commit?tx="name=satoshi"');
    assert.equal(sent.json.id, -1);
    const { hash, height } = sent.json.result as unknown as { hash: string; height: string };
    assert.equal(((await get(`tx?hash=0x${hash}&prove=true`)).json.result as unknown as { height: string }).height, height);
    assert.equal(((await get(`block?height=${height}`)).json.result as unknown as { block: { data: { txs: string[] } } }).block.data.txs[0], 'bmFtZT1zYXRvc2hp');
    const query = (await get('abci_query?path="/key"&data="name"')).json.result as unknown as { response: { value: string } };
    assert.equal(Buffer.from(query.response.value, 'base64').toString(), 'satoshi');
    assert.equal((await get('abci_query?data=0x6e616d65')).status, 200);
    const found = (await get(`tx_search?query="tx.hash='${hash}'"&per_page=5&order_by="desc"`)).json.result as unknown as { total_count: string };
    assert.equal(found.total_count, '1');
    const bad = await get('block?height=zz');
    assert.deepEqual([bad.status, bad.json.error?.code], [500, -32602]);
    assert.equal((await get('tx_search?query=unquoted')).json.error?.code, -32602);
    assert.equal((await fetch(`${rpcUrl}/nosuch`)).status, 404);
    const root = await fetch(rpcUrl);
    assert.match(await root.text(), /block_results\?height=_/);
    assert.equal(root.headers.get('access-control-allow-origin'), '*');
    assert.equal((await fetch(rpcUrl, { method: 'OPTIONS' })).status, 204);
  });
});

test('a body over 1 MB is refused and nothing else happens', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const answered = await post(rpcUrl, request(1, 'broadcast_tx_sync', { tx: 'A'.repeat(1_100_000) })).catch(() => undefined);
    if (answered) assert.equal(answered.status, 400);
    assert.ok((await call(rpcUrl, 'health')).result);
  });
});

test('the remaining methods have the shapes of CometBFT', async () => {
  await withEngine(async ({ rpcUrl }) => {
    await waitForHeight(rpcUrl, 3n);
    const result = async (method: string, params: unknown = {}): Promise<Record<string, unknown>> => (await call(rpcUrl, method, params)).result as Record<string, unknown>;
    assert.deepEqual(await result('net_info'), { listening: false, listeners: [], n_peers: '0', peers: [] });
    const chunk = await result('genesis_chunked', { chunk: '0' });
    const genesis = JSON.parse(Buffer.from(chunk['data'] as string, 'base64').toString()) as { chain_id: string };
    assert.deepEqual([chunk['chunk'], chunk['total'], genesis.chain_id], ['0', '1', 'kv-test']);
    assert.match((await call(rpcUrl, 'genesis_chunked', { chunk: '1' })).error?.data ?? '', /there are 1 chunks/);
    const params = await result('consensus_params', { height: '2' });
    assert.equal(params['block_height'], '2');
    assert.ok((await result('consensus_state'))['round_state']);
    assert.deepEqual(await result('unconfirmed_txs'), { n_txs: '0', total: '0', total_bytes: '0', txs: [] });
    const { block_id } = (await result('block', { height: '2' })) as { block_id: { hash: string } };
    const byHash = { hash: Buffer.from(block_id.hash, 'hex').toString('base64') };
    assert.deepEqual(await result('block_by_hash', byHash), await result('block', { height: '2' }));
    assert.deepEqual(await result('header_by_hash', byHash), await result('header', { height: '2' }));
    assert.equal((await result('header_by_hash', { hash: 'AAAA' }))['header'], null);
    assert.equal((await result('check_tx', { tx: Buffer.from('bad').toString('base64') }))['code'], 4);
    assert.deepEqual(Object.keys(await result('block_results', { height: '2' })), ['height', 'txs_results', 'finalize_block_events', 'validator_updates', 'consensus_param_updates', 'app_hash']);
  });
});

test('a websocket takes calls and at most five subscriptions, and hears no more after unsubscribing', async () => {
  await withEngine(async ({ rpcUrl }) => {
    const socket = new WebSocket(`${rpcUrl.replace('http', 'ws')}/websocket`);
    const got: Message[] = [];
    socket.on('message', data => got.push(JSON.parse((data as Buffer).toString()) as Message));
    await once(socket, 'open');
    const send = async (id: number, method: string, params: unknown = {}): Promise<Message> => {
      socket.send(request(id, method, params));
      return eventually(`answer ${id}`, () => got.find(message => message.id === id && !message.result?.query));
    };
    assert.deepEqual((await send(1, 'health')).result, {});
    assert.deepEqual((await send(2, 'subscribe', { query: "tm.event='Tx'" })).result, {});
    assert.equal((await send(3, 'subscribe', { query: "tm.event='Tx'" })).error?.data, 'already subscribed');
    assert.match((await send(4, 'subscribe', { query: 'garbage' })).error?.data ?? '', /failed to parse query/);
    assert.equal((await send(5, 'unsubscribe', { query: 'x.y=1' })).error?.data, 'subscription not found');
    assert.equal((await send(6, 'nosuch')).error?.code, -32601);
    await send(7, 'broadcast_tx_commit', { tx: Buffer.from('k=v').toString('base64') });
    const event = await eventually('the event', () => got.find(({ result }) => result?.query === "tm.event='Tx'"));
    assert.equal(event.id, 2);
    assert.equal(event.result?.data?.type, 'tendermint/event/Tx');
    assert.deepEqual(event.result?.events?.['put.key'], ['k']);
    assert.deepEqual(event.result?.events?.['tm.event'], ['Tx']);
    for (let id = 10; id < 14; id += 1) assert.ok((await send(id, 'subscribe', { query: `a.b=${id}` })).result);
    assert.equal((await send(14, 'subscribe', { query: 'a.b=14' })).error?.data, 'max_subscriptions_per_client 5 reached');
    assert.deepEqual((await send(15, 'unsubscribe', { query: "tm.event='Tx'" })).result, {});
    await send(16, 'broadcast_tx_commit', { tx: Buffer.from('k2=v').toString('base64') });
    assert.equal(got.filter(({ result }) => result?.query !== undefined).length, 1);
    assert.deepEqual((await send(17, 'unsubscribe_all')).result, {});
    socket.send('{bad');
    await eventually('a parse error', () => got.find(({ error }) => error?.code === -32700));
    socket.close();
    await once(socket, 'close');
  });
});
