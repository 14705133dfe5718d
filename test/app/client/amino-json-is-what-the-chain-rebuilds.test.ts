import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AminoTypes, createDefaultAminoConverters } from '@cosmjs/stargate';
import { kernelMessages, typeUrlOf, windlassAminoConverters, type KernelMessageName } from '../../../app/client/index.js';
import { codecOf } from '../../../app/client/codecs.js';
import { toAminoJson, type AminoShapes } from '../../../chain/amino/json.js';

const aminoTypes = new AminoTypes({ ...createDefaultAminoConverters(), ...windlassAminoConverters });
const shapes: AminoShapes = new Map(kernelMessages.map(({ typeName, typeUrl, aminoName }) => [
  typeUrl, { codec: codecOf<unknown>(typeName), aminoName, keepEmpty: new Set<string>() },
]));

const samples: [KernelMessageName, object][] = [
  ['MsgInstallBundle', { submitter: 'a', bundleId: 'b1-00', chunkIndex: 0, chunkCount: 2, data: Uint8Array.of(1, 2, 255) }],
  ['MsgCreateVat', { owner: 'a', bundleId: 'b', label: 'l', parameters: { body: '#{}', slots: [] }, options: { memoryLimitBytes: 0n, computronsPerDelivery: 2n ** 40n, computeBalance: 0n }, saveAs: 's' }],
  ['MsgInvoke', { sender: 'a', target: 't', method: 'm', args: { body: '#["$0"]', slots: ['n'] }, saveAs: '', funds: [{ denom: 'uwind', amount: '5' }] }],
  ['MsgInvoke', { sender: 'a', target: 't', method: 'm', args: { body: '', slots: [] }, saveAs: '', funds: [] }],
  ['MsgUpgradeVat', { owner: 'a', vatId: 'v1', bundleId: 'b', parameters: undefined, upgradeMessage: '' }],
  ['MsgTerminateVat', { owner: 'a', vatId: 'v1', reason: '' }],
  ['MsgGrantCapability', { sender: 'a', name: 'n', recipient: 'r', saveAs: 's' }],
  ['MsgRenameCapability', { sender: 'a', name: 'n', newName: 'm' }],
  ['MsgDropCapability', { sender: 'a', name: 'n' }],
  ['MsgResumeVat', { owner: 'a', vatId: 'v', addCompute: 2n ** 64n - 1n, maxPrice: { denom: 'uwind', amount: '' } }],
  ['MsgRequestQuota', { account: 'a', dimension: 'vats', amount: 0n, maxPrice: undefined }],
  ['MsgControl', {
    authority: 'g', pauseVat: undefined, terminateVat: undefined, reconcile: undefined, publishName: undefined,
    setQuota: { account: '', dimension: 'vats', limit: 7n, unlimited: false, limitGeneration: 1n },
  }],
  ['MsgUpdateParams', {
    authority: 'g',
    params: { ...codecOf<object>('windlass.kernel.v1.Params').empty(), queueMax: 10, computePrice: { denom: 'uwind', amount: '1' }, quotaPrices: [{ dimension: 'vats', perAmount: 1n, price: undefined }] },
  }],
];

test('every message is written as the chain rebuilds it, and read back the same', () => {
  assert.deepEqual(new Set(samples.map(([name]) => typeUrlOf(name))), new Set(kernelMessages.map(({ typeUrl }) => typeUrl)), 'a sample of each message');
  for (const [name, value] of samples) {
    const typeUrl = typeUrlOf(name);
    const amino = aminoTypes.toAmino({ typeUrl, value });
    assert.deepEqual(amino, toAminoJson(shapes, typeUrl, value), name);
    const back = aminoTypes.fromAmino(JSON.parse(JSON.stringify(amino)) as typeof amino);
    assert.deepEqual(back, { typeUrl, value: { ...codecOf<object>(typeUrl.slice(1)).empty(), ...value } }, name);
  }
});

test('names are short and fixed, 64-bit integers are text, empty values are left out', () => {
  const { type, value } = aminoTypes.toAmino({ typeUrl: typeUrlOf('MsgResumeVat'), value: { owner: 'a', vatId: '', addCompute: 300n } });
  assert.equal(type, 'windlass/ResumeVat');
  assert.deepEqual(value, { owner: 'a', add_compute: '300' });
  assert.deepEqual(kernelMessages.map(({ aminoName }) => aminoName.replace('windlass/', '')), [
    'InstallBundle', 'CreateVat', 'Invoke', 'UpgradeVat', 'TerminateVat', 'Grant', 'Rename', 'Drop', 'ResumeVat', 'RequestQuota', 'Control', 'UpdateParams',
  ]);
});

test('what cannot be encoded cannot be signed either', () => {
  const typeUrl = typeUrlOf('MsgDropCapability');
  assert.throws(() => aminoTypes.toAmino({ typeUrl, value: { sender: 'a', nane: 'b' } }), /has no field nane/);
  assert.throws(() => aminoTypes.fromAmino({ type: 'windlass/Drop', value: { sender: 'a', nane: 'b' } }), /has no field nane/);
});
