/**
 * WTF-8: UTF-8 that also encodes lone surrogates, so that any JavaScript string has bytes and comes back the same. Vat
 * store keys and values are such strings; their order is the order of these bytes. Bytes are held as text of
 * characters 0 to 255.
 */
export function wtf8FromText(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text;
  return wtf8Bytes(text).toString('latin1');
}

export function textFromWtf8(bytes: string): string {
  if (/^[\x00-\x7f]*$/.test(bytes)) return bytes;
  return textOfWtf8(Buffer.from(bytes, 'latin1'));
}

/** The bytes of any JavaScript string. */
export function wtf8Bytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, 'utf8');
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const paired = unit < 0xdc00 && text.charCodeAt(at + 1) >= 0xdc00 && text.charCodeAt(at + 1) <= 0xdfff;
    if (paired) {
      at += 1;
      continue;
    }
    parts.push(Buffer.from(text.slice(from, at), 'utf8'));
    parts.push(Buffer.from([0xe0 | (unit >> 12), 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]));
    from = at + 1;
  }
  parts.push(Buffer.from(text.slice(from), 'utf8'));
  return Buffer.concat(parts);
}

/** The inverse of wtf8Bytes, for bytes that it made. */
export function textOfWtf8(given: Uint8Array): string {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
  const plain = bytes.toString('utf8');
  if (!plain.includes('\ufffd')) return plain;
  let text = '';
  let from = 0;
  for (let at = 0; at + 2 < bytes.length; at += 1) {
    const isSurrogate = bytes[at] === 0xed && (bytes[at + 1] as number) >= 0xa0;
    if (!isSurrogate) continue;
    text += bytes.toString('utf8', from, at);
    text += String.fromCharCode(0xd000 | (((bytes[at + 1] as number) & 0x3f) << 6) | ((bytes[at + 2] as number) & 0x3f));
    at += 2;
    from = at + 1;
  }
  return text + bytes.toString('utf8', from);
}

/** How many bytes a string has in WTF-8. A lone surrogate has three, as Buffer.byteLength counts it too. */
export function wtf8Length(text: string): number {
  return Buffer.byteLength(text, 'utf8');
}
