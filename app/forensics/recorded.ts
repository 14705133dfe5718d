/** What the recorder of a home has of a block, for bundles, for peers, and for comparisons. Reading takes no lock, and is bounded by the recorder's pool. */
import { heightHash, isLineType, laneD, laneOf, lastComplete, linesOf, readAttempts, readFrames, typeOf, writeLine, type Attempt, type Frame } from '../recorder/index.js';

export type RecordedBlock = {
  readonly attempts: readonly Attempt[];
  /** Hash of lane D of the attempt that counts; undefined when the block is not there as a whole. */
  readonly lane: string | undefined;
  /** The vats that had a delivery. */
  readonly vats: readonly string[];
};

/** Nothing of the block: no attempts. */
export function readBlock(folder: string, height: bigint): RecordedBlock {
  const attempts = readAttempts(folder, frame => frame.height === height);
  const [run, block] = [lastComplete(attempts, height, 'run'), lastComplete(attempts, height, 'block')];
  const vats = new Set(attempts.flatMap(attempt => vatsIn(attempt)));
  return { attempts, lane: run && block ? heightHash(run.lane, block.lane) : undefined, vats: [...vats].sort() };
}

/** Lines of one step of the last complete attempt, lane D and rows, without local parts; undefined when it is not there. */
export function readCrank(folder: string, height: bigint, step: number): string[] | undefined {
  const attempts = readAttempts(folder, frame => frame.height === height && frame.stream === 'run');
  const attempt = lastComplete(attempts, height, 'run');
  if (!attempt) return undefined;
  const mine = attempt.frames.flatMap(frame => [...linesOf(frame)]).filter(read => read.type !== undefined && laneOf(read.type) !== 'L' && 'crank' in read.line && read.line.crank === step);
  return mine.length === 0 ? undefined : mine.map(read => (read.type === undefined ? read.text : `${read.d.slice(0, -1)},"~":{}}`));
}

/** Lane D of a block's last attempts, run before block; `full` has every attempt with all lines. */
export function textsOf({ attempts }: RecordedBlock, height: bigint): { readonly laneD: string; readonly full: string } {
  const whole = (['run', 'block'] as const).map(stream => lastComplete(attempts, height, stream)).filter(attempt => attempt !== undefined);
  return { laneD: whole.map(attempt => laneDOf(boundedText(attempt.frames))).join(''), full: boundedText(attempts.flatMap(({ frames }) => frames)) };
}

/** Lines of the blocks before a height, as far back as `from`, and local lines meanwhile. */
export function textBefore(folder: string, from: bigint, height: bigint): { readonly before: string; readonly local: string } {
  const before: Frame[] = [];
  const local: Frame[] = [];
  for (const frame of readFrames(folder)) {
    const list = frame.stream === 'local' ? local : frame.height >= from && frame.height < height ? before : undefined;
    list?.push({ ...frame, body: Buffer.from(frame.body) }); // bodies are views of a segment that is let go
  }
  return { before: boundedText(before), local: boundedText(local) };
}

/** A block may have recorded more than a text can hold. */
const textBytesMax = 64 * 1024 * 1024;

/** Lines of frames as far as they have room, and then a line that counts the others. */
export function boundedText(frames: readonly Frame[], bytesMax: number = textBytesMax): string {
  let bytes = 0;
  let taken = 0;
  while (taken < frames.length && bytes + (frames[taken]?.body.length ?? 0) <= bytesMax) bytes += frames[taken++]?.body.length ?? 0;
  const rest = frames.slice(taken);
  const text = Buffer.concat(frames.slice(0, taken).map(({ body }) => body)).toString('utf8');
  const missing = rest.reduce((sum, { entries, body }) => ({ entries: sum.entries + entries, bytes: sum.bytes + body.length }), { entries: 0, bytes: 0 });
  return rest.length === 0 ? text : `${text}${writeLine({ type: 'gap', ...missing }, { t: 0, m: 0 })}`;
}

function laneDOf(text: string): string {
  const lines = text.split('\n').filter(line => {
    const type = typeOf(line);
    return type !== undefined && isLineType(type) && laneOf(type) === 'D';
  });
  return lines.map(line => `${laneD(line) ?? ''}\n`).join('');
}

function vatsIn({ frames }: Attempt): string[] {
  return frames.flatMap(frame => [...linesOf(frame)]).map(read => (read.type === 'deliver' && 'vat' in read.line ? read.line.vat : undefined)).filter(vat => vat !== undefined);
}
