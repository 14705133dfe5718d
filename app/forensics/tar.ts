/** A tar archive (POSIX ustar) of some files, for `forensics collect`: one block of 512 bytes before each, two of zeros at the end. */

export type TarEntry = { readonly name: string; readonly content: Uint8Array };

const blockBytes = 512;
const nameMax = 100;

/** Names of at most 100 bytes; owners and times are left out, so that the same files give the same archive. */
export function* tarOf(entries: Iterable<TarEntry>): Iterable<Uint8Array> {
  for (const { name, content } of entries) {
    if (Buffer.byteLength(name) > nameMax) throw new RangeError(`${name}: the name is too long for the archive`);
    yield headerOf(name, content.length);
    yield content;
    yield Buffer.alloc((blockBytes - (content.length % blockBytes)) % blockBytes);
  }
  yield Buffer.alloc(2 * blockBytes);
}

function headerOf(name: string, size: number): Buffer {
  const header = Buffer.alloc(blockBytes);
  const octal = (value: number, at: number, digits: number): void => void header.write(`${value.toString(8).padStart(digits, '0')}\0`, at, 'latin1');
  header.write(name, 0, 'utf8');
  octal(0o600, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(0, 136, 11);
  header.write('        0', 148, 'latin1'); // the checksum counts as spaces; type 0 is a file
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  return header;
}
