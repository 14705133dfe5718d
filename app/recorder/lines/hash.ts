/**
 * The running hash over lane D of one attempt. It is chained over units, whose last line ends with `endsUnit` of the schema, so that it does not
 * depend on how lines were cut into frames: next = sha256(hex of the hash before ‖ the lane D lines of the unit, each with its line feed).
 */
import { hash } from 'node:crypto';
import { endsUnit, laneOf, type LineType } from './schema.js';

export const firstLaneHash = hash('sha256', 'windlass recorder 1', 'hex');

export class LaneHash {
  #hash = firstLaneHash;
  #unit = '';

  /** Hex, after the last unit that ended. */
  get hex(): string {
    return this.#hash;
  }

  /** `d`: the lane D text with its brace, without line feed. Lines of other lanes change nothing. */
  add(type: LineType, d: string): void {
    this.addOpen(type, d.slice(0, -1));
  }

  /** As `add`, with the text that openLine makes. */
  addOpen(type: LineType, open: string): void {
    if (laneOf(type) !== 'D') return;
    this.#unit += `${open}}\n`;
    if (!endsUnit(type)) return;
    this.#hash = hash('sha256', this.#hash + this.#unit, 'hex');
    this.#unit = '';
  }
}

/** The D hash of a height: of both its streams, hex to hex. A height without a run has an empty one. */
export function heightHash(run: string, block: string): string {
  return hash('sha256', Buffer.from(run + block, 'hex'), 'hex');
}
