import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codecOf } from '../../../app/client/codecs.js';
import { devKeys } from '../../../app/cli/keyring/hd.js';
import { fakeNode, tempHome, windlass } from './support.js';

test('each query asks its path, and prints snake_case names, 64-bit integers as text, and defaults', async t => {
  const home = tempHome(t);
  const [dev0] = await devKeys();
  assert.ok(dev0);
  const asked: { path: string; request: string }[] = [];
  const answers: Record<string, [type: string, value: object]> = {
    '/windlass.kernel.v1.Query/Vats': ['windlass.kernel.v1.QueryVatsResponse', { vats: [{ vatId: 'v1', deliveries: 2n ** 60n, state: 1 }] }],
    '/windlass.kernel.v1.Query/Published': ['windlass.kernel.v1.QueryPublishedResponse', { value: '5', height: 9n }],
    '/windlass.kernel.v1.Query/PublishedChildren': ['windlass.kernel.v1.QueryPublishedChildrenResponse', { children: ['a'] }],
    '/windlass.kernel.v1.Query/Capabilities': ['windlass.kernel.v1.QueryCapabilitiesResponse', {}],
    '/cosmos.bank.v1beta1.Query/AllBalances': ['cosmos.bank.v1beta1.QueryAllBalancesResponse', { balances: [{ denom: 'uwind', amount: '5' }] }],
  };
  const node = await fakeNode(t, {
    abci_query: ({ path, data }) => {
      asked.push({ path: String(path), request: String(data) });
      const answer = answers[String(path)];
      if (!answer) return { response: { code: 22, codespace: 'sdk', log: 'rpc error: code = NotFound desc = no such action: key not found', value: null, height: '9' } };
      return { response: { code: 0, value: Buffer.from(codecOf<object>(answer[0]).encode(answer[1])).toString('base64'), height: '9' } };
    },
    block: ({ height }) => ({ block: { header: { height: height ?? 'latest' } } }),
    tx_search: () => ({ txs: [], total_count: '0' }),
  });
  const query = (...args: string[]) => windlass(['query', ...args, '--home', home, '--node', node.url, '--keyring-backend', 'test', '-o', 'json']);
  const json = async (...args: string[]): Promise<unknown> => {
    const ran = await query(...args);
    assert.equal(ran.code, 0, ran.err);
    return JSON.parse(ran.out);
  };
  const { vats } = (await json('vats', '--limit', '2')) as { vats: Record<string, unknown>[] };
  assert.deepEqual([vats[0]?.['deliveries'], vats[0]?.['state'], vats[0]?.['storage_bytes']], [(2n ** 60n).toString(), 'VAT_STATE_RUNNING', '0']);
  assert.equal(asked.at(-1)?.request, '12021802', 'pagination.limit = 2');
  assert.deepEqual(await json('published', 'price.feed'), { value: '5', height: '9' });
  assert.deepEqual(await json('published', 'price', '--children'), { children: ['a'] });
  assert.deepEqual(await json('balances', dev0.address), { balances: [{ denom: 'uwind', amount: '5' }], pagination: null });
  assert.deepEqual(await json('capabilities', dev0.address), { capabilities: [], pagination: null });
  assert.deepEqual(await json('block', '7'), { block: { header: { height: '7' } } });
  assert.deepEqual(await json('block'), { block: { header: { height: 'latest' } } });
  const unknown = await query('action', '99');
  assert.deepEqual([unknown.code, unknown.out], [1, '']);
  assert.match(unknown.err, /rpc error: code = NotFound/);
  assert.equal((await query('action', 'nine')).code, 2);
  assert.equal((await query('tx', 'AB')).code, 2);
  assert.equal((await query('tx', 'AB'.repeat(32))).code, 1);
});
