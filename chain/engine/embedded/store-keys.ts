/**
 * Every key of blocks.db. Heights are 16 hex digits, so that keys sort as the heights do; hashes are lower-case hex.
 *
 *   b/<height>  block            m/<height>  its meta         c/<height>  the commit that decided it
 *   h/<hash>    height of a block hash        r/<height>  FinalizeBlock's response    s/<height>  chain state after it
 *   t/<hash>    <height>/<index> of a tx      i/<height>/<index>  its hash
 *   e/tx/<key>/<value hash>/<height>/<index>  value           e/block/<key>/<value hash>/<height>  value
 */
import { createHash } from 'node:crypto';

export const heightText = (height: bigint): string => height.toString(16).padStart(16, '0');
export const indexText = (index: number): string => index.toString(16).padStart(8, '0');
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

export const blockKey = (height: bigint): string => `b/${heightText(height)}`;
export const metaKey = (height: bigint): string => `m/${heightText(height)}`;
export const commitKey = (height: bigint): string => `c/${heightText(height)}`;
export const blockHashKey = (hash: Uint8Array): string => `h/${hex(hash)}`;
export const responseKey = (height: bigint): string => `r/${heightText(height)}`;
export const stateKey = (height: bigint): string => `s/${heightText(height)}`;
export const txKey = (hash: Uint8Array): string => `t/${hex(hash)}`;
export const txPlaceKey = (height: bigint, index: number): string => `i/${heightText(height)}/${indexText(index)}`;

/** Where something indexed is: a block (index 0) or a tx in it. */
export type Place = { readonly height: bigint; readonly index: number };
export type Indexed = 'tx' | 'block';

/** Prefix of all rows of one event attribute, such as `transfer.sender`. */
export const attributePrefix = (kind: Indexed, attribute: string): string => `e/${kind}/${encodeURIComponent(attribute)}/`;
/** Prefix of the rows with one value; values may be long, so their hash stands in the key and they in the row. */
export const valuePrefix = (kind: Indexed, attribute: string, value: string): string =>
  `${attributePrefix(kind, attribute)}${createHash('sha256').update(value, 'utf8').digest('hex').slice(0, 32)}/`;
export const placeText = (kind: Indexed, { height, index }: Place): string =>
  kind === 'tx' ? `${heightText(height)}/${indexText(index)}` : heightText(height);

/** The place at the end of a key or in a t/ row. */
export function placeAtEnd(kind: Indexed, text: string): Place {
  const parts = text.split('/');
  const index = kind === 'tx' ? Number.parseInt(parts.pop() ?? '', 16) : 0;
  return { height: BigInt(`0x${parts.pop() ?? ''}`), index };
}

/** The height at the end of a b/, m/, r/ or s/ key. */
export const heightAtEnd = (key: string): bigint => BigInt(`0x${key.slice(key.lastIndexOf('/') + 1)}`);
