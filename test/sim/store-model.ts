/** A vat's store as the vat remembers it, held against what the kernel answers. */
import assert from 'node:assert/strict';
import { wtf8Bytes } from '../../kernel/index.js';
import type { Random } from '../support/kernel-random.js';
import type { Syscall } from '../support/kernel-scripted.js';

const keyParts = ['', 'a', 'b', '\0', '\u00e9', '\ud800', '\udfff', '\u{1f600}', '\uffff', '.', '~'];

export class StoreModel {
  readonly #rows = new Map<string, string>();

  async set(syscall: Syscall, key: string, value: string): Promise<void> {
    this.#rows.set(key, value);
    await syscall(['vatstoreSet', key, value]);
  }

  /** A new incarnation finds what the old one left. */
  async load(syscall: Syscall): Promise<void> {
    for (let key = await syscall(['vatstoreGetNextKey', '']); typeof key === 'string'; key = await syscall(['vatstoreGetNextKey', key])) {
      this.#rows.set(key, String(await syscall(['vatstoreGet', key])));
    }
  }

  async doSomething(random: Random, syscall: Syscall): Promise<void> {
    const key = `k${random.pick(keyParts)}${random.pick(keyParts)}`;
    switch (random.below(4)) {
      case 0: case 1: return this.set(syscall, key, `${random.pick(keyParts)}${random.below(100)}`);
      case 2: {
        this.#rows.delete(key);
        await syscall(['vatstoreDelete', key]);
        return;
      }
      default: {
        assert.equal(await syscall(['vatstoreGet', key]), this.#rows.get(key) ?? null);
        assert.equal(await syscall(['vatstoreGetNextKey', key]), this.#next(key) ?? null);
      }
    }
  }

  #next(prior: string): string | undefined {
    const later = [...this.#rows.keys()].filter(key => Buffer.compare(wtf8Bytes(key), wtf8Bytes(prior)) > 0);
    return later.sort((a, b) => Buffer.compare(wtf8Bytes(a), wtf8Bytes(b)))[0];
  }
}
