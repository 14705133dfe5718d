/** What tests of workers share: bundles of the small vats, a vat store in a Map, and calls in few words. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Bundle } from '../../app/bundler/index.js';
import { bundle } from '../../app/bundler/index.js';
import type { Passable } from '../../kernel/capdata.js';
import { decodeCapData, encodeCapData, encodeMethargs } from '../../kernel/capdata.js';
import type { DeliveryOutcome, SyscallAnswerer, VatDelivery, VatSyscall, VatSyscallResult } from '../../kernel/vat/protocol.js';
import type { XsnapWorker, XsnapWorkerFactory } from '../../kernel/vat/worker-xsnap.js';

/** The folder of the sources, from wherever the compiled test runs. */
export function projectFolder(): string {
  for (let folder = import.meta.dirname; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'test/vats/package.json')) && existsSync(join(folder, 'package-lock.json'))) return folder;
    assert.notEqual(folder, dirname(folder), 'the tests run outside the project');
  }
}

const bundles = new Map<string, Promise<Bundle>>();

/** The bundle of `test/vats/<name>.js`, made once per test process. */
export function vatBundle(name: string): Promise<Bundle> {
  const made = bundles.get(name) ?? bundle(join(projectFolder(), 'test/vats', `${name}.js`));
  bundles.set(name, made);
  return made;
}

/** A vat store in memory, with keys in the order of their UTF-8 bytes. */
export class StoreAnswerer {
  readonly rows = new Map<string, string>();
  readonly seen: VatSyscall[] = [];

  readonly answer: SyscallAnswerer = syscall => {
    this.seen.push(syscall);
    return this.#answer(syscall);
  };

  #answer(syscall: VatSyscall): VatSyscallResult {
    switch (syscall[0]) {
      case 'vatstoreGet':
        return ['ok', this.rows.get(syscall[1]) ?? null];
      case 'vatstoreSet':
        this.rows.set(syscall[1], syscall[2]);
        return ['ok', null];
      case 'vatstoreDelete':
        this.rows.delete(syscall[1]);
        return ['ok', null];
      case 'vatstoreGetNextKey':
        return ['ok', [...this.rows.keys()].sort().find(key => key > syscall[1]) ?? null];
      case 'callNow':
        return ['error', 'there are no devices'];
      default:
        return ['ok', null];
    }
  }
}

/** A vat that has been started, and what its store holds. */
export class TestVat {
  #lastPromise = 50;

  constructor(
    readonly worker: XsnapWorker,
    readonly store: StoreAnswerer,
  ) {}

  /** Delivers a message to the root, or to `target`. */
  async call(method: string, args: readonly Passable[] = [], target = 'o+0'): Promise<DeliveryOutcome & { readonly result: string }> {
    this.#lastPromise += 1;
    const result = `p-${this.#lastPromise}`;
    const outcome = await this.deliver(['message', target, { methargs: encodeMethargs(method, args), result }]);
    return { ...outcome, result };
  }

  deliver(delivery: VatDelivery): Promise<DeliveryOutcome> {
    return this.worker.deliver(delivery, this.store.answer);
  }
}

export type StartOptions = { readonly computronsPerDelivery?: number; readonly parameters?: Passable; readonly store?: StoreAnswerer; readonly vatId?: string };

/** Starts the worker of a small vat and delivers startVat, which must succeed. */
export async function startTestVat(factory: XsnapWorkerFactory, name: string, options: StartOptions = {}): Promise<TestVat> {
  const { zip } = await vatBundle(name);
  const { computronsPerDelivery = 100_000_000, vatId = 'v1' } = options;
  const worker = await factory.start({ name: `${vatId}:${name}`, vatId, bundle: zip, computronsPerDelivery });
  const vat = new TestVat(worker, options.store ?? new StoreAnswerer());
  const { verdict } = await vat.deliver(['startVat', encodeCapData(options.parameters)]);
  assert.deepEqual(verdict, { kind: 'ok' });
  return vat;
}

/** How the vat settled a promise in this delivery: its value, or undefined if it did not. */
export function settled(outcome: DeliveryOutcome, vpid: string): { readonly isReject: boolean; readonly value: Passable } | undefined {
  for (const { s } of outcome.syscalls) {
    if (s[0] !== 'resolve') continue;
    const found = s[1].find(([settledVpid]) => settledVpid === vpid);
    if (found !== undefined) return { isReject: found[1], value: decodeCapData(found[2], { nesting: Infinity }) };
  }
  return undefined;
}

/** Calls, expects a fulfilled result in the same delivery, and gives its value. */
export async function callForValue(vat: TestVat, method: string, args: readonly Passable[] = [], target?: string): Promise<Passable> {
  const outcome = await vat.call(method, args, target);
  assert.deepEqual(outcome.verdict, { kind: 'ok' });
  const end = settled(outcome, outcome.result);
  assert.ok(end !== undefined && !end.isReject, `${method} is not fulfilled: ${JSON.stringify(outcome.syscalls)}`);
  return end.value;
}

/** Waits, with a bound, until `holds` does. */
export async function until(holds: () => boolean, what: string, timeoutMs = 10_000): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!holds()) {
    assert.ok(Date.now() < deadline, `not within ${timeoutMs} ms: ${what}`);
    await new Promise(resolve => setTimeout(resolve, 10));
  }
}

/** Is there a process with this id, that is not only waiting to be reaped? */
export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
