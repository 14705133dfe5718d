/**
 * Loaded into a node of a test before everything else (`NODE_OPTIONS=--import=…`): makes it go wrong at one height, in one way, by
 * changing what classes of the product do. WINDLASS_TEST_FAULT is `<kind>@<height>`; the product itself knows nothing of it.
 */
import { KernelHost } from '../../app/host/index.js';
import type { Context } from '../../chain/index.js';
import { KernelStorage } from '../../kernel/index.js';

const [kind, at] = (process.env['WINDLASS_TEST_FAULT'] ?? '').split('@');
const height = BigInt(at ?? '0');

if (kind === 'bank') corruptBank();
if (kind === 'result') flipResult();

/** A row of the bank's store that no transaction wrote. */
function corruptBank(): void {

  const { mergeKernelRun } = KernelHost.prototype;
  KernelHost.prototype.mergeKernelRun = async function (this: KernelHost, ctx: Context): Promise<void> {
    await mergeKernelRun.call(this, ctx);
    if (ctx.height === height) ctx.store('bank').set(Uint8Array.of(0xff, 1), Uint8Array.of(1));
  };
}

/** What a vat reads of its store, in every run from that height on: a number in it is one higher. */
function flipResult(): void {
  const { startRun } = KernelHost.prototype;
  let isWrong = false;
  KernelHost.prototype.startRun = function (this: KernelHost, of, ...more) {
    isWrong = of >= height;
    return startRun.call(this, of, ...more);
  };
  const { get } = KernelStorage.prototype;
  KernelStorage.prototype.get = function (this: KernelStorage, key) {
    const value = get.call(this, key);
    return isWrong && key.startsWith('vs.') && value !== undefined ? value.replace(/\+(\d+)/, (_, digits: string) => `+${Number(digits) + 1}`) : value;
  };
}
