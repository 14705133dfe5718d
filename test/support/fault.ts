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
if (kind === 'kernel') corruptRun();

/** A row of the bank's store that no transaction wrote. */
function corruptBank(): void {

  const { mergeKernelRun } = KernelHost.prototype;
  KernelHost.prototype.mergeKernelRun = async function (this: KernelHost, ctx: Context): Promise<void> {
    await mergeKernelRun.call(this, ctx);
    if (ctx.height === height) ctx.store('bank').set(Uint8Array.of(0xff, 1), Uint8Array.of(1));
  };
}

/** Computrons that a vat has used, one more in each step from that height on. */
function corruptRun(): void {

  const { startRun } = KernelHost.prototype;
  let isWrong = false;
  KernelHost.prototype.startRun = function (this: KernelHost, of, stores, trigger) {
    isWrong = of >= height;
    return startRun.call(this, of, stores, trigger);
  };

  const { set } = KernelStorage.prototype;
  KernelStorage.prototype.set = function (this: KernelStorage, key, value) {
    set.call(this, key, isWrong && key.endsWith('.refs') ? `${value}0` : value);
  };
}
