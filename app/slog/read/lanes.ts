/** Lanes by the names that users give them. */
import { isLineType, laneOf, typeOf } from '../../recorder/index.js';

/** `deterministic`: what nodes must agree on; `rows`: rows of the kernel; `soft`: lines that have a soft part; `local`: of this host alone. */
export type LaneName = 'deterministic' | 'rows' | 'soft' | 'local';

export const laneNames: Readonly<Record<string, LaneName>> = { d: 'deterministic', k: 'rows', s: 'soft', l: 'local' };

/** A type that this release does not know is taken to be deterministic, unless it says that it is local. */
export function laneOfLine(text: string): Exclude<LaneName, 'soft'> {
  const type = typeOf(text) ?? '';
  if (!isLineType(type)) return type.startsWith('local/') ? 'local' : 'deterministic';
  const lane = laneOf(type);
  return lane === 'D' ? 'deterministic' : lane === 'K' ? 'rows' : 'local';
}
