/**
 * What a zip must look like before it is unpacked: local records one after another from the first byte on, the central
 * directory in the same order right behind them, the end record, and nothing else. So no two entries share bytes (what
 * makes a small zip expensive), none is hidden from one reader and seen by another, and the work is bounded by the size.
 * It is the only layout that @endo/zip writes.
 */

const localSignature = 0x04034b50;
const centralSignature = 0x02014b50;
const endSignature = 0x06054b50;
const localHeaderBytes = 30;
const centralHeaderBytes = 46;
const endRecordBytes = 22;
const directoryAttribute = 0x10;

type Entry = { readonly name: string; readonly start: number };

/** The names of a zip's entries in order, or what is wrong with its layout. Hashes and checksums are not looked at. */
export function readZipLayout(zip: Buffer): { readonly names: readonly string[] } | { readonly wrong: string } {
  try {
    return { names: readLayout(zip).map(entry => entry.name) };
  } catch (error) {
    if (error instanceof LayoutError) return { wrong: error.message };
    throw error;
  }
}

class LayoutError extends Error {}

function demand(holds: boolean, wrong: string): asserts holds {
  if (!holds) throw new LayoutError(wrong);
}

function readLayout(zip: Buffer): readonly Entry[] {
  const end = zip.length - endRecordBytes;
  demand(end >= 0 && zip.readUInt32LE(end) === endSignature, 'the zip has no end record at its end');
  const count = zip.readUInt16LE(end + 10);
  const directoryStart = zip.readUInt32LE(end + 16);
  demand(zip.readUInt16LE(end + 4) === 0 && zip.readUInt16LE(end + 6) === 0, 'the zip has several disks');
  demand(zip.readUInt16LE(end + 8) === count && count < 0xffff, 'the zip counts its entries in two ways');
  demand(zip.readUInt32LE(end + 12) === end - directoryStart, 'the central directory does not end where the end record begins');
  demand(zip.readUInt16LE(end + 20) === 0, 'the zip has a comment');
  const entries = readLocalRecords(zip, count, directoryStart);
  checkDirectory(zip, entries, directoryStart, end);
  return entries;
}

function readLocalRecords(zip: Buffer, count: number, directoryStart: number): readonly Entry[] {
  const entries: Entry[] = [];
  const names = new Set<string>();
  let at = 0;
  for (let index = 0; index < count; index += 1) {
    demand(at + localHeaderBytes <= directoryStart && zip.readUInt32LE(at) === localSignature, `entry ${index} is not where it must be`);
    demand(zip.readUInt16LE(at + 6) === 0, `entry ${index} has flags`);
    demand(zip.readUInt16LE(at + 8) === 0, `entry ${index} is compressed`);
    const size = zip.readUInt32LE(at + 18);
    const nameLength = zip.readUInt16LE(at + 26);
    demand(zip.readUInt32LE(at + 22) === size, `entry ${index} has two sizes`);
    demand(zip.readUInt16LE(at + 28) === 0, `entry ${index} has extra fields`);
    const nameEnd = at + localHeaderBytes + nameLength;
    demand(nameEnd + size <= directoryStart, `entry ${index} reaches into the central directory`);
    const name = readName(zip.subarray(at + localHeaderBytes, nameEnd));
    demand(name !== undefined, `the name of entry ${index} is empty or not UTF-8`);
    demand(!names.has(name), `there are two entries ${JSON.stringify(name)}`);
    names.add(name);
    entries.push({ name, start: at });
    at = nameEnd + size;
  }
  demand(at === directoryStart, 'there are bytes between the entries and the central directory');
  return entries;
}

/** That local and central sizes, checksums and methods agree is left to @endo/zip. */
function checkDirectory(zip: Buffer, entries: readonly Entry[], directoryStart: number, end: number): void {
  let at = directoryStart;
  for (const [index, { name, start }] of entries.entries()) {
    demand(at + centralHeaderBytes <= end && zip.readUInt32LE(at) === centralSignature, `directory entry ${index} is not where it must be`);
    const nameEnd = at + centralHeaderBytes + zip.readUInt16LE(at + 28);
    demand(zip.readUInt16LE(at + 30) === 0 && zip.readUInt16LE(at + 32) === 0, `directory entry ${index} has extra fields or a comment`);
    demand((zip.readUInt32LE(at + 38) & directoryAttribute) === 0, `entry ${index} is a folder`);
    demand(zip.readUInt16LE(at + 34) === 0 && zip.readUInt32LE(at + 42) === start, `directory entry ${index} points elsewhere`);
    demand(nameEnd <= end && readName(zip.subarray(at + centralHeaderBytes, nameEnd)) === name, `entry ${index} has two names`);
    at = nameEnd;
  }
  demand(at === end, 'the central directory has more entries than it counts');
}

function readName(bytes: Buffer): string | undefined {
  const name = bytes.toString('utf8');
  return name !== '' && Buffer.from(name, 'utf8').equals(bytes) ? name : undefined;
}
