import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeSignDoc, serializeSignDoc } from '@cosmjs/amino';
import { AminoTypes, createDefaultAminoConverters } from '@cosmjs/stargate';
import { AminoUnsupported, canonicalJson, toAminoJson, type AminoShape, type AminoShapes } from '../../../chain/amino/json.js';
import { aminoSignBytes } from '../../../chain/amino/sign-doc.js';
import { makeCoreModules, type Codec } from '../../../chain/index.js';
import { strangerAddress, testCodecs } from '../../support/chain-app.js';
import { makeRandom } from '../../support/chain-random.js';

const { modules } = makeCoreModules(testCodecs, []);
const shapes: AminoShapes = new Map(modules.flatMap(({ msgs = [] }) => msgs).map(({ codec, aminoName, aminoKeepEmpty }) =>
  [codec.typeUrl, { codec, aminoName, keepEmpty: new Set(aminoKeepEmpty) }]));
const cosmjs = new AminoTypes(createDefaultAminoConverters());
const coins = [{ denom: 'uwind', amount: '12' }, { denom: 'x', amount: '0' }];
const [from, to] = [strangerAddress(1), strangerAddress(2)];

const messages = [
  { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: from, toAddress: to, amount: coins } },
  { typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: { fromAddress: from, toAddress: to, amount: [] } },
  { typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend', value: { inputs: [{ address: from, coins }], outputs: [{ address: to, coins: [] }] } },
  { typeUrl: '/cosmos.bank.v1beta1.MsgMultiSend', value: { inputs: [], outputs: [] } },
];

test('messages are written as cosmjs writes them', () => {
  for (const { typeUrl, value } of messages) assert.deepEqual(toAminoJson(shapes, typeUrl, value), cosmjs.toAmino({ typeUrl, value }));
});

test('sign documents have the bytes of cosmjs’, whatever the memo holds', () => {
  const random = makeRandom(11);
  const letters = ['a', '&', '<', '>', '"', '\\', '\n', '\t', '\u0007', 'é', '漢', '😀', '\u007f', '/'];
  for (let round = 0; round < 200; round += 1) {
    const memo = Array.from({ length: random.below(20) }, () => letters[random.below(letters.length)]).join('');
    const { typeUrl, value } = messages[round % messages.length] as (typeof messages)[number];
    const timeoutHeight = BigInt(random.below(3));
    const granter = round % 5 === 0 ? to : '';
    const payer = round % 3 === 0 ? from : '';
    const fee = { amount: coins.slice(round % 3), gas: '200000', ...(granter === '' ? {} : { granter }), ...(payer === '' ? {} : { payer }) };
    const expected = makeSignDoc([cosmjs.toAmino({ typeUrl, value })], fee, 'chain-1', memo, 7n, 9, timeoutHeight === 0n ? undefined : timeoutHeight);
    const ours = aminoSignBytes(shapes, {
      chainId: 'chain-1', accountNumber: 7n, sequence: 9n, timeoutHeight, memo, fee: { amount: fee.amount, gasLimit: 200_000n, payer, granter }, msgs: [{ typeUrl, value }],
    });
    assert.equal(Buffer.from(ours).toString(), Buffer.from(serializeSignDoc(expected)).toString());
  }
});

const shapeOf = (typeName: string, aminoName: string, keepEmpty: string[] = []): [string, AminoShape] => {
  const codec: Codec<unknown> = testCodecs.of<unknown>(typeName);
  return [codec.typeUrl, { codec, aminoName, keepEmpty: new Set(keepEmpty) }];
};

test('integers of 64 bits are text, of 32 bits numbers; bytes base64; times, durations, decimals and keys have their forms', () => {
  const own = new Map([
    shapeOf('tendermint.types.EvidenceParams', 'e'), shapeOf('cosmos.bank.v1beta1.DenomUnit', 'u'), shapeOf('cosmos.tx.v1beta1.TxBody', 'b'),
    shapeOf('cosmos.base.v1beta1.DecCoin', 'd'), shapeOf('cosmos.base.query.v1beta1.PageRequest', 'p'), ...shapes,
  ]);
  const json = (typeName: string, value: object): string => canonicalJson(toAminoJson(own, `/${typeName}`, value));
  assert.equal(json('tendermint.types.EvidenceParams', { maxAgeNumBlocks: 5n, maxAgeDuration: { seconds: 2n, nanos: 5 }, maxBytes: 0n }),
    '{"type":"e","value":{"max_age_duration":"2000000005","max_age_num_blocks":"5"}}');
  assert.equal(json('cosmos.bank.v1beta1.DenomUnit', { denom: '', exponent: 6, aliases: ['a'] }), '{"type":"u","value":{"aliases":["a"],"exponent":6}}');
  assert.equal(json('cosmos.base.v1beta1.DecCoin', { denom: 'x', amount: '-50000000000000000' }), '{"type":"d","value":{"amount":"-0.050000000000000000","denom":"x"}}');
  assert.equal(json('cosmos.base.query.v1beta1.PageRequest', { key: Uint8Array.of(255), offset: 0n, limit: 3n, countTotal: true, reverse: false }),
    '{"type":"p","value":{"count_total":true,"key":"/w==","limit":"3"}}');
  const inner = testCodecs.of<object>('cosmos.bank.v1beta1.MsgSend').encode({ fromAddress: 'a', toAddress: 'b', amount: [] });
  const key = testCodecs.of<object>('cosmos.crypto.ed25519.PubKey').encode({ key: new Uint8Array(32) });
  const body = { messages: [{ typeUrl: '/cosmos.bank.v1beta1.MsgSend', value: inner }, { typeUrl: '/cosmos.crypto.ed25519.PubKey', value: key }], timeoutTimestamp: { seconds: 1n, nanos: 500_000_000 } };
  assert.equal(json('cosmos.tx.v1beta1.TxBody', body), '{"type":"b","value":{"messages":['
    + '{"type":"cosmos-sdk/MsgSend","value":{"amount":[],"from_address":"a","to_address":"b"}},'
    + `{"type":"tendermint/PubKeyEd25519","value":"${'A'.repeat(43)}="}],"timeout_timestamp":"1970-01-01T00:00:01.5Z"}}`);
});

test('what has no amino-JSON is named, not guessed: unknown types, garbage and endless nesting inside an Any', () => {
  const body = testCodecs.of<object>('cosmos.tx.v1beta1.TxBody');
  const own = new Map([shapeOf('cosmos.tx.v1beta1.TxBody', 'b'), ...shapes]);
  const holding = (typeUrl: string, value: Uint8Array): unknown => body.decode(body.encode({ messages: [{ typeUrl, value }] }));
  const written = (message: unknown) => () => toAminoJson(own, body.typeUrl, message);
  assert.throws(() => toAminoJson(own, '/no.such', {}), AminoUnsupported);
  assert.throws(written(holding('/no.such', new Uint8Array(0))), AminoUnsupported);
  assert.throws(written(holding('/cosmos.bank.v1beta1.MsgSend', Uint8Array.of(0xff))), AminoUnsupported);
  assert.throws(written({ timeoutTimestamp: { seconds: 10n ** 15n, nanos: 0 }, messages: [] }), AminoUnsupported);
  let bytes = body.encode({});
  for (let depth = 0; depth < 2000; depth += 1) bytes = body.encode({ messages: [{ typeUrl: body.typeUrl, value: bytes }] });
  assert.throws(written(body.decode(bytes)), /nested deeper/);
});
