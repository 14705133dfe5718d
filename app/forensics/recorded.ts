/** What the recorder of a home has of a block, for bundles, for peers, and for comparisons. Reading takes no lock, and is bounded by the recorder's pool. */
import { Bounded } from './bounded.js';
import { attemptsOf, heightHash, isLineType, laneD, laneOf, lastComplete, linesOf, readAttempts, readFrames, splitLines, typeOf, type Attempt, type Frame } from '../recorder/index.js';

export type RecordedBlock = {
  readonly attempts: readonly Attempt[];
  /** Hash of lane D of the attempt that counts; undefined when the block is not there as a whole. */
  readonly lane: string | undefined;
};

export type Surroundings = RecordedBlock & {
  /** Lines of the blocks before, and local ones meanwhile: the last of them that have room. */
  readonly before: readonly Buffer[];
  readonly local: readonly Buffer[];
};

/** The block and so many blocks before it, in one pass over the folder. Nothing of the block: no attempts. */
export function readSurroundings(folder: string, height: bigint, blocksBefore: bigint): Surroundings {
  const mine: Frame[] = [];
  const [before, local] = [new Bounded(), new Bounded()];
  for (const frame of readFrames(folder)) {
    if (frame.stream === 'local') local.add(frame);
    else if (frame.height === height) mine.push({ ...frame, body: Buffer.from(frame.body) }); // bodies are views of a segment that is let go
    else if (frame.height < height && frame.height >= height - blocksBefore) before.add(frame);
  }
  const attempts = attemptsOf(mine);
  return { attempts, lane: laneOfBlock(attempts, height), before: before.pieces, local: local.pieces };
}

function laneOfBlock(attempts: readonly Attempt[], height: bigint): string | undefined {
  const [run, block] = [lastComplete(attempts, height, 'run'), lastComplete(attempts, height, 'block')];
  return run && block ? heightHash(run.lane, block.lane) : undefined;
}

/** Lines of one step of the last complete attempt, lane D and rows, without local parts; undefined when it is not there. */
export function readCrank(folder: string, height: bigint, step: number): string[] | undefined {
  const attempts = readAttempts(folder, frame => frame.height === height && frame.stream === 'run');
  const attempt = lastComplete(attempts, height, 'run');
  if (!attempt) return undefined;
  const mine = attempt.frames.flatMap(frame => [...linesOf(frame)]).filter(read => read.type !== undefined && laneOf(read.type) !== 'L' && 'crank' in read.line && read.line.crank === step);
  return mine.length === 0 ? undefined : mine.map(read => (read.type === undefined ? read.text : `${read.d.slice(0, -1)},"~":{}}`));
}

/** Lane D of a block's last attempts, run before block; `full` has every attempt with all lines. A block may have recorded more than a bundle has room for. */
export function piecesOf({ attempts }: RecordedBlock, height: bigint): { readonly laneD: readonly Buffer[]; readonly full: readonly Buffer[] } {
  const whole = (['run', 'block'] as const).map(stream => lastComplete(attempts, height, stream)).filter(attempt => attempt !== undefined);
  return {
    laneD: whole.flatMap(({ frames }) => boundedPieces(frames)).map(piece => laneDOf(piece)),
    full: boundedPieces(attempts.flatMap(({ frames }) => frames)),
  };
}

/** Bodies of frames as far as they have room, and then a line that counts the others. */
export function boundedPieces(frames: readonly Frame[], bytesMax?: number): readonly Buffer[] {
  const bounded = new Bounded('first', bytesMax);
  for (const frame of frames) bounded.add(frame);
  return bounded.pieces;
}

function laneDOf(piece: Buffer): Buffer {
  let text = '';
  for (const line of splitLines(piece.toString('utf8'))) {
    const type = typeOf(line);
    if (type !== undefined && isLineType(type) && laneOf(type) === 'D') text += `${laneD(line) ?? ''}\n`;
  }
  return Buffer.from(text);
}

/** The vats that had a delivery. */
export function vatsOf({ attempts }: RecordedBlock): readonly string[] {
  const vats = new Set<string>();
  for (const { frames } of attempts) {
    for (const { body } of frames) {
      for (const text of splitLines(body.toString('utf8'))) {
        const vat = typeOf(text) === 'deliver' ? /^\{"type":"deliver","crank":\d+,"vat":"(v\d+)"/.exec(text)?.[1] : undefined;
        if (vat !== undefined) vats.add(vat);
      }
    }
  }
  return [...vats].sort();
}
