/** Typed codecs over .proto files: `codecs.of<MsgSend>('cosmos.bank.v1beta1.MsgSend')`. */
import { loadSchemas, type MessageSchema } from './schema.js';
import { decodeMessage, emptyMessage, encodeMessage, type UnknownFields } from './wire.js';
import { fromProtoJson, toProtoJson } from './json.js';

export { CodecError } from './wire.js';
export type { FieldSchema, MessageSchema } from './schema.js';

/** One message type. Values are plain objects with camelCase fields; see wire.ts for the mapping of types. */
export type Codec<T> = {
  readonly typeName: string;
  /** '/' + typeName */
  readonly typeUrl: string;
  readonly schema: MessageSchema;
  /** Strict: see encodeMessage. Throws CodecError. */
  encode(value: Partial<T>): Uint8Array;
  /** Unknown fields are skipped unless told otherwise. Throws CodecError. */
  decode(bytes: Uint8Array, unknown?: UnknownFields): T;
  /** Proto-JSON with snake_case names, 64-bit integers as strings, defaults emitted. */
  toJson(value: T): unknown;
  fromJson(json: unknown): T;
  empty(): T;
};

export type Codecs = {
  /** Throws if no loaded file defines the type. */
  of<T>(typeName: string): Codec<T>;
  has(typeName: string): boolean;
};

/** Loads all .proto files below the folders (absolute paths) once; see protoFolders in roots.ts for the project's own. */
export function makeCodecs(folders: readonly string[]): Codecs {
  const schemas = loadSchemas(folders);
  const made = new Map<string, Codec<unknown>>();
  const of = <T>(typeName: string): Codec<T> => {
    let codec = made.get(typeName) as Codec<T> | undefined;
    if (!codec) {
      const schema = schemas.get(typeName);
      if (!schema) throw new Error(`no .proto file defines ${typeName}`);
      codec = makeCodec<T>(schema, schemas);
      made.set(typeName, codec);
    }
    return codec;
  };
  return { of, has: typeName => schemas.has(typeName) };
}

function makeCodec<T>(schema: MessageSchema, schemas: ReadonlyMap<string, MessageSchema>): Codec<T> {
  return {
    typeName: schema.typeName,
    typeUrl: `/${schema.typeName}`,
    schema,
    encode: value => encodeMessage(schema, value),
    decode: (bytes, unknown = 'ignore') => decodeMessage(schema, bytes, unknown) as T,
    toJson: value => toProtoJson(schema, value as Record<string, unknown>, schemas),
    fromJson: json => fromProtoJson(schema, json, schemas) as T,
    empty: () => emptyMessage(schema) as T,
  };
}
