import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { secp256k1 } from '@noble/curves/secp256k1.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { fromBase64 } from '@cosmjs/encoding';
import { makeSignBytes, makeSignDoc } from '@cosmjs/proto-signing';
import { ZipWriter } from '@endo/zip';
import { BaseAccount } from 'cosmjs-types/cosmos/auth/v1beta1/auth';
import { QueryAccountResponse } from 'cosmjs-types/cosmos/auth/v1beta1/query';
import { TxMsgData } from 'cosmjs-types/cosmos/base/abci/v1beta1/abci';
import { SimulateRequest, SimulateResponse } from 'cosmjs-types/cosmos/tx/v1beta1/service';
import { AuthInfo, Tx, TxBody, TxRaw } from 'cosmjs-types/cosmos/tx/v1beta1/tx';
import { devKeys } from '../../../app/cli/keyring/hd.js';
import { actionState, type Action, type MsgInstallBundle, type MsgInvoke } from '../../../app/client/index.js';
import { codecOf } from '../../../app/client/codecs.js';
import { aminoSignBytes } from '../../../chain/amino/sign-doc.js';
import { initHome } from '../../../app/cli/home/init-home.js';
import { fakeNode, scriptedIo, tempHome, windlass, type FakeNode } from './support.js';

const accountNumber = 7n;
const sequence = 3n;
const gasUsed = 100_001n;
const time = '2026-01-02T03:04:05.6Z';

type World = { home: string; node: FakeNode; sent: Uint8Array[]; installed: Set<number> };
type Behaviour = { action?: Partial<Action>; checkCode?: number; deliverCode?: number; chunkCount?: number; network?: string; polls?: number; stumbles?: number };

/** A chain as far as a client can tell: one account, one action, one bundle. */
async function world(t: TestContext, behaviour: Behaviour = {}): Promise<World> {
  const home = join(tempHome(t), 'home');
  await initHome({ home, dev: true, genesisTime: time }, scriptedIo());
  const sent: Uint8Array[] = [];
  const installed = new Set<number>();
  let polls = behaviour.polls ?? 1;
  let stumbles = behaviour.stumbles ?? 0;
  const node = await fakeNode(t, {
    status: () => ({ node_info: { network: behaviour.network ?? 'windlass-local' } }),
    block: () => ({ block: { header: { time } } }),
    abci_query: ({ path, data }) => abciAnswer(behaviour, installed, String(path), Buffer.from(String(data), 'hex')),
    broadcast_tx_sync: ({ tx }) => {
      const bytes = Uint8Array.from(Buffer.from(String(tx), 'base64'));
      sent.push(bytes);
      for (const { value, typeUrl } of TxBody.decode(TxRaw.decode(bytes).bodyBytes).messages) {
        if (typeUrl.endsWith('MsgInstallBundle')) installed.add(codecOf<MsgInstallBundle>(typeUrl.slice(1)).decode(value).chunkIndex);
      }
      return { code: behaviour.checkCode ?? 0, data: '', log: behaviour.checkCode ? 'insufficient fee' : '', codespace: behaviour.checkCode ? 'sdk' : '', hash: hashOf(bytes) };
    },
    tx_search: ({ query }) => {
      polls -= 1;
      if ((stumbles -= 1) >= 0) throw new Error('the index is not open yet');
      const found = sent.find(bytes => query === `tx.hash='${hashOf(bytes)}'`);
      return found === undefined || polls > 0 ? { txs: [], total_count: '0' } : { txs: [rpcTx(found, behaviour.deliverCode ?? 0)], total_count: '1' };
    },
  });
  return { home, node, sent, installed };
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').toUpperCase();

function rpcTx(bytes: Uint8Array, code: number): object {
  const { messages } = TxBody.decode(TxRaw.decode(bytes).bodyBytes);
  const queued = messages.filter(({ typeUrl }) => typeUrl.startsWith('/windlass') && !typeUrl.endsWith('MsgInstallBundle'));
  const response = { typeUrl: '/windlass.kernel.v1.MsgActionResponse', value: codecOf('windlass.kernel.v1.MsgActionResponse').encode({ actionId: 17n }) };
  const data = TxMsgData.encode(TxMsgData.fromPartial({ msgResponses: queued.map(() => response) })).finish();
  return {
    hash: hashOf(bytes), height: '12', index: 0, tx: Buffer.from(bytes).toString('base64'),
    tx_result: {
      code, data: code === 0 ? Buffer.from(data).toString('base64') : null, log: code === 0 ? '' : 'spent', info: '', gas_wanted: '150002', gas_used: '90000',
      events: [{ type: 'tx', attributes: [{ key: 'fee', value: '1uwind', index: true }] }], codespace: code === 0 ? '' : 'sdk',
    },
  };
}

function abciAnswer(behaviour: Behaviour, installed: ReadonlySet<number>, path: string, data: Buffer): object {
  const answer = (value: Uint8Array): object => ({ response: { code: 0, value: Buffer.from(value).toString('base64'), height: '11' } });
  switch (path) {
    case '/cosmos.auth.v1beta1.Query/Account': {
      const account = { typeUrl: '/cosmos.auth.v1beta1.BaseAccount', value: BaseAccount.encode(BaseAccount.fromPartial({ address: 'a', accountNumber, sequence })).finish() };
      return answer(QueryAccountResponse.encode({ account }).finish());
    }
    case '/cosmos.tx.v1beta1.Service/Simulate': {
      const { authInfo, signatures } = Tx.decode(SimulateRequest.decode(data).txBytes);
      assert.deepEqual([authInfo?.signerInfos[0]?.sequence, signatures.length, signatures[0]?.length], [sequence, 1, 0]);
      return answer(SimulateResponse.encode(SimulateResponse.fromPartial({ gasInfo: { gasUsed } })).finish());
    }
    case '/windlass.kernel.v1.Query/Action': {
      const action = { actionId: 17n, sender: 'a', state: actionState.fulfilled, queuedHeight: 12n, settledHeight: 13n, result: { body: '#"+5"', slots: [] } };
      return answer(codecOf<Action>('windlass.kernel.v1.QueryActionResponse').encode({ ...action, ...behaviour.action }));
    }
    case '/windlass.kernel.v1.Query/Bundle': {
      const count = behaviour.chunkCount ?? 1;
      const missing = Array.from({ length: count }, (_, index) => index).filter(index => !installed.has(index));
      const value = { bundleId: '', installed: missing.length === 0, sizeBytes: 0n, missingChunks: installed.size === 0 ? [] : missing };
      return answer(codecOf<object>('windlass.kernel.v1.QueryBundleResponse').encode(value));
    }
    default: return { response: { code: 6, codespace: 'sdk', log: `unknown query path ${path}` } };
  }
}

const at = ({ home, node }: World): string[] => ['--home', home, '--node', node.url, '--from', 'dev0', '-o', 'json', '--yes', '--timeout', '20'];

test('an invocation is signed by the key, priced by the estimate, and reported as the SDK does', async t => {
  const here = await world(t, { polls: 3 });
  const args = '[{"$bigint":"5"},{"$cap":"purse"},"+x"]';
  const ran = await windlass(['tx', 'invoke', 'counter', 'add', args, '--save-as', 'sum', '--funds', '2uwind', '--memo', 'hi', '--wait', ...at(here)]);
  assert.equal(ran.code, 0, ran.err);
  const [dev0] = await devKeys();
  const [bytes] = here.sent;
  assert.ok(dev0 && bytes);
  const raw = TxRaw.decode(bytes);
  const body = TxBody.decode(raw.bodyBytes);
  const message = codecOf<MsgInvoke>('windlass.kernel.v1.MsgInvoke').decode(body.messages[0]?.value ?? new Uint8Array());
  assert.deepEqual(message, {
    sender: dev0.address, target: 'counter', method: 'add', args: { body: '#["+5","$0","!+x"]', slots: ['purse'] }, saveAs: 'sum', funds: [{ denom: 'uwind', amount: '2' }],
  });
  assert.equal(body.memo, 'hi');
  const auth = AuthInfo.decode(raw.authInfoBytes);
  assert.deepEqual([auth.fee?.gasLimit, auth.fee?.amount, auth.signerInfos[0]?.sequence], [150_002n, [{ denom: 'uwind', amount: '3751' }], sequence], 'gas × 1.5 and gas × 0.025, rounded up');
  const signed = makeSignBytes(makeSignDoc(raw.bodyBytes, raw.authInfoBytes, 'windlass-local', accountNumber));
  assert.ok(secp256k1.verify(raw.signatures[0] ?? new Uint8Array(), sha256(signed), fromBase64(dev0.publicKey.value), { prehash: false }));
  const response = JSON.parse(ran.out) as Record<string, unknown>;
  assert.deepEqual(Object.keys(response), [
    'height', 'txhash', 'codespace', 'code', 'data', 'raw_log', 'logs', 'info', 'gas_wanted', 'gas_used', 'tx', 'timestamp', 'events', 'action',
  ]);
  assert.deepEqual([response['height'], response['txhash'], response['code'], response['gas_used'], response['timestamp']], ['12', hashOf(bytes), 0, '90000', time]);
  assert.deepEqual(response['events'], [{ type: 'tx', attributes: [{ key: 'fee', value: '1uwind', index: true }] }]);
  assert.equal((response['tx'] as { body: { messages: { '@type': string }[] } }).body.messages[0]?.['@type'], '/windlass.kernel.v1.MsgInvoke');
  assert.deepEqual(response['action'], {
    action_id: '17', sender: 'a', state: 'ACTION_STATE_FULFILLED', queued_height: '12', settled_height: '13', result: { body: '#"+5"', slots: [] },
  });
});

test('in amino-JSON the key signs what the chain rebuilds', async t => {
  const here = await world(t);
  const ran = await windlass(['tx', 'invoke', 'counter', 'add', '[5]', '--funds', '2uwind', '--memo', 'a < b & c', '--sign-mode', 'amino-json', ...at(here)]);
  assert.equal(ran.code, 0, ran.err);
  const [dev0] = await devKeys();
  const raw = TxRaw.decode(here.sent[0] ?? new Uint8Array());
  const [any] = TxBody.decode(raw.bodyBytes).messages;
  assert.ok(dev0 && any);
  const codec = codecOf<unknown>('windlass.kernel.v1.MsgInvoke');
  const shape = { codec, aminoName: 'windlass/Invoke', keepEmpty: new Set<string>() };
  const signed = aminoSignBytes(new Map([[any.typeUrl, shape]]), {
    chainId: 'windlass-local', accountNumber, sequence: BigInt(sequence), timeoutHeight: 0n, memo: 'a < b & c',
    fee: { amount: [{ denom: 'uwind', amount: '3751' }], gasLimit: 150_002n, payer: '', granter: '' }, msgs: [{ typeUrl: any.typeUrl, value: codec.decode(any.value) }],
  });
  assert.ok(secp256k1.verify(raw.signatures[0] ?? new Uint8Array(), sha256(signed), fromBase64(dev0.publicKey.value), { prehash: false }));
});

test('a node that stumbles after the tx was sent is asked again, and the hash is told when time is up', async t => {
  const brief = await world(t, { stumbles: 2 });
  assert.equal((await windlass(['tx', 'send', 'dev1', '5uwind', ...at(brief)])).code, 0);
  const lasting = await world(t, { stumbles: 1000 });
  const ran = await windlass(['tx', 'send', 'dev1', '5uwind', ...at(lasting).map(flag => (flag === '20' ? '1' : flag))]);
  assert.deepEqual([ran.code, ran.out, lasting.sent.length], [1, '', 1]);
  assert.match(ran.err, new RegExp(`${hashOf(lasting.sent[0] ?? new Uint8Array())} was sent, but is in no block after 1 s .*the index is not open yet`));
  assert.match(ran.err, /Look before sending it again/);
});

test('an outcome that does not come leaves the transaction told', async t => {
  const here = await world(t, { action: { state: actionState.accepted } });
  const ran = await windlass(['tx', 'invoke', 'counter', 'add', '--wait', ...at(here).map(flag => (flag === '20' ? '1' : flag))]);
  assert.equal(ran.code, 1);
  assert.equal((JSON.parse(ran.out) as { code: number }).code, 0);
  assert.match(ran.err, /its action 17 has not settled after 1 s[^]*windlass query action 17/);
});

test('a contract\'s source is bundled on the way', async t => {
  const here = await world(t, { chunkCount: 1 });
  writeFileSync(join(here.home, 'package.json'), '{"name":"contract","version":"1.0.0","type":"module"}');
  const file = join(here.home, 'counter.js');
  writeFileSync(file, 'export const buildRootObject = () => ({});\n');
  const ran = await windlass(['tx', 'install-bundle', file, ...at(here)]);
  assert.equal(ran.code, 0, ran.err);
  const { bundle_id: bundleId, name } = JSON.parse(ran.out) as Record<string, string>;
  assert.match(bundleId ?? '', /^b1-[0-9a-f]{128}$/);
  assert.equal(name, 'counter');
  writeFileSync(file, 'import "./absent.js";\n');
  const refused = await windlass(['tx', 'install-bundle', file, ...at(here)]);
  assert.equal(refused.code, 1);
  assert.match(refused.err, /cannot be bundled: .*absent\.js/);
});

test('a rejected action, a failed tx and a tx that is not accepted exit 1, with the result on stdout', async t => {
  const rejected = await world(t, { action: { state: actionState.rejected } });
  const invoke = ['tx', 'invoke', 'counter', 'add'];
  const first = await windlass([...invoke, '--wait', ...at(rejected)]);
  assert.equal(first.code, 1);
  assert.equal((JSON.parse(first.out) as { action: { state: string } }).action.state, 'ACTION_STATE_REJECTED');
  const failed = await windlass([...invoke, '--wait', ...at(await world(t, { deliverCode: 11 }))]);
  assert.equal(failed.code, 1);
  assert.equal((JSON.parse(failed.out) as { code: number }).code, 11);
  assert.match(failed.err, /Allow more gas/);
  const refused = await windlass([...invoke, '--fees', '1uwind', '--gas', '200000', ...at(await world(t, { checkCode: 13 }))]);
  assert.equal(refused.code, 1);
  assert.deepEqual((({ code, raw_log, height }) => [code, raw_log, height])(JSON.parse(refused.out) as Record<string, unknown>), [13, 'insufficient fee', '0']);
  assert.match(refused.err, /--gas-prices/);
});

test('nothing is sent without consent, to another chain, or with arguments that are none', async t => {
  const here = await world(t);
  const unasked = at(here).filter(flag => flag !== '--yes');
  const no = await windlass(['tx', 'send', 'dev1', '5uwind', ...unasked], { stdin: 'n\n' });
  assert.equal(no.code, 1);
  assert.match(no.err, /MsgSend .*\ngas 150002, fee 3751uwind\nSign and send\? \[y\/N\]: /);
  assert.equal((await windlass(['tx', 'send', 'dev1', '5uwind', ...unasked])).code, 1, 'silence is no consent');
  for (const bad of [
    ['tx', 'invoke', 'c', 'm', '{"a":1}'], ['tx', 'invoke', 'c', 'm', '[1,'], ['tx', 'invoke', 'c', 'm', '[{"$cup":"x"}]'], ['tx', 'invoke', 'c', 'm', '[1]', '--slot', 'x'],
    ['tx', 'send', 'cosmos1xyz', '5uwind'], ['tx', 'send', 'dev1', '5'], ['tx', 'send', 'dev1', '0uwind'], ['tx', 'create-vat', 'unknown', '--label', 'l', '--save-as', 's'],
    ['tx', 'invoke', 'c', 'm', '--fees', '1uwind', '--gas-prices', '1uwind'], ['tx', 'invoke', 'c', 'm', '--gas', 'some'],
  ]) {
    assert.equal((await windlass([...bad, ...at(here)])).code, 2, bad.join(' '));
  }
  const other = await world(t, { network: 'another-chain' });
  const strange = await windlass(['tx', 'send', 'dev1', '5uwind', ...at(other)]);
  assert.equal(strange.code, 1);
  assert.match(strange.err, /is on chain another-chain, client\.toml says windlass-local/);
  assert.deepEqual([here.sent.length, other.sent.length], [0, 0]);
  assert.equal((await windlass(['tx', 'send', 'dev1', '5uwind', ...unasked], { stdin: 'y\n' })).code, 0);
  assert.equal(here.sent.length, 1);
});

test('a bundle goes up in chunks, is taken up where it stopped, and gets a name for create-vat', async t => {
  const here = await world(t, { chunkCount: 3 });
  const writer = new ZipWriter();
  writer.write('compartment-map.json', new TextEncoder().encode('{}'));
  writer.write('big', new Uint8Array(900_000).fill(7));
  const zip = writer.snapshot();
  const bundleId = `b1-${createHash('sha512').update('{}').digest('hex')}`;
  const file = join(here.home, 'counter.zip');
  writeFileSync(file, zip);
  here.installed.add(1);
  const ran = await windlass(['tx', 'install-bundle', file, ...at(here)]);
  assert.equal(ran.code, 0, ran.err);
  const result = JSON.parse(ran.out) as Record<string, unknown>;
  assert.deepEqual([result['bundle_id'], result['installed'], result['name']], [bundleId, true, 'counter']);
  const chunks = here.sent.map(bytes => codecOf<MsgInstallBundle>('windlass.kernel.v1.MsgInstallBundle').decode(TxBody.decode(TxRaw.decode(bytes).bodyBytes).messages[0]?.value ?? new Uint8Array()));
  assert.deepEqual(chunks.map(({ chunkIndex, chunkCount, data }) => [chunkIndex, chunkCount, data.length]), [[0, 3, 400_000], [2, 3, zip.length - 800_000]]);
  assert.deepEqual(chunks[1]?.data, Uint8Array.from(zip.subarray(800_000)));
  const again = await windlass(['tx', 'install-bundle', file, ...at(here)]);
  assert.deepEqual([again.code, here.sent.length], [0, 2], 'what is installed costs nothing');
  assert.equal((await windlass(['tx', 'create-vat', 'counter', '--label', 'l', '--save-as', 's', ...at(here)])).code, 0);
  assert.ok(readFileSync(join(here.home, 'config', 'bundle-names.json'), 'utf8').includes(bundleId));
});

test('a multisig key signs with the members that are here', async t => {
  const here = await world(t);
  assert.equal((await windlass(['keys', 'add', 'board', '--multisig', 'dev1,dev2,dev3', '--threshold', '2', '--home', here.home])).code, 0);
  const flags = at(here).map(flag => (flag === 'dev0' ? 'board' : flag));
  assert.equal((await windlass(['tx', 'send', 'dev1', '5uwind', ...flags])).code, 2, 'gas cannot be estimated');
  const ran = await windlass(['tx', 'send', 'dev1', '5uwind', '--gas', '200000', ...flags]);
  assert.equal(ran.code, 0, ran.err);
  const info = AuthInfo.decode(TxRaw.decode(here.sent[0] ?? new Uint8Array()).authInfoBytes).signerInfos[0];
  assert.equal(info?.publicKey?.typeUrl, '/cosmos.crypto.multisig.LegacyAminoPubKey');
  assert.equal(info.modeInfo?.multi?.modeInfos.length, 2);
});
