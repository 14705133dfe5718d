/** Why a text is no bech32, in the words that users of the Cosmos SDK search for. */

const charset = 'qpzry9x8gf2tvdw0s3jn54khce6mua7l';
const generators = [0x3b6a57b2, 0x26508e6d, 0x1ea119fa, 0x3d4233dd, 0x2a1462b3];
/** A human-readable part, the separator and six characters of checksum. */
const lengthMin = 8;
const lengthMax = 1023;

/** To be asked only of a text that a decoder has refused; looks at prefix, length, characters and checksum in this order. */
export function problemOfBech32(text: string): string {
  const length = Buffer.byteLength(text);
  if (length < lengthMin || length > lengthMax) return `invalid bech32 string length ${length}`;
  const strange = [...text].find(char => char < '!' || char > '~');
  if (strange !== undefined) return `invalid character in string: '${strange}'`;
  if (text !== text.toLowerCase() && text !== text.toUpperCase()) return 'string not all lowercase or all uppercase';
  return problemOfParts(text.toLowerCase());
}

function problemOfParts(text: string): string {
  const separator = text.lastIndexOf('1');
  if (separator < 1 || separator + 7 > text.length) return `invalid separator index ${separator}`;
  const data = text.slice(separator + 1);
  const strange = [...data].find(char => !charset.includes(char));
  if (strange !== undefined) return `invalid character not part of charset: ${strange.charCodeAt(0)}`;
  const words = [...data.slice(0, -6)].map(char => charset.indexOf(char));
  const [expected, found] = [checksumOf(text.slice(0, separator), words), data.slice(-6)];
  return expected === found ? 'invalid incomplete group' : `invalid checksum (expected ${expected} got ${found})`;
}

/** BIP 173. */
function checksumOf(prefix: string, words: readonly number[]): string {
  const codes = [...prefix].map(char => char.charCodeAt(0));
  const remainder = [...codes.map(code => code >> 5), 0, ...codes.map(code => code & 31), ...words, 0, 0, 0, 0, 0, 0].reduce(nextRemainder, 1) ^ 1;
  return [25, 20, 15, 10, 5, 0].map(shift => charset.charAt((remainder >>> shift) & 31)).join('');
}

function nextRemainder(remainder: number, value: number): number {
  const high = remainder >>> 25;
  return generators.reduce((sum, generator, bit) => ((high >> bit) & 1 ? sum ^ generator : sum), ((remainder & 0x1ffffff) << 5) ^ value);
}
