/** Lines of one attempt on their way into frames, and the running hash over them. */
import { sealFrame, headerBytes, type Stream } from './frames.js';
import { closeLine, LaneHash, openLine, type Line, type LocalPart } from './lines/index.js';

/** Lines are written at the latest when they have so many characters. */
export const flushLength = 16 * 1024;

export type FrameOf = { readonly frame: Buffer; readonly sequence: bigint; readonly height: bigint };

/** One for all frames: a frame is written before the next one is made. */
let scratch = Buffer.allocUnsafeSlow(64 * 1024);

export class StreamBuffer {
  readonly stream: Stream;
  readonly height: bigint;
  readonly attempt: number;
  readonly #hash = new LaneHash();
  #text = '';
  #entries = 0;
  #crank = 0;
  #isFirst = true;
  /** Lines of it that are not in any file. */
  lost = { entries: 0, bytes: 0 };

  constructor(stream: Stream, height: bigint, attempt: number) {
    this.stream = stream;
    this.height = height;
    this.attempt = attempt;
  }

  /** Characters that wait. */
  get length(): number {
    return this.#text.length;
  }

  /** The hash over all of lane D so far, hex. */
  get lane(): string {
    return this.#hash.hex;
  }

  /** `local`: its text as closeLine makes it. */
  add(line: Line, local: string): void {
    const open = openLine(line);
    this.#text += `${open}${local}\n`;
    this.#hash.addOpen(line.type, open);
    this.#entries += 1;
    if ('crank' in line) this.#crank = line.crank;
  }

  /** The last line of the stream: its local part says the whole hash. */
  addLast(line: Line, local: LocalPart): void {
    const open = openLine(line);
    this.#hash.addOpen(line.type, open);
    this.#text += `${open}${closeLine({ ...local, lane: this.#hash.hex })}\n`;
    this.#entries += 1;
  }

  /** Lines that wait. */
  get waiting(): number {
    return this.#entries;
  }

  /** What waits, as a frame, which is good until the next one is made, of any stream. */
  take(sequence: bigint, isLast: boolean): FrameOf {
    const frame = this.#frameOf(this.#text);
    sealFrame(frame, {
      sequence, stream: this.stream, height: this.height, attempt: this.attempt, crankNum: BigInt(this.#crank), entries: this.#entries,
      lane: this.#hash.hex, isFirst: this.#isFirst, isLast, isThinned: false,
    });
    return { frame, sequence, height: this.height };
  }

  /** Nothing waits any more: it is in a file, or it is lost. */
  written(): void {
    this.#text = '';
    this.#entries = 0;
    this.#isFirst = false;
  }

  #frameOf(text: string): Buffer {
    const most = headerBytes + text.length * 3;
    if (most > scratch.length) scratch = Buffer.allocUnsafeSlow(2 * most);
    return scratch.subarray(0, headerBytes + scratch.write(text, headerBytes, 'utf8'));
  }
}
