/**
 * The segments that frames go into. A segment whose heights are all confirmed may be taken anew; while none is, there are more segments, up to a bound; beyond
 * it, those in the middle of what is not confirmed are thinned to their ladder. Nothing that is not confirmed is written over.
 */
import { frameAt, framesOf, type Frame } from './frames.js';
import type { RecorderFiles, SegmentFile } from './files.js';
import type { LocalPart } from './lines/index.js';
import { segmentIndex, segmentName } from './reader.js';
import { thinnedFrames } from './thinning.js';

export type PoolOptions = {
  readonly files: RecorderFiles;
  /** Segments that are kept, each of so many bytes. */
  readonly count: number;
  readonly segmentBytes: number;
  /** Bytes that segments beyond them may take. */
  readonly overflowBytes: number;
};

type Segment = {
  readonly index: number;
  file: SegmentFile | undefined;
  bytes: number;
  /** Where the next frame goes. */
  end: number;
  /** Sequence of the first frame, and the highest height; undefined while it is empty. */
  first: bigint | undefined;
  highest: bigint;
  isThinned: boolean;
};

/** There is no segment for a frame, and none that could be thinned. Recording ends until there is. */
export class NoRoom extends Error {
  override readonly name = 'NoRoom';
}

export class SegmentPool {
  readonly #options: PoolOptions;
  readonly #segments = new Map<number, Segment>();
  #current: Segment | undefined;
  /** Where thinned frames go, and the sequence of the last of them. */
  #thin: Segment | undefined;
  #thinnedUpTo = -1n;
  /** Written to since the last sync. */
  readonly #unsynced = new Set<Segment>();
  #confirmed: bigint;
  /** Of the last frame. */
  #sequence = 0n;

  /** Looks through the segments that are there; each of their frames is shown to `see`, segment by segment. */
  constructor(options: PoolOptions, confirmed: bigint, see: (frame: Frame) => void) {
    this.#options = options;
    this.#confirmed = confirmed;
    for (const name of options.files.list()) this.#look(segmentIndex(name) as number, name, see);
    this.#dropSpare();
  }

  get sequence(): bigint {
    return this.#sequence;
  }

  get count(): number {
    return this.#segments.size;
  }

  #look(index: number, name: string, see: (frame: Frame) => void): void {
    const bytes = this.#options.files.read(name);
    const segment: Segment = { index, file: undefined, bytes: bytes.length, end: 0, first: undefined, highest: 0n, isThinned: false };
    this.#segments.set(index, segment);
    const frames = framesOf(bytes);
    let last = -1n;
    for (let next = frames.next(); ; next = frames.next()) {
      if (next.done === true) {
        segment.end = next.value;
        break;
      }
      const frame = next.value;
      see(frame);
      last = frame.sequence;
      segment.first ??= frame.sequence;
      if (frame.height > segment.highest) segment.highest = frame.height;
      segment.isThinned ||= frame.isThinned;
    }
    const stray = strayAfter(bytes, segment.end, last);
    if (stray !== undefined) segment.end = bytes.length; // a frame before it was lost with the power: nothing may stand before it again
    const highest = stray ?? last;
    if (highest <= this.#sequence) return;
    this.#sequence = highest;
    if (!segment.isThinned) this.#current = segment;
  }

  /** Every height up to this one may be written over. */
  confirm(height: bigint): void {
    if (height <= this.#confirmed) return;
    this.#confirmed = height;
    this.#dropSpare();
  }

  /** Takes the sequence of the next frame. */
  nextSequence(): bigint {
    this.#sequence += 1n;
    return this.#sequence;
  }

  /** Writes a whole frame. Throws what the files throw, or NoRoom; then it is as if it had not been asked. */
  append(frame: Uint8Array, sequence: bigint, height: bigint, local: () => LocalPart): void {
    if (frame.length > this.#options.segmentBytes) throw new NoRoom(`a frame of ${frame.length} bytes does not fit into a segment`);
    let segment = this.#current;
    if (!segment || segment.end + frame.length > segment.bytes) segment = this.#next(frame.length, local);
    this.#write(segment, frame, sequence, height);
    this.#current = segment;
  }

  #write(segment: Segment, frame: Uint8Array, sequence: bigint, height: bigint): void {
    segment.file ??= this.#options.files.open(segmentName(segment.index));
    segment.file.write(frame, segment.end);
    this.#unsynced.add(segment);
    segment.end += frame.length;
    segment.first ??= sequence;
    if (height > segment.highest) segment.highest = height;
  }

  /** What was written since the last time is on the disk afterwards. */
  sync(): void {
    for (const segment of this.#unsynced) {
      segment.file ??= this.#options.files.open(segmentName(segment.index));
      segment.file.sync();
      if (segment !== this.#current) this.#closeFile(segment);
    }
    this.#unsynced.clear();
  }

  close(): void {
    for (const segment of this.#segments.values()) this.#closeFile(segment);
  }

  #closeFile(segment: Segment): void {
    segment.file?.close();
    segment.file = undefined;
  }

  #isFree(segment: Segment): boolean {
    return segment !== this.#current && segment !== this.#thin && segment.highest <= this.#confirmed;
  }

  /** The segment for the next frame, empty. */
  #next(bytes: number, local: () => LocalPart): Segment {
    const { count, segmentBytes, overflowBytes } = this.#options;
    if (this.#segments.size < count) return this.#create();
    const free = this.#inOrder().find(segment => this.#isFree(segment) && segment.bytes >= bytes);
    if (free) return this.#empty(free);
    if ((this.#segments.size + 1 - count) * segmentBytes <= overflowBytes) return this.#create();
    return this.#thinOne(local);
  }

  /** Oldest first; empty ones before all. */
  #inOrder(): Segment[] {
    return [...this.#segments.values()].sort((a, b) => ((a.first ?? -1n) < (b.first ?? -1n) ? -1 : 1));
  }

  #create(): Segment {
    let index = 0;
    while (this.#segments.has(index)) index += 1;
    const file = this.#options.files.create(segmentName(index), this.#options.segmentBytes);
    const segment: Segment = { index, file, bytes: this.#options.segmentBytes, end: 0, first: undefined, highest: 0n, isThinned: false };
    this.#segments.set(index, segment);
    if (this.#current) this.#closeFile(this.#current);
    return segment;
  }

  /** It is written from its beginning again; what stands behind has lower sequences and is not read. */
  #empty(segment: Segment): Segment {
    if (this.#current) this.#closeFile(this.#current);
    Object.assign(segment, { end: 0, first: undefined, highest: 0n, isThinned: false });
    return segment;
  }

  /**
   * Thins the oldest segment that may be: not the first quarter of what is not confirmed, nor the one just written. Its copy is on disk before it is
   * taken anew; so for a moment there is a segment more than the bound says.
   */
  #thinOne(local: () => LocalPart): Segment {
    const kept = this.#inOrder();
    const head = kept.slice(0, Math.ceil(kept.length / 4));
    const source = kept.find(segment => segment !== this.#current && !segment.isThinned && !head.includes(segment));
    if (!source) throw new NoRoom('no segment is confirmed, and all that may be are thinned already');
    const { files } = this.#options;
    for (const frame of thinnedFrames(files.read(segmentName(source.index)).subarray(0, source.end), local())) {
      const found = frameAt(frame, 0);
      if (!found || found.frame.sequence <= this.#thinnedUpTo) continue; // a disk that was full may have ended it before
      if (!this.#thin || this.#thin.end + frame.length > this.#thin.bytes) this.#thin = Object.assign(this.#create(), { isThinned: true });
      this.#write(this.#thin, frame, found.frame.sequence, found.frame.height);
      this.#thinnedUpTo = found.frame.sequence;
    }
    return this.#empty(source);
  }

  /** Segments beyond the pool go once they are confirmed. */
  #dropSpare(): void {
    if (this.#thin && this.#thin.highest <= this.#confirmed) this.#thin = undefined;
    for (const segment of [...this.#segments.values()].sort((a, b) => b.index - a.index)) {
      if (this.#segments.size <= this.#options.count && segment.bytes === this.#options.segmentBytes) continue;
      if (!this.#isFree(segment)) continue;
      this.#closeFile(segment);
      this.#options.files.remove(segmentName(segment.index));
      this.#segments.delete(segment.index);
      this.#unsynced.delete(segment);
    }
  }
}

/** The sequence of a later frame behind the last one that can be read, if there is one. */
function strayAfter(bytes: Buffer, end: number, last: bigint): bigint | undefined {
  let highest: bigint | undefined;
  for (let at = bytes.indexOf(magicBytes, end); at >= 0; at = bytes.indexOf(magicBytes, at + 1)) {
    const sequence = frameAt(bytes, at)?.frame.sequence;
    if (sequence !== undefined && sequence > (highest ?? last)) highest = sequence;
  }
  return highest;
}

const magicBytes = Buffer.from('WLR1');
