import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Request, Response } from 'cosmjs-types/tendermint/abci/types';
import { loadAbciCodecs, type AbciRequest, type AbciResponse } from '../../../chain/abci/codec.js';
import type { FieldSchema, MessageSchema, ScalarKind } from '../../../chain/codec/schema.js';
import { codec, makeChance } from './support.js';

type Foreign = { encode(message: unknown): { finish(): Uint8Array }; decode(bytes: Uint8Array): Record<string, unknown>; fromPartial(value: unknown): unknown };
type Ours = { decode: (bytes: Uint8Array) => { kind: string; value: unknown }; encode: (tagged: { kind: string; value: unknown }) => Uint8Array };

const sides: { typeName: string; foreign: Foreign; ours: Ours }[] = [
  {
    typeName: 'tendermint.abci.Request',
    foreign: Request as unknown as Foreign,
    ours: { decode: bytes => codec.decodeRequest(bytes), encode: tagged => codec.encodeRequest(tagged as AbciRequest) },
  },
  {
    typeName: 'tendermint.abci.Response',
    foreign: Response as unknown as Foreign,
    ours: { decode: bytes => codec.decodeResponse(bytes), encode: tagged => codec.encodeResponse(tagged as AbciResponse) },
  },
];

for (const { typeName, foreign, ours } of sides) {
  const { schema } = loadAbciCodecs().of<unknown>(typeName);
  for (const member of schema.fields) {
    test(`${typeName}.${member.name}: each side reads what the other writes`, () => {
      for (let seed = 1; seed <= 60; seed += 1) {
        const value = randomMessage(messageOf(member), makeChance(seed * 1000 + member.number));
        const theirBytes = foreign.encode(foreign.fromPartial({ [member.name]: value })).finish();
        const ourBytes = ours.encode({ kind: member.name, value });
        assert.deepEqual(comparable(ours.decode(theirBytes)), comparable({ kind: member.name, value }), `seed ${seed}: we read theirs`);
        assert.deepEqual(comparable(foreign.decode(ourBytes)[member.name]), comparable(value), `seed ${seed}: they read ours`);
        // The other side writes an empty packed list as a field of length 0, we leave it out.
        if (member.name !== 'applySnapshotChunk') assert.equal(Buffer.from(ourBytes).toString('hex'), Buffer.from(theirBytes).toString('hex'), `seed ${seed}: same bytes`);
      }
    });
  }

  test(`${typeName}: both know the same members`, () => {
    const theirs = Object.keys(foreign.fromPartial({}) as object).sort();
    assert.deepEqual(schema.fields.map(field => field.name).sort(), theirs);
  });
}

test('what Go never leaves out is zero when a stranger leaves it out', () => {
  const initChain = codec.decodeRequest(Uint8Array.from([0x2a, 0x02, 0x22, 0x00]));
  assert.equal(initChain.kind, 'initChain');
  assert.deepEqual(initChain.kind === 'initChain' && initChain.value.time, { seconds: 0n, nanos: 0 });
  assert.deepEqual(initChain.kind === 'initChain' && initChain.value.validators, [{ pubKey: {}, power: 0n }]);
});

test('an envelope with no member, two members, an unknown member or something after it is refused', () => {
  const refused: [string, number[]][] = [
    ['empty', []], ['two members', [0x12, 0x00, 0x12, 0x00]], ['unknown member 21', [0xaa, 0x01, 0x00]], ['unused member 4', [0x22, 0x00]],
    ['trailing byte', [0x12, 0x00, 0x00]], ['cut short', [0x12]], ['longer than it is', [0x12, 0x05]], ['not a message', [0x10, 0x01]],
  ];
  for (const [what, bytes] of refused) assert.throws(() => codec.decodeRequest(Uint8Array.from(bytes)), { name: 'CodecError' }, what);
});

test('known bytes of a flush and of the first byte of FinalizeBlock', () => {
  assert.equal(Buffer.from(codec.encodeRequest({ kind: 'flush', value: {} })).toString('hex'), '1200');
  assert.equal(Buffer.from(codec.encodeResponse({ kind: 'flush', value: {} })).toString('hex'), '1a00');
  assert.equal(codec.decodeRequest(Buffer.from('a20100', 'hex')).kind, 'finalizeBlock');
});

function messageOf(field: FieldSchema): MessageSchema {
  assert.equal(field.type.kind, 'message');
  return (field.type as { message: MessageSchema }).message;
}

/** Every message member is there; lists have 0 to 3 items; of a oneof exactly one member is set. */
function randomMessage(schema: MessageSchema, chance: () => number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  const oneofs = new Map<string, FieldSchema[]>();
  for (const field of schema.fields) {
    if (field.oneof !== undefined) oneofs.set(field.oneof, [...(oneofs.get(field.oneof) ?? []), field]);
    else if (field.repeated) value[field.name] = Array.from({ length: Math.floor(chance() * 4) }, () => randomValue(field, chance));
    else value[field.name] = randomValue(field, chance);
  }
  for (const fields of oneofs.values()) {
    const chosen = fields[Math.floor(chance() * fields.length)];
    if (chosen) value[chosen.name] = randomValue(chosen, chance);
  }
  return value;
}

function randomValue(field: FieldSchema, chance: () => number): unknown {
  const { type } = field;
  if (type.kind === 'message') return randomMessage(type.message, chance);
  if (type.kind === 'enum') return [...type.byNumber.keys()][Math.floor(chance() * type.byNumber.size)];
  return randomScalar(type.scalar, chance);
}

const pick = <T>(from: readonly T[], chance: () => number): T => from[Math.floor(chance() * from.length)] as T;
const bits64 = (chance: () => number): bigint => (BigInt(Math.floor(chance() * 2 ** 32)) << 32n) | BigInt(Math.floor(chance() * 2 ** 32));

function randomScalar(scalar: ScalarKind, chance: () => number): unknown {
  switch (scalar) {
    case 'bool': return chance() < 0.5;
    case 'string': return pick(['', 'a', 'Ünïcödé ✓ 🚢', ' \n\0', 'x'.repeat(Math.floor(chance() * 400))], chance);
    case 'bytes': return Uint8Array.from({ length: pick([0, 1, 20, 32, 127, 128, Math.floor(chance() * 5000)], chance) }, () => Math.floor(chance() * 256));
    case 'int32': return pick([0, 1, -1, 2 ** 31 - 1, -(2 ** 31), Math.floor(chance() * 2 ** 31)], chance);
    case 'uint32': return pick([0, 1, 127, 128, 2 ** 32 - 1, Math.floor(chance() * 2 ** 32)], chance);
    case 'int64': return pick([0n, 1n, -1n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n), -62135596800n, BigInt.asIntN(64, bits64(chance))], chance);
    case 'uint64': return pick([0n, 1n, 2n ** 32n, 2n ** 53n + 1n, 2n ** 64n - 1n, bits64(chance)], chance);
    default: throw new Error(`ABCI has no ${scalar}`);
  }
}

/** Without absent members, and with every kind of byte array alike. */
function comparable(value: unknown): unknown {
  if (value instanceof Uint8Array) return `hex ${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== undefined).map(([name, member]) => [name, comparable(member)]));
}
