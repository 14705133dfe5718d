/**
 * Proto-JSON in the form that Cosmos tools print: snake_case names, 64-bit integers as strings, bytes in base64,
 * enums by name, decimals with their point, defaults emitted, Any with "@type", Timestamp as RFC 3339, Duration with a trailing "s".
 */
import { fromPointText, fromWireText, pointText } from './decimal-text.js';
import { isLong, type FieldSchema, type MessageSchema, type ScalarKind } from './schema.js';
import { CodecError, decodeMessage, emptyMessage, encodeMessage } from './wire.js';

type Plain = Record<string, unknown>;
type Schemas = ReadonlyMap<string, MessageSchema>;

export function toProtoJson(schema: MessageSchema, value: Plain, schemas: Schemas): unknown {
  const special = wellKnownToJson(schema, value, schemas);
  if (special !== undefined) return special;
  const json: Plain = {};
  for (const field of schema.fields) {
    const content = value[field.name];
    if (field.repeated) {
      json[field.protoName] = ((content as unknown[] | undefined) ?? []).map(item => fieldToJson(field, item, schemas));
    } else if (content === undefined || content === null) {
      if (field.oneof === undefined) json[field.protoName] = null;
    } else {
      json[field.protoName] = fieldToJson(field, content, schemas);
    }
  }
  return json;
}

function fieldToJson(field: FieldSchema, content: unknown, schemas: Schemas): unknown {
  const { type } = field;
  if (field.decimal) return decimalToJson(content as string | Uint8Array);
  switch (type.kind) {
    case 'message': return toProtoJson(type.message, content as Plain, schemas);
    case 'enum': return type.byNumber.get(content as number) ?? content;
    case 'scalar':
      if (content instanceof Uint8Array) return Buffer.from(content).toString('base64');
      return typeof content === 'bigint' ? content.toString() : content;
  }
}

/** Empty stands for none. What is no decimal, which a stranger's message may hold, is shown as it is. */
function decimalToJson(content: string | Uint8Array): string | null {
  if (content.length === 0) return null;
  const text = typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
  const value = fromWireText(text);
  return value === undefined ? text : pointText(value);
}

function decimalFromJson(schema: MessageSchema, field: FieldSchema, content: unknown): string | Uint8Array {
  const value = typeof content === 'string' ? fromPointText(content) : undefined;
  if (value === undefined) throw new CodecError(`${schema.typeName}.${field.protoName}`, `${String(content)} is not a decimal with at most 18 digits after the point`);
  const wire = value.toString();
  return field.type.kind === 'scalar' && field.type.scalar === 'bytes' ? Uint8Array.from(Buffer.from(wire, 'latin1')) : wire;
}

function wellKnownToJson(schema: MessageSchema, value: Plain, schemas: Schemas): unknown {
  switch (schema.typeName) {
    case 'google.protobuf.Any': {
      const typeUrl = value['typeUrl'] as string;
      const inner = schemas.get(typeUrl.slice(1));
      if (!inner) return { '@type': typeUrl, value: Buffer.from(value['value'] as Uint8Array).toString('base64') };
      const content = toProtoJson(inner, decodeMessage(inner, value['value'] as Uint8Array, 'ignore'), schemas);
      return { '@type': typeUrl, ...(content as Plain) };
    }
    case 'google.protobuf.Timestamp':
      return formatTimestamp(value as { seconds: bigint; nanos: number });
    case 'google.protobuf.Duration': {
      const { seconds, nanos } = value as { seconds: bigint; nanos: number };
      return `${seconds}${nanos === 0 ? '' : `.${String(nanos).padStart(9, '0')}`}s`;
    }
    default:
      return undefined;
  }
}

/** RFC 3339 in UTC with as many fractional digits as needed (Go's RFC3339Nano), e.g. 2026-01-02T03:04:05.6Z. */
export function formatTimestamp({ seconds, nanos }: { seconds: bigint; nanos: number }): string {
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19);
  const fraction = nanos === 0 ? '' : `.${String(nanos).padStart(9, '0').replace(/0+$/, '')}`;
  return `${whole}${fraction}Z`;
}

/** The inverse of formatTimestamp; throws CodecError when the text is no RFC 3339 time in UTC. */
export function parseTimestamp(text: string): { seconds: bigint; nanos: number } {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z$/.exec(text);
  const millis = match ? Date.parse(`${match[1]}Z`) : NaN;
  if (!match || Number.isNaN(millis)) throw new CodecError('google.protobuf.Timestamp', `${text} is not an RFC 3339 time in UTC`);
  return { seconds: BigInt(millis / 1000), nanos: Number((match[2] ?? '').padEnd(9, '0')) };
}

export function fromProtoJson(schema: MessageSchema, json: unknown, schemas: Schemas): Plain {
  const special = wellKnownFromJson(schema, json, schemas);
  if (special !== undefined) return special;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) throw new CodecError(schema.typeName, 'expected an object');
  const value = emptyMessage(schema);
  for (const [name, content] of Object.entries(json)) {
    const field = schema.fields.find(candidate => candidate.protoName === name || candidate.name === name);
    if (!field) throw new CodecError(schema.typeName, `has no field ${name}`);
    if (content === null) continue;
    if (!field.repeated) value[field.name] = fieldFromJson(schema, field, content, schemas);
    else if (Array.isArray(content)) value[field.name] = content.map(item => fieldFromJson(schema, field, item, schemas));
    else throw new CodecError(`${schema.typeName}.${name}`, 'expected an array');
  }
  return value;
}

function fieldFromJson(schema: MessageSchema, field: FieldSchema, content: unknown, schemas: Schemas): unknown {
  const path = `${schema.typeName}.${field.protoName}`;
  const { type } = field;
  if (field.decimal) return decimalFromJson(schema, field, content);
  switch (type.kind) {
    case 'message': return fromProtoJson(type.message, content, schemas);
    case 'enum': {
      const number = typeof content === 'number' ? content : type.byName.get(String(content));
      if (number === undefined) throw new CodecError(path, `${String(content)} is not a value of ${type.name}`);
      return number;
    }
    case 'scalar': return scalarFromJson(type.scalar, content, path);
  }
}

function scalarFromJson(scalar: ScalarKind, content: unknown, path: string): unknown {
  if (scalar === 'bytes') {
    if (typeof content !== 'string') throw new CodecError(path, 'expected base64 text');
    return Uint8Array.from(Buffer.from(content, 'base64'));
  }
  if (isLong(scalar)) {
    if (typeof content === 'string' ? !/^-?\d+$/.test(content) : !Number.isSafeInteger(content)) throw new CodecError(path, 'expected an integer');
    return BigInt(content as string | number);
  }
  if (scalar === 'string' || scalar === 'bool') {
    if (typeof content !== (scalar === 'string' ? 'string' : 'boolean')) throw new CodecError(path, `expected a ${scalar}`);
    return content;
  }
  if (typeof content !== 'number') throw new CodecError(path, 'expected a number');
  return content;
}

function wellKnownFromJson(schema: MessageSchema, json: unknown, schemas: Schemas): Plain | undefined {
  switch (schema.typeName) {
    case 'google.protobuf.Any': {
      const { '@type': typeUrl, ...rest } = json as Plain;
      const inner = typeof typeUrl === 'string' ? schemas.get(typeUrl.slice(1)) : undefined;
      if (!inner) throw new CodecError(schema.typeName, `unknown type ${String(typeUrl)}`);
      return { typeUrl, value: encodeMessage(inner, fromProtoJson(inner, rest, schemas)) };
    }
    case 'google.protobuf.Timestamp':
      return parseTimestamp(String(json));
    case 'google.protobuf.Duration': {
      const match = /^(-?\d+)(?:\.(\d{1,9}))?s$/.exec(String(json));
      if (!match) throw new CodecError(schema.typeName, `${String(json)} is not a duration in seconds`);
      return { seconds: BigInt(match[1] ?? '0'), nanos: Number((match[2] ?? '').padEnd(9, '0')) };
    }
    default:
      return undefined;
  }
}
