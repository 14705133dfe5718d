/** What a sender is given, and what it must be able to do. Each runs in a worker thread of its own, beside the node. */
import { isRowsLine, linesOf } from '../read/line-bytes.js';
import { bodyOf } from '../ring/frame-refs.js';
import type { Collected } from '../ring/collector.js';

/** An attempt on its way out. */
export type Piece = Omit<Collected, 'frames'> & {
  /** Of its bodies in the ring: never less than what is sent. */
  readonly bytes: number;
  /** Blocks of whole lines, without rows (`kv`): those are for the ring alone. Throws Overwritten. */
  bodies(): Generator<Buffer>;
};

/** Pieces that a sender did not get, from one height to another. */
export type Lost = { readonly from: bigint; readonly to: bigint; readonly pieces: number; readonly reason: string };

export interface Sender {
  /** Throws or rejects when the piece is lost; what it left behind is then as if it had never come. */
  take(piece: Piece): Promise<void>;
  /** Something is missing here. It is called before the next piece, with all that was lost since the last one. */
  gap(lost: Lost): Promise<void>;
  /** Called now and then, also when nothing comes. */
  idle(): Promise<void>;
  /** The last sequence that this sender has already, from an earlier process; undefined to begin with what comes now. */
  readonly taken: bigint | undefined;
  close(): Promise<void>;
}

/** The ring went over it before it was read. */
export class Overwritten extends Error {
  constructor() {
    super('the recorder had overwritten it');
    this.name = 'Overwritten';
  }
}

export function pieceOf({ frames, ...facts }: Collected): Piece {
  return {
    ...facts,
    bytes: frames.reduce((sum, { length }) => sum + length, 0),
    bodies: function* bodies() {
      for (const frame of frames) {
        const body = bodyOf(frame);
        if (!body) throw new Overwritten();
        const kept = withoutRows(body);
        if (kept.length > 0) yield kept;
      }
    },
  };
}

function withoutRows(body: Buffer): Buffer {
  const lines = [...linesOf(body)];
  if (!lines.some(isRowsLine)) return body;
  return Buffer.concat(lines.filter(line => !isRowsLine(line)).flatMap(line => [line, lineFeed]));
}

const lineFeed = Buffer.from('\n');
