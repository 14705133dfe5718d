/** Kernel messages in the form that a cosmjs Registry wants, with an encoding that never guesses. */
import type { GeneratedType } from '@cosmjs/proto-signing';
import protobuf from 'protobufjs/minimal.js';
import type { Codec } from '../../chain/codec/index.js';
import { codecOf } from './codecs.js';
import { kernelMessages } from './messages.js';

type Plain = Record<string, unknown>;

/**
 * Types for `new Registry([...defaultRegistryTypes, ...windlassRegistryTypes])`.
 *
 * Encoding is strict: 64-bit integers are bigint, and a field the message does not have, a wrong type or a number out
 * of range throws (CodecError) instead of being written as zero or left out. An absent field means its default.
 *
 * ```ts
 * const registry = new Registry([...defaultRegistryTypes, ...windlassRegistryTypes]);
 * const client = await SigningStargateClient.connectWithSigner(rpcUrl, wallet, { registry });
 * ```
 */
export const windlassRegistryTypes: ReadonlyArray<[string, GeneratedType]> = kernelMessages.map(({ typeName, typeUrl }) => [
  typeUrl,
  generatedType(codecOf<Plain>(typeName)),
]);

function generatedType(codec: Codec<Plain>): GeneratedType {
  return {
    // Everything given is kept, so that encode sees, and refuses, what does not belong here.
    fromPartial: (partial: unknown): Plain => ({ ...codec.empty(), ...asRecord(codec, partial) }),
    encode: (message: unknown, writer: protobuf.Writer = protobuf.Writer.create()): protobuf.Writer =>
      writer.raw(codec.encode(asRecord(codec, message))),
    decode: (input: Uint8Array | protobuf.Reader, length?: number): Plain => codec.decode(bytesOf(input, length)),
  };
}

function asRecord(codec: Codec<Plain>, value: unknown): Plain {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new TypeError(`${codec.typeName}: expected an object with the message's fields`);
  }
  return value as Plain;
}

function bytesOf(input: Uint8Array | protobuf.Reader, length: number | undefined): Uint8Array {
  if (input instanceof Uint8Array) return length === undefined ? input : input.subarray(0, length);
  const end = length === undefined ? input.len : input.pos + length;
  const bytes = input.buf.subarray(input.pos, end);
  input.pos = end;
  return bytes;
}
