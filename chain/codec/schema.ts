/**
 * Reads .proto files and turns each message into a flat table of fields, which encode, decode and the JSON forms walk.
 * protobufjs parses the files and owns the wire primitives; the walk is ours, so that 64-bit integers are bigint,
 * unknown input is refused where the Cosmos SDK refuses it, and one table serves protobuf, proto-JSON and amino-JSON.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import protobuf from 'protobufjs';

export type ScalarKind =
  | 'double' | 'float' | 'bool' | 'string' | 'bytes'
  | 'int32' | 'uint32' | 'sint32' | 'fixed32' | 'sfixed32'
  | 'int64' | 'uint64' | 'sint64' | 'fixed64' | 'sfixed64';

export type FieldKind =
  | { readonly kind: 'scalar'; readonly scalar: ScalarKind }
  | { readonly kind: 'enum'; readonly name: string; readonly byNumber: ReadonlyMap<number, string>; readonly byName: ReadonlyMap<string, number> }
  | { readonly kind: 'message'; readonly message: MessageSchema };

export type FieldSchema = {
  readonly number: number;
  /** camelCase, as in the TypeScript types. */
  readonly name: string;
  /** snake_case, as in the .proto file, proto-JSON and amino-JSON. */
  readonly protoName: string;
  readonly type: FieldKind;
  readonly repeated: boolean;
  /** For a map field: the kind of its keys; the value kind is `type`. */
  readonly mapKey: ScalarKind | undefined;
  /** The oneof it belongs to, or undefined. A proto3 `optional` field counts as a oneof of its own. */
  readonly oneof: string | undefined;
  readonly packed: boolean;
  /** A text (or bytes) that holds a decimal times 10^18, and is shown with its point in JSON: customtype LegacyDec. */
  readonly decimal: boolean;
  /** In amino-JSON: option amino.field_name, else protoName. */
  readonly aminoName: string;
};

export type MessageSchema = {
  readonly typeName: string;
  /** Ascending by number: the order of encoding. */
  readonly fields: readonly FieldSchema[];
  readonly byNumber: ReadonlyMap<number, FieldSchema>;
  readonly byName: ReadonlyMap<string, FieldSchema>;
};

const longNames: ReadonlySet<string> = new Set(['int64', 'uint64', 'sint64', 'fixed64', 'sfixed64']);
export const isLong = (scalar: ScalarKind): boolean => longNames.has(scalar);

/**
 * Loads every .proto file below the given folders. Imports are resolved by loading them all; a file whose import is
 * absent from every folder is refused by name when one of its fields cannot be resolved.
 */
export function loadSchemas(folders: readonly string[]): ReadonlyMap<string, MessageSchema> {
  const root = new protobuf.Root();
  for (const folder of folders) {
    for (const file of protoFilesBelow(folder)) {
      protobuf.parse(readFileSync(file, 'utf8'), root, { keepCase: true, alternateCommentMode: false });
    }
  }
  root.resolveAll();
  const schemas = new Map<string, MessageSchema>();
  collect(root, schemas);
  return schemas;
}

function protoFilesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter(entry => entry.isFile() && entry.name.endsWith('.proto'))
    .map(entry => join(entry.parentPath, entry.name))
    .sort();
}

function collect(namespace: protobuf.NamespaceBase, into: Map<string, MessageSchema>): void {
  for (const nested of namespace.nestedArray) {
    if (nested instanceof protobuf.Type) schemaOf(nested, into);
    if (nested instanceof protobuf.Namespace) collect(nested, into);
  }
}

function schemaOf(type: protobuf.Type, into: Map<string, MessageSchema>): MessageSchema {
  const typeName = type.fullName.slice(1);
  const known = into.get(typeName);
  if (known) return known;
  const fields: FieldSchema[] = [];
  const byNumber = new Map<number, FieldSchema>();
  const byName = new Map<string, FieldSchema>();
  const schema: MessageSchema = { typeName, fields, byNumber, byName };
  into.set(typeName, schema); // before its fields, because messages may contain themselves
  for (const field of [...type.fieldsArray].sort((a, b) => a.id - b.id)) {
    field.resolve();
    const entry: FieldSchema = {
      number: field.id,
      name: camelCase(field.name),
      protoName: field.name,
      type: kindOf(field, into),
      repeated: field.repeated,
      mapKey: field instanceof protobuf.MapField ? (field.keyType as ScalarKind) : undefined,
      oneof: field.partOf?.name,
      packed: field.packed,
      aminoName: (field.options?.['(amino.field_name)'] as string | undefined) ?? field.name,
      decimal: field.options?.['(gogoproto.customtype)'] === 'cosmossdk.io/math.LegacyDec',
    };
    fields.push(entry);
    byNumber.set(entry.number, entry);
    byName.set(entry.name, entry);
  }
  return schema;
}

function kindOf(field: protobuf.Field, into: Map<string, MessageSchema>): FieldKind {
  const resolved = field.resolvedType;
  if (resolved instanceof protobuf.Enum) {
    const byName = new Map(Object.entries(resolved.values));
    const byNumber = new Map([...byName].map(([name, number]) => [number, name]));
    return { kind: 'enum', name: resolved.fullName.slice(1), byName, byNumber };
  }
  if (resolved instanceof protobuf.Type) return { kind: 'message', message: schemaOf(resolved, into) };
  return { kind: 'scalar', scalar: field.type as ScalarKind };
}

/** `acc_seq` → `accSeq`, as cosmjs and ts-proto name fields. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
