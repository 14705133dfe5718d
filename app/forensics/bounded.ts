/** Bodies of frames within a bound: what had no room is counted by a line in its place. */
import { writeLine, type Frame } from '../recorder/index.js';

const bytesMaxDefault = 64 * 1024 * 1024;
const gone = { body: Buffer.alloc(0), entries: 0 };

export class Bounded {
  readonly #keeps: 'first' | 'last';
  readonly #bytesMax: number;
  readonly #kept: Pick<Frame, 'body' | 'entries'>[] = [];
  /** Of what is kept, from where it counts. */
  #from = 0;
  #bytes = 0;
  readonly #missing = { entries: 0, bytes: 0 };

  /** @param keeps which frames, when there are too many */
  constructor(keeps: 'first' | 'last' = 'last', bytesMax: number = bytesMaxDefault) {
    this.#keeps = keeps;
    this.#bytesMax = bytesMax;
  }

  /** Copies the body, which may be a view of a segment that is let go. */
  add({ body, entries }: Pick<Frame, 'body' | 'entries'>): void {
    const isFull = this.#missing.entries > 0 || this.#bytes + body.length > this.#bytesMax;
    if (this.#keeps === 'first' && isFull) return this.#miss({ body, entries });
    this.#kept.push({ body: Buffer.from(body), entries });
    this.#bytes += body.length;
    while (this.#bytes > this.#bytesMax) this.#dropFirst();
  }

  #dropFirst(): void {
    const dropped = this.#kept[this.#from] as Pick<Frame, 'body' | 'entries'>;
    this.#kept[this.#from] = gone;
    this.#from += 1;
    this.#bytes -= dropped.body.length;
    this.#miss(dropped);
  }

  #miss({ body, entries }: Pick<Frame, 'body' | 'entries'>): void {
    this.#missing.entries += entries;
    this.#missing.bytes += body.length;
  }

  get pieces(): readonly Buffer[] {
    const bodies = this.#kept.slice(this.#from).map(({ body }) => body);
    if (this.#missing.entries === 0) return bodies;
    const gap = Buffer.from(writeLine({ type: 'gap', ...this.#missing }, { t: 0, m: 0 }));
    return this.#keeps === 'first' ? [...bodies, gap] : [gap, ...bodies];
  }
}
