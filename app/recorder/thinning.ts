/** What stays of a segment when there is no room: every frame with the lines of the ladder, and how many lines are missing. */
import { encodeFrame, framesOf, type Frame } from './frames.js';
import { splitLines, typeOf, writeLine, type LineType, type LocalPart } from './lines/index.js';

const ladderTypes: ReadonlySet<string> = new Set<LineType>([
  'run-begin', 'crank-finish', 'run-end', 'block-begin', 'block-end', 'panic', 'commit', 'confirm', 'gap', 'local/start', 'local/stop',
]);

/** The frames of a segment, thinned; each keeps its sequence. */
export function thinnedFrames(segment: Buffer, local: LocalPart): Buffer[] {
  return [...framesOf(segment)].map(frame => thinned(frame, local));
}

function thinned(frame: Frame, local: LocalPart): Buffer {
  let kept = '';
  let [entries, bytes] = [0, 0];
  for (const text of splitLines(frame.body.toString('utf8'))) {
    const type = typeOf(text);
    if (type !== undefined && ladderTypes.has(type)) {
      kept += `${text}\n`;
      continue;
    }
    entries += 1;
    bytes += Buffer.byteLength(text) + 1;
  }
  if (entries > 0) kept += writeLine({ type: 'gap', entries, bytes }, local);
  return encodeFrame({ ...frame, isThinned: frame.isThinned || entries > 0 }, Buffer.from(kept));
}
