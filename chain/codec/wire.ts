/** Protobuf bytes to plain objects and back, by the tables of schema.ts. */
import protobuf from 'protobufjs/minimal.js';
import { isLong, type FieldSchema, type MessageSchema, type ScalarKind } from './schema.js';

const { Reader, Writer } = protobuf;
type Reader = protobuf.Reader;
type Writer = protobuf.Writer;
type Plain = Record<string, unknown>;

/** Messages nested deeper than this are refused, as in the Go and C++ implementations' spirit: bytes come from strangers. */
const depthMax = 64;

/** The bytes, or the value, do not fit the schema. `path` names the field, such as `cosmos.tx.v1beta1.TxBody.memo`. */
export class CodecError extends Error {
  constructor(readonly path: string, reason: string) {
    super(`${path}: ${reason}`);
    this.name = 'CodecError';
  }
}

export type UnknownFields = 'ignore' | 'refuse' | 'refuse-critical';

/**
 * Decodes one message. Absent scalars get their proto3 default, absent messages and oneof members are undefined,
 * repeated fields are arrays. 64-bit integers are bigint, bytes are Uint8Array copies, enums are numbers.
 * `unknown`: 'refuse-critical' accepts unknown fields whose number has bit 11 set (ADR-020), as TxBody does.
 */
export function decodeMessage(schema: MessageSchema, bytes: Uint8Array, unknown: UnknownFields): Plain {
  try {
    return readMessage(schema, Reader.create(bytes), bytes.length, unknown, 0);
  } catch (error) {
    if (error instanceof CodecError) throw error;
    throw new CodecError(schema.typeName, error instanceof Error ? error.message : String(error));
  }
}

function readMessage(schema: MessageSchema, reader: Reader, end: number, unknown: UnknownFields, depth: number): Plain {
  if (depth > depthMax) throw new CodecError(schema.typeName, `nested deeper than ${depthMax}`);
  const value = emptyMessage(schema);
  while (reader.pos < end) {
    const tag = reader.uint32();
    const number = tag >>> 3;
    const wireType = tag & 7;
    const field = schema.byNumber.get(number);
    if (number === 0) throw new CodecError(schema.typeName, 'field number 0');
    if (!field) {
      const nonCritical = (number & 0x400) !== 0;
      if (unknown === 'refuse' || (unknown === 'refuse-critical' && !nonCritical)) {
        throw new CodecError(schema.typeName, `unknown field ${number}`);
      }
      reader.skipType(wireType);
      continue;
    }
    readField(schema, field, value, reader, wireType, unknown, depth);
    if (reader.pos > end) throw new CodecError(pathOf(schema, field), 'runs past the end of its message');
  }
  return value;
}

function readField(schema: MessageSchema, field: FieldSchema, into: Plain, reader: Reader, wireType: number, unknown: UnknownFields, depth: number): void {
  const expected = wireTypeOf(field);
  if (field.mapKey !== undefined) throw new CodecError(pathOf(schema, field), 'map fields are not supported');
  if (field.repeated && wireType === 2 && expected !== 2) {
    const end = reader.uint32() + reader.pos;
    const list = into[field.name] as unknown[];
    while (reader.pos < end) list.push(readValue(schema, field, reader, unknown, depth));
    if (reader.pos !== end) throw new CodecError(pathOf(schema, field), 'packed values run past their length');
    return;
  }
  if (wireType !== expected) throw new CodecError(pathOf(schema, field), `wire type ${wireType}, expected ${expected}`);
  const value = readValue(schema, field, reader, unknown, depth);
  if (field.repeated) {
    (into[field.name] as unknown[]).push(value);
    return;
  }
  if (field.oneof !== undefined) {
    for (const other of schema.fields) if (other.oneof === field.oneof) into[other.name] = undefined;
  }
  into[field.name] = value;
}

function readValue(schema: MessageSchema, field: FieldSchema, reader: Reader, unknown: UnknownFields, depth: number): unknown {
  const { type } = field;
  switch (type.kind) {
    case 'message': {
      const length = reader.uint32();
      const end = reader.pos + length;
      if (end > reader.len) throw new CodecError(pathOf(schema, field), 'is longer than the message that holds it');
      return readMessage(type.message, reader, end, unknown, depth + 1);
    }
    case 'enum':
      return reader.int32();
    case 'scalar':
      return readScalar(type.scalar, reader, () => pathOf(schema, field));
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function readScalar(scalar: ScalarKind, reader: Reader, path: () => string): unknown {
  switch (scalar) {
    case 'double': return reader.double();
    case 'float': return reader.float();
    case 'bool': return reader.bool();
    case 'string': {
      const bytes = reader.bytes();
      try {
        return utf8.decode(bytes);
      } catch {
        throw new CodecError(path(), 'is not valid UTF-8');
      }
    }
    case 'bytes': return Uint8Array.from(reader.bytes());
    case 'int32': return reader.int32();
    case 'uint32': return reader.uint32();
    case 'sint32': return reader.sint32();
    case 'fixed32': return reader.fixed32();
    case 'sfixed32': return reader.sfixed32();
    case 'int64': return fromLong(reader.int64(), true);
    case 'uint64': return fromLong(reader.uint64(), false);
    case 'sint64': return fromLong(reader.sint64(), true);
    case 'fixed64': return fromLong(reader.fixed64(), false);
    case 'sfixed64': return fromLong(reader.sfixed64(), true);
  }
}

/** Every field present with its proto3 default; what decode starts from, and what a caller may spread. */
export function emptyMessage(schema: MessageSchema): Plain {
  const value: Plain = {};
  for (const field of schema.fields) value[field.name] = defaultOf(field);
  return value;
}

function defaultOf(field: FieldSchema): unknown {
  if (field.repeated) return [];
  if (field.oneof !== undefined || field.type.kind === 'message') return undefined;
  if (field.type.kind === 'enum') return 0;
  return zeroOf(field.type.scalar);
}

export function zeroOf(scalar: ScalarKind): unknown {
  if (scalar === 'string') return '';
  if (scalar === 'bytes') return new Uint8Array(0);
  if (scalar === 'bool') return false;
  return isLong(scalar) ? 0n : 0;
}

/**
 * Encodes one message: fields ascending, proto3 defaults left out (ADR-027). Strict: a property that the message does
 * not have, a wrong type or a number out of range throws a CodecError; an absent property means the default.
 */
export function encodeMessage(schema: MessageSchema, value: Plain): Uint8Array {
  return writeMessage(schema, value, Writer.create()).finish();
}

function writeMessage(schema: MessageSchema, value: Plain, writer: Writer): Writer {
  for (const name of Object.keys(value)) {
    if (!schema.byName.has(name)) throw new CodecError(schema.typeName, `has no field ${name}`);
  }
  for (const field of schema.fields) {
    const content = value[field.name];
    if (content === undefined || content === null) continue;
    if (field.repeated) writeRepeated(schema, field, content, writer);
    else if (field.oneof !== undefined || field.type.kind === 'message' || !isDefault(content)) writeTagged(schema, field, content, writer);
    else checkType(schema, field, content);
  }
  return writer;
}

function writeRepeated(schema: MessageSchema, field: FieldSchema, content: unknown, writer: Writer): void {
  if (!Array.isArray(content)) throw new CodecError(pathOf(schema, field), 'expected an array');
  if (content.length === 0) return;
  if (wireTypeOf(field) === 2) {
    for (const item of content) writeTagged(schema, field, item, writer);
    return;
  }
  writer.uint32((field.number << 3) | 2).fork();
  for (const item of content) writeValue(schema, field, item, writer);
  writer.ldelim();
}

function writeTagged(schema: MessageSchema, field: FieldSchema, content: unknown, writer: Writer): void {
  writer.uint32(((field.number << 3) | wireTypeOf(field)) >>> 0);
  writeValue(schema, field, content, writer);
}

function writeValue(schema: MessageSchema, field: FieldSchema, content: unknown, writer: Writer): void {
  checkType(schema, field, content);
  const { type } = field;
  if (type.kind === 'message') {
    writeMessage(type.message, content as Plain, writer.fork()).ldelim();
    return;
  }
  if (type.kind === 'enum') {
    writer.int32(content as number);
    return;
  }
  switch (type.scalar) {
    case 'double': writer.double(content as number); return;
    case 'float': writer.float(content as number); return;
    case 'bool': writer.bool(content as boolean); return;
    case 'string': writer.bytes(Buffer.from(content as string, 'utf8')); return;
    case 'bytes': writer.bytes(content as Uint8Array); return;
    case 'int32': writer.int32(content as number); return;
    case 'uint32': writer.uint32(content as number); return;
    case 'sint32': writer.sint32(content as number); return;
    case 'fixed32': writer.fixed32(content as number); return;
    case 'sfixed32': writer.sfixed32(content as number); return;
    case 'int64': writer.int64(toLong(content as bigint)); return;
    case 'uint64': writer.uint64(toLong(content as bigint)); return;
    case 'sint64': writer.sint64(toLong(content as bigint)); return;
    case 'fixed64': writer.fixed64(toLong(content as bigint)); return;
    case 'sfixed64': writer.sfixed64(toLong(content as bigint)); return;
  }
}

function isDefault(content: unknown): boolean {
  if (content instanceof Uint8Array) return content.length === 0;
  return content === '' || content === 0 || content === 0n || content === false;
}

function checkType(schema: MessageSchema, field: FieldSchema, content: unknown): void {
  const complaint = complaintAbout(field, content);
  if (complaint !== undefined) throw new CodecError(pathOf(schema, field), complaint);
}

function complaintAbout(field: FieldSchema, content: unknown): string | undefined {
  const { type } = field;
  if (type.kind === 'message') {
    return typeof content === 'object' && content !== null && !Array.isArray(content) && !(content instanceof Uint8Array) ? undefined : 'expected a message';
  }
  if (type.kind === 'enum') return inRange(content, -(2 ** 31), 2 ** 31 - 1) ? undefined : 'expected an enum number';
  switch (type.scalar) {
    case 'string': return typeof content === 'string' && content.isWellFormed() ? undefined : 'expected a well-formed string';
    case 'bytes': return content instanceof Uint8Array ? undefined : 'expected a Uint8Array';
    case 'bool': return typeof content === 'boolean' ? undefined : 'expected a boolean';
    case 'double': case 'float': return typeof content === 'number' ? undefined : 'expected a number';
    case 'int32': case 'sint32': case 'sfixed32': return inRange(content, -(2 ** 31), 2 ** 31 - 1) ? undefined : 'expected a 32-bit integer';
    case 'uint32': case 'fixed32': return inRange(content, 0, 2 ** 32 - 1) ? undefined : 'expected an unsigned 32-bit integer';
    case 'int64': case 'sint64': case 'sfixed64': return typeof content === 'bigint' && BigInt.asIntN(64, content) === content ? undefined : 'expected a bigint of 64 bits';
    case 'uint64': case 'fixed64': return typeof content === 'bigint' && BigInt.asUintN(64, content) === content ? undefined : 'expected an unsigned bigint of 64 bits';
  }
}

function inRange(content: unknown, min: number, max: number): boolean {
  return typeof content === 'number' && Number.isInteger(content) && content >= min && content <= max;
}

function wireTypeOf(field: FieldSchema): number {
  if (field.type.kind === 'message') return 2;
  if (field.type.kind === 'enum') return 0;
  switch (field.type.scalar) {
    case 'string': case 'bytes': return 2;
    case 'double': case 'fixed64': case 'sfixed64': return 1;
    case 'float': case 'fixed32': case 'sfixed32': return 5;
    default: return 0;
  }
}

type LongBits = { low: number; high: number; unsigned: boolean };

function toLong(value: bigint): protobuf.Long {
  const low = Number(BigInt.asIntN(32, value));
  const high = Number(BigInt.asIntN(32, value >> 32n));
  return { low, high, unsigned: false } satisfies LongBits;
}

function fromLong(long: number | protobuf.Long, signed: boolean): bigint {
  if (typeof long === 'number') return BigInt(long);
  if (long.high === 0) return BigInt(long.low >>> 0);
  const bits = (BigInt(long.high >>> 0) << 32n) | BigInt(long.low >>> 0);
  return signed ? BigInt.asIntN(64, bits) : bits;
}

function pathOf(schema: MessageSchema, field: FieldSchema): string {
  return `${schema.typeName}.${field.protoName}`;
}
