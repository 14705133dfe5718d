/** A key as commands print it: the names that Cosmos SDK tools use. */
import { encodePubkey } from '@cosmjs/proto-signing';
import type { KeyInfo } from '../keyring/keyring.js';
import { codecOf } from '../../client/codecs.js';

export type ShownKey = { name: string; type: string; address: string; pubkey: unknown };

export function shownKey({ name, type, address, publicKey }: KeyInfo): ShownKey {
  const { typeUrl, value } = encodePubkey(publicKey);
  return { name, type, address, pubkey: codecOf('google.protobuf.Any').toJson({ typeUrl, value }) };
}

/** For people a line: the JSON of a public key tells them nothing. */
export function keyLine({ name, type, address }: KeyInfo): string {
  return `${name}\t${address}${type === 'local' ? '' : `\t${type}`}\n`;
}
