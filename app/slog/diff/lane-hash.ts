import { isLineType, LaneHash } from '../../recorder/index.js';
import type { Attempt } from '../read/attempt.js';
import { deterministicPart, linesOf, typeOfLine } from '../read/line-bytes.js';

const shortHexDigits = 32;

/** First 16 bytes of the hash over lane D, in hex; of the lines themselves, whatever an index says. */
export async function laneDOf(attempt: Attempt): Promise<string> {
  const hash = new LaneHash();
  let hasBegun = false;
  for await (const block of attempt.lines()) {
    for (const line of linesOf(block)) {
      const type = typeOfLine(line);
      hasBegun ||= type === `${attempt.stream}-begin`;
      if (hasBegun && type !== undefined && isLineType(type)) hash.add(type, deterministicPart(line).toString());
    }
  }
  return hash.hex.slice(0, shortHexDigits);
}
