import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Registry, type EncodeObject } from '@cosmjs/proto-signing';
import { defaultRegistryTypes } from '@cosmjs/stargate';
import protobuf from 'protobufjs/minimal.js';
import { typeUrlOf, windlassRegistryTypes, type KernelMessageName } from '../../../app/client/index.js';

const registry = new Registry([...defaultRegistryTypes, ...windlassRegistryTypes]);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const message = (name: KernelMessageName, value: object): EncodeObject => ({ typeUrl: typeUrlOf(name), value });

test('a message has the bytes that protobuf defines', () => {
  const invoke = message('MsgInvoke', { sender: 'a', target: 'b', method: 'c', args: { body: '#[]', slots: ['x', 'y'] }, saveAs: 'd', funds: [{ denom: 'uwind', amount: '5' }] });
  assert.equal(hex(registry.encode(invoke)), '0a0161' + '120162' + '1a0163' + '220b' + '0a03235b5d' + '120178' + '120179' + '2a0164' + '320a' + '0a057577696e64' + '120135');
  const resume = message('MsgResumeVat', { owner: 'a', vatId: 'v1', addCompute: 300n });
  assert.equal(hex(registry.encode(resume)), '0a0161' + '12027631' + '18ac02');
  const chunk = message('MsgInstallBundle', { submitter: 'a', bundleId: 'b', chunkIndex: 0, chunkCount: 1, data: Uint8Array.of(0, 255) });
  assert.equal(hex(registry.encode(chunk)), '0a0161' + '120162' + '2001' + '2a0200ff');
});

test('64-bit integers keep every bit', () => {
  const value = { owner: 'a', vatId: 'v1', addCompute: 2n ** 64n - 1n, maxPrice: undefined };
  const decoded = registry.decode({ typeUrl: typeUrlOf('MsgResumeVat'), value: registry.encode(message('MsgResumeVat', value)) }) as typeof value;
  assert.equal(decoded.addCompute, 2n ** 64n - 1n);
});

test('what does not fit throws instead of being left out', () => {
  const refused: [string, EncodeObject, RegExp][] = [
    ['an unknown field', message('MsgRenameCapability', { sender: 'a', name: 'b', newName: 'c', new_name: 'c' }), /has no field new_name/],
    ['an unknown field within', message('MsgInvoke', { sender: 'a', args: { body: '#[]', slots: [], extra: 1 } }), /has no field extra/],
    ['a number for a bigint', message('MsgResumeVat', { owner: 'a', addCompute: 5 }), /add_compute/],
    ['a text for a bigint', message('MsgRequestQuota', { account: 'a', amount: '5' }), /amount/],
    ['a negative uint64', message('MsgRequestQuota', { account: 'a', amount: -1n }), /amount/],
    ['a uint64 of 65 bits', message('MsgRequestQuota', { account: 'a', amount: 2n ** 64n }), /amount/],
    ['an array for bytes', message('MsgInstallBundle', { submitter: 'a', data: [1, 2] }), /data/],
    ['a fraction', message('MsgInstallBundle', { submitter: 'a', chunkIndex: 1.5 }), /chunk_index/],
    ['a lone surrogate', message('MsgDropCapability', { sender: 'a', name: '\ud800' }), /name/],
    ['no object', message('MsgDropCapability', 'dev0' as unknown as object), /expected an object/],
    ['an array', message('MsgDropCapability', []), /expected an object/],
  ];
  for (const [what, encodeObject, expected] of refused) assert.throws(() => registry.encode(encodeObject), expected, what);
});

test('decoding answers every field, and reads from readers as generated code hands them over', () => {
  const type = registry.lookupType(typeUrlOf('MsgDropCapability'));
  assert.ok(type);
  assert.deepEqual(type.decode(new Uint8Array(0)), { sender: '', name: '' });
  const bytes = registry.encode(message('MsgDropCapability', { sender: 'a', name: 'b' }));
  const reader = protobuf.Reader.create(Uint8Array.from([9, ...bytes, 9]));
  reader.pos = 1;
  assert.deepEqual((type.decode as (input: protobuf.Reader, length: number) => unknown)(reader, bytes.length), { sender: 'a', name: 'b' });
  assert.equal(reader.pos, bytes.length + 1);
});

test('bytes from strangers are decoded or refused, never anything else', () => {
  let seed = 0x5eed;
  const random = (below: number): number => (seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0) % below;
  let refused = 0;
  for (let round = 0; round < 2000; round += 1) {
    const [typeUrl] = windlassRegistryTypes[random(windlassRegistryTypes.length)] ?? [''];
    const value = Uint8Array.from({ length: random(40) }, () => random(256));
    try {
      registry.decode({ typeUrl, value });
    } catch (error) {
      assert.equal((error as Error).name, 'CodecError');
      refused += 1;
    }
  }
  assert.ok(refused > 1000 && refused < 2000, `refused ${refused}`);
});
