/** Kernel messages as amino-JSON, which Ledger devices and Keplr's sendTx sign. */
import type { AminoConverter, AminoConverters } from '@cosmjs/stargate';
import type { Codec, FieldSchema, MessageSchema } from '../../chain/codec/index.js';
import { codecOf } from './codecs.js';
import { kernelMessages } from './messages.js';
import type { Coin } from './types.js';

type Plain = Record<string, unknown>;
const coinTypeName = 'cosmos.base.v1beta1.Coin';

/**
 * Converters for `new AminoTypes({ ...createDefaultAminoConverters(), ...windlassAminoConverters })`.
 *
 * Names are snake_case, 64-bit integers decimal text, bytes base64; empty values are left out, and a message that is
 * present stays, as `{}` when it is empty, as the Cosmos SDK writes it. Values are checked as strictly as in encode.
 */
export const windlassAminoConverters: AminoConverters = Object.fromEntries(
  kernelMessages.map(({ typeName, typeUrl, aminoName }) => [typeUrl, converter(codecOf<Plain>(typeName), aminoName)]),
);

function converter(codec: Codec<Plain>, aminoType: string): AminoConverter {
  return {
    aminoType,
    toAmino: (value: Plain): Plain => {
      codec.encode(value); // throws on what the message does not have
      return toAmino(codec.schema, value);
    },
    fromAmino: (json: unknown): Plain => codec.fromJson(json),
  };
}

function toAmino(schema: MessageSchema, value: Plain): Plain {
  const json: Plain = {};
  for (const field of schema.fields) {
    const content = value[field.name];
    if (content === undefined || content === null || isEmpty(field, content)) continue;
    json[field.protoName] = field.repeated ? (content as unknown[]).map(item => scalarOrMessage(field, item)) : scalarOrMessage(field, content);
  }
  return json;
}

function scalarOrMessage(field: FieldSchema, content: unknown): unknown {
  if (field.type.kind === 'message' && field.type.message.typeName === coinTypeName) return coinJson(content as Coin);
  if (field.type.kind === 'message') return toAmino(field.type.message, content as Plain);
  if (content instanceof Uint8Array) return Buffer.from(content).toString('base64');
  return typeof content === 'bigint' ? content.toString() : content;
}

/** A coin always has both of its names: the SDK keeps them even when empty. */
function coinJson({ denom = '', amount = '' }: Partial<Coin>): Plain {
  return { denom, amount };
}

function isEmpty(field: FieldSchema, content: unknown): boolean {
  if (field.repeated) return (content as unknown[]).length === 0;
  if (field.type.kind === 'message' || field.oneof !== undefined) return false;
  if (content instanceof Uint8Array) return content.length === 0;
  return content === '' || content === 0 || content === 0n || content === false;
}
