/** Which vats are online, noted beside the blocks: after a restart the same ones come back. Nothing that is hashed depends on it. */
import type { HostStore, VatId } from '../../kernel/index.js';
import { asVatId } from '../../kernel/index.js';
import type { RecentVats } from '../app.js';

const recencyKey = 'recency';
/** At most one write in so many milliseconds. */
const restMs = 1000;

export class Recency implements RecentVats {
  readonly before: readonly VatId[] | undefined;
  readonly #store: HostStore;
  #noted: string | undefined;
  #written: string | undefined;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  static async open(store: HostStore): Promise<Recency> {
    return new Recency(store, (await store.rows(recencyKey))[0]?.[1]);
  }

  private constructor(store: HostStore, written: string | undefined) {
    this.#store = store;
    this.#written = written;
    this.before = written?.split(' ').flatMap(text => asVatId(text) ?? []);
  }

  /** The most recently used last. Costs a comparison; the write comes later. */
  note(online: readonly VatId[]): void {
    this.#noted = online.join(' ');
    if (this.#noted !== this.#written) this.#timer ??= setTimeout(() => { this.#write(); }, restMs).unref();
  }

  /** Writes what was noted. Rejects when any write of it has failed. */
  async flush(): Promise<void> {
    this.#write();
    await this.#writing;
  }

  #write(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const value = this.#noted;
    if (value === undefined || value === this.#written) return;
    this.#written = value;
    this.#writing = this.#writing.then(() => this.#store.write([{ key: recencyKey, value }], false));
    this.#writing.catch(() => undefined); // flush tells
  }
}
