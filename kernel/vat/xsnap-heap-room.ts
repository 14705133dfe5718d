/**
 * How much room for objects a heap snapshot gives to whoever starts from it. The engine reads both numbers from the
 * snapshot's atom CREA and has no other way to be told.
 *
 * By itself the engine makes its table of slots larger only when a collection finds nothing to free, by 131,072 slots of 32
 * bytes. Until then it collects ever more often: with 3,000 promises outstanding (185 slots each) a small delivery of 3,200
 * slots spent nine tenths of its time collecting, and a vat that grows collects some 17 times for each step.
 */

/** 48 MiB, which a worker takes at its start; with the 32 MiB that chunks may grow to before a collection it is 84 MiB in all. */
const slotsAtStart = 1_572_864;
/** 32 MiB at a time. */
const slotsPerStep = 1_048_576;
/** What the engine begins with; anything else would be another engine. */
const engineSlotsPerStep = 131_072;

/** Writes both numbers into a snapshot. Throws an Error when it does not read as this engine's. */
export function giveRoom(snapshot: Buffer): void {
  const at = contentOf(snapshot, 'CREA');
  const [atStart, perStep] = [at + 8, at + 12]; // after the sizes of the chunk space
  const slots = snapshot.readInt32LE(atStart);
  if (snapshot.readInt32LE(perStep) !== engineSlotsPerStep || slots <= 0 || slots > slotsAtStart) {
    throw new Error('the base snapshot is not laid out as this engine lays it out');
  }
  snapshot.writeInt32LE(slotsAtStart, atStart);
  snapshot.writeInt32LE(slotsPerStep, perStep);
}

/** A snapshot is one atom of atoms, each its length in four bytes (big-endian, all of it), four letters, and the content. */
function contentOf(snapshot: Buffer, name: string): number {
  for (let at = 8; at + 8 <= snapshot.length; at += Math.max(8, snapshot.readUInt32BE(at))) {
    if (snapshot.toString('latin1', at + 4, at + 8) === name) return at + 8;
  }
  throw new Error(`the base snapshot has no ${name}`);
}
