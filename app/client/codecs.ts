/** The one set of codecs of client and command line: the chain's messages and the kernel's. */
import { join } from 'node:path';
import { makeCodecs, type Codec } from '../../chain/codec/index.js';
import { chainProtoFolder, packageRoot } from '../../chain/codec/roots.js';

/** windlass.kernel.v1. */
export const appProtoFolder: string = join(packageRoot, 'app', 'proto');

const codecs = makeCodecs([chainProtoFolder, appProtoFolder]);

/** Throws if no .proto file of the package defines the type, such as `windlass.kernel.v1.MsgInvoke`. */
export function codecOf<T>(typeName: string): Codec<T> {
  return codecs.of<T>(typeName);
}

export function hasCodec(typeName: string): boolean {
  return codecs.has(typeName);
}
