/**
 * Amino-JSON of protobuf messages, as the SDK's x/tx/signing/aminojson writes it and hardware wallets sign it: rebuilt
 * from the decoded message by its schema. Names as in the .proto file, 64-bit integers as text, enums as numbers, bytes
 * in base64, decimals with their point, empty values left out unless the message's definition keeps them, an Any as {type, value}.
 */
import { base64Text, binaryText } from '../bytes.js';
import { formatTimestamp } from '../codec/json.js';
import { fromWireText, pointText } from '../codec/decimal-text.js';
import { CodecError, type Codec, type FieldSchema, type MessageSchema } from '../codec/index.js';

type Plain = Readonly<Record<string, unknown>>;
export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json };

/** How one type is written. Paths are proto names joined with dots, such as `inputs.coins`. */
export type AminoShape = {
  readonly codec: Codec<unknown>;
  readonly aminoName: string;
  /** Written even when empty: `[]`, `""`, `"0"`, `0`, `false`, `{}`. */
  readonly keepEmpty: ReadonlySet<string>;
};

/** The message has no amino-JSON, such as for want of an amino name. The tx cannot be signed in this mode. */
export class AminoUnsupported extends Error {}

/** By type URL. */
export type AminoShapes = ReadonlyMap<string, AminoShape>;

/** Messages in Anys in messages, at most this deep: the bytes come from strangers. */
const nestingMax = 16;

/** Where the walk is: inside which type, and how many Anys deep. */
type Place = { readonly shapes: AminoShapes; readonly shape: AminoShape; readonly depth: number };

/** `{type, value}` of a message of a known type. Throws AminoUnsupported. */
export function toAminoJson(shapes: AminoShapes, typeUrl: string, message: unknown): Json {
  const shape = shapeOf(shapes, typeUrl);
  return typedJson({ shapes, shape, depth: 0 }, message as Plain);
}

function shapeOf(shapes: AminoShapes, typeUrl: string): AminoShape {
  const shape = shapes.get(typeUrl);
  if (!shape) throw new AminoUnsupported(`${typeUrl} has no amino name`);
  return shape;
}

function typedJson(place: Place, message: Plain): Json {
  return { type: place.shape.aminoName, value: messageJson(place, place.shape.codec.schema, message, '') };
}

function messageJson(place: Place, schema: MessageSchema, message: Plain, path: string): Json {
  switch (schema.typeName) {
    case 'google.protobuf.Any': return anyJson(place, message as { typeUrl: string; value: Uint8Array });
    case 'google.protobuf.Timestamp': return timestampJson(message as { seconds: bigint; nanos: number });
    case 'google.protobuf.Duration': return durationJson(message as { seconds: bigint; nanos: number });
    case 'cosmos.base.v1beta1.Coin': return { denom: message['denom'] as string, amount: message['amount'] as string };
    default: break;
  }
  const json: Record<string, Json> = {};
  for (const field of schema.fields) {
    const fieldPath = path === '' ? field.protoName : `${path}.${field.protoName}`;
    const content = message[field.name];
    if (isEmpty(field, content) && !place.shape.keepEmpty.has(fieldPath)) continue;
    json[field.aminoName] = fieldJson(place, field, content, fieldPath);
  }
  return json;
}

function isEmpty(field: FieldSchema, content: unknown): boolean {
  if (content === undefined) return true;
  if (field.repeated) return (content as unknown[]).length === 0;
  if (field.oneof !== undefined || field.type.kind === 'message') return false;
  return content instanceof Uint8Array ? content.length === 0 : content === '' || content === 0 || content === 0n || content === false;
}

function fieldJson(place: Place, field: FieldSchema, content: unknown, path: string): Json {
  if (field.repeated) return (content as unknown[]).map(item => valueJson(place, field, item, path));
  return valueJson(place, field, content, path);
}

function valueJson(place: Place, field: FieldSchema, content: unknown, path: string): Json {
  if (field.type.kind === 'message') return content === undefined ? {} : messageJson(place, field.type.message, content as Plain, path);
  if (field.decimal) return decimalJson(content as string | Uint8Array);
  if (content instanceof Uint8Array) return base64Text(content);
  if (typeof content === 'bigint') return content.toString();
  return content as string | number | boolean;
}

/** Public keys are written by their value alone, other messages as amino objects. */
function anyJson(place: Place, any: { typeUrl: string; value: Uint8Array }): Json {
  const keyName = aminoKeyNames.get(any.typeUrl);
  if (keyName !== undefined) return { type: keyName, value: base64Text(any.value.subarray(2)) }; // tag and length of the one field `key`
  if (place.depth >= nestingMax) throw new AminoUnsupported(`messages are nested deeper than ${nestingMax}`);
  const shape = shapeOf(place.shapes, any.typeUrl);
  return typedJson({ shapes: place.shapes, shape, depth: place.depth + 1 }, decodeContent(shape, any.value));
}

function decodeContent(shape: AminoShape, bytes: Uint8Array): Plain {
  try {
    return shape.codec.decode(bytes, 'refuse') as Plain; // an unknown field would not be signed
  } catch (error) {
    if (error instanceof CodecError) throw new AminoUnsupported(error.message);
    throw error;
  }
}

const aminoKeyNames: ReadonlyMap<string, string> = new Map([
  ['/cosmos.crypto.ed25519.PubKey', 'tendermint/PubKeyEd25519'],
  ['/cosmos.crypto.secp256k1.PubKey', 'tendermint/PubKeySecp256k1'],
]);

/** Years 1 to 9999, as protobuf defines a Timestamp; outside them there is no RFC 3339 text. */
function timestampJson(time: { seconds: bigint; nanos: number }): Json {
  const hasText = time.seconds >= -62_135_596_800n && time.seconds <= 253_402_300_799n && time.nanos >= 0 && time.nanos <= 999_999_999;
  if (!hasText) throw new AminoUnsupported('a timestamp out of range');
  return formatTimestamp(time);
}

/** Nanoseconds, as text. */
function durationJson({ seconds, nanos }: { seconds: bigint; nanos: number }): Json {
  return (seconds * 1_000_000_000n + BigInt(nanos)).toString();
}

function decimalJson(content: string | Uint8Array): Json {
  const text = typeof content === 'string' ? content : binaryText(content);
  if (text === '') return '0';
  const value = fromWireText(text);
  if (value === undefined) throw new AminoUnsupported('a decimal field that holds none');
  return pointText(value);
}

/** The one text of a JSON value: keys sorted by code unit at every level, no spaces, & < > escaped. */
export function canonicalJson(json: Json): string {
  return JSON.stringify(sorted(json)).replaceAll('&', '\\u0026').replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
}

function sorted(json: Json): Json {
  if (Array.isArray(json)) return json.map(sorted);
  if (typeof json !== 'object' || json === null) return json;
  const object = json as { readonly [name: string]: Json };
  const result: Record<string, Json> = {};
  for (const name of Object.keys(object).sort()) result[name] = sorted(object[name] as Json);
  return result;
}
