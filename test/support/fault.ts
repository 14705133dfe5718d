/**
 * Loaded into a node of a test before everything else (`NODE_OPTIONS=--import=…`): makes it go wrong in one way, by changing what
 * classes of the product do. WINDLASS_TEST_FAULT is `<kind>@<when>`: from a height on, or as soon as a file is there. The product
 * itself knows nothing of it.
 */
import { existsSync, writeFileSync } from 'node:fs';
import { KernelHost } from '../../app/host/index.js';
import type { Context } from '../../chain/index.js';
import { Kernel, KernelStorage } from '../../kernel/index.js';
import { DeliveryRun } from '../../kernel/vat/delivery-run.js';

const faults = { bank: corruptBank, result: flipResult, count: raiseCounts, meter: raiseMeter, order: exchangeOrder } as const;
export type FaultKind = keyof typeof faults;

const [kind, when = ''] = (process.env['WINDLASS_TEST_FAULT'] ?? '').split(/@(.*)/s);
const isDue = (height: bigint): boolean => (/^\d+$/.test(when) ? height >= BigInt(when) : existsSync(when));

/** Whether the run that began last is one that goes wrong. */
let isWrong = false;
const { startRun } = KernelHost.prototype;
KernelHost.prototype.startRun = function (this: KernelHost, of, ...more) {
  isWrong = isDue(of);
  return startRun.call(this, of, ...more);
};
if (kind !== undefined && kind in faults) faults[kind as FaultKind]();

/** Once: a row of the bank's store that no transaction wrote. The file, if it is one, is told the height. */
function corruptBank(): void {
  const { mergeKernelRun } = KernelHost.prototype;
  let isDone = false;
  KernelHost.prototype.mergeKernelRun = async function (this: KernelHost, ctx: Context): Promise<void> {
    await mergeKernelRun.call(this, ctx);
    if (isDone || !isDue(ctx.height)) return;
    isDone = true;
    ctx.store('bank').set(Uint8Array.of(0xff, 1), Uint8Array.of(1));
    if (existsSync(when)) writeFileSync(when, String(ctx.height));
  };
}

/** What a vat reads of its store: a number in it is one higher. */
function flipResult(): void {
  const { get } = KernelStorage.prototype;
  KernelStorage.prototype.get = function (this: KernelStorage, key) {
    const value = get.call(this, key);
    return isWrong && key.startsWith('vs.') && value !== undefined ? value.replace(/\+(\d+)/, (_, digits: string) => `+${Number(digits) + 1}`) : value;
  };
}

/** The kernel counts a reference too many to each promise that it writes. */
function raiseCounts(): void {
  const { set } = KernelStorage.prototype;
  KernelStorage.prototype.set = function (this: KernelStorage, key, value) {
    set.call(this, key, isWrong && key.startsWith('p.') ? value.replace(/^(f|r) (\d+)/, (_, state: string, count: string) => `${state} ${Number(count) + 1}`) : value);
  };
}

/** The engine counts a computron more in each delivery. */
function raiseMeter(): void {
  const { onReply } = DeliveryRun.prototype;
  DeliveryRun.prototype.onReply = function (this: DeliveryRun, frame) {
    if (!isWrong) return onReply.call(this, frame);
    const bytes = Buffer.from(frame.bytes.toString('latin1').replace(/"compute":(\d+)/, (_, count: string) => `"compute":${Number(count) + 1}`), 'latin1');
    onReply.call(this, { bytes, length: frame.length + bytes.length - frame.bytes.length });
  };
}

/** Actions are taken in the other order. */
function exchangeOrder(): void {
  const { run } = Kernel.prototype;
  Kernel.prototype.run = function (this: Kernel, input, ...more) {
    return run.call(this, isWrong ? { ...input, actions: [...input.actions].reverse() } : input, ...more);
  };
}
