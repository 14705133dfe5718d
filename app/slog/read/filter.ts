/** Which lines a user wants to see, and how much of them. */
import { laneD } from '../../recorder/index.js';
import { laneOfLine, type LaneName } from './lanes.js';

export type LineFilter = {
  readonly heights: { readonly first: bigint; readonly last: bigint } | undefined;
  readonly cranks: { readonly first: number; readonly last: number } | undefined;
  readonly vat: string | undefined;
  readonly lane: LaneName | undefined;
  /** Seconds of the wall clock, since 1970. */
  readonly since: number | undefined;
};

export const everyLine: LineFilter = { heights: undefined, cranks: undefined, vat: undefined, lane: undefined, since: undefined };

type Members = { readonly height?: string; readonly crank?: number; readonly vat?: string; readonly '~'?: { readonly t?: number } };

/** Goes through lines in their order: a line belongs to the height whose beginning came last. */
export class LineSieve {
  readonly #filter: LineFilter;
  #height: bigint | undefined;

  constructor(filter: LineFilter) {
    this.#filter = filter;
  }

  /** What is shown of the line (without a line feed); undefined when it is not wanted. */
  take(text: string): string | undefined {
    const { heights, cranks, vat, lane, since } = this.#filter;
    const kind = laneOfLine(text);
    if (heights || cranks || vat !== undefined || since !== undefined) {
      const members = membersOf(text);
      if (!members) return undefined;
      if (/^\{"type":"(?:run|block)-begin"/.test(text) && members.height !== undefined) this.#height = BigInt(members.height);
      const isWanted = this.#isWithin(members) && (!cranks || within(members.crank, cranks)) && (vat === undefined || members.vat === vat)
        && (since === undefined || (members['~']?.t ?? 0) >= since);
      if (!isWanted) return undefined;
    }
    if (lane === undefined) return text;
    if (lane === 'soft') return kind !== 'local' && text.includes('"soft":{') ? text : undefined;
    if (lane !== kind) return undefined;
    return kind === 'deterministic' ? laneD(text) : text;
  }

  #isWithin({ height }: Members): boolean {
    const { heights } = this.#filter;
    if (!heights) return true;
    const own = height === undefined ? this.#height : BigInt(height);
    return own !== undefined && own >= heights.first && own <= heights.last;
  }
}

function within(crank: number | undefined, { first, last }: { readonly first: number; readonly last: number }): boolean {
  return crank !== undefined && crank >= first && crank <= last;
}

/** Undefined for what is no line. */
function membersOf(text: string): Members | undefined {
  try {
    return JSON.parse(text) as Members;
  } catch {
    return undefined; // torn or foreign: without filters it is shown as it is
  }
}
