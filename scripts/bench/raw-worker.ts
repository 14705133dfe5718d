/**
 * The floor of the kernel's rows: one worker driven over netstrings with as little as can be. Cold-started, published
 * supervisor, syscalls answered from a map, nothing recorded, checked, hashed or kept. It shares no code with the kernel.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const require = createRequire(import.meta.url);
const meterLimit = 100_000_000;

export type RawSyscall = readonly [string, ...unknown[]];

/** The folder of an installed package; its package.json need not be exported. */
function packageFolder(name: string): string {
  const main = require.resolve.paths(name)?.map(folder => join(folder, name));
  for (const folder of main ?? []) {
    try {
      readFileSync(join(folder, 'package.json'));
      return folder;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
  throw new Error(`the package ${name} is not installed; run: npm ci`);
}

function startScript(packageName: string, file: string): Buffer {
  const { source } = JSON.parse(readFileSync(join(packageFolder(packageName), 'dist', file), 'utf8')) as { source: string };
  return netstring(`e(${source}\n)()`);
}

let scripts: readonly Buffer[] | undefined;

function netstring(text: string): Buffer {
  return Buffer.from(`${Buffer.byteLength(text)}:${text},`);
}

export class RawWorker {
  readonly #child: ChildProcess;
  readonly #out: Writable;
  #unread: Buffer = Buffer.alloc(0);
  #onFrame: (frame: Buffer) => void = () => undefined;
  /** The vat's store, as far as this driver keeps one. */
  readonly store = new Map<string, string>();
  /** What the last delivery asked for, but for reads and writes of the store. */
  syscalls: RawSyscall[] = [];

  /** A worker that has its bundle and was started. */
  static async start(zip: Uint8Array): Promise<RawWorker> {
    scripts ??= [startScript('@agoric/xsnap-lockdown', 'lockdown.bundle'), startScript('@agoric/swingset-xsnap-supervisor', 'supervisor.bundle')];
    const worker = new RawWorker();
    for (const script of scripts) await worker.#command(script);
    const bundle = { moduleFormat: 'endoZipBase64', endoZipBase64: Buffer.from(zip).toString('base64') };
    await worker.#command(netstring(`?${JSON.stringify(['setBundle', 'v1', bundle, {}])}`));
    await worker.deliver(['startVat', { body: '#{}', slots: [] }]);
    return worker;
  }

  private constructor() {
    const platform = process.platform === 'darwin' ? 'mac' : 'lin';
    const binary = join(dirname(join(packageFolder('@agoric/xsnap'), 'package.json')), 'xsnap-native/xsnap/build/bin', platform, 'release/xsnap-worker');
    this.#child = spawn(binary, ['floor', '-l', String(meterLimit)], { stdio: ['ignore', 'ignore', 'inherit', 'pipe', 'pipe'] });
    this.#out = this.#child.stdio[3] as Writable;
    (this.#child.stdio[4] as Readable).on('data', (chunk: Buffer) => this.#read(chunk));
  }

  /** Resolves with the supervisor's reply; rejects unless it is `ok`. */
  async deliver(delivery: readonly unknown[]): Promise<void> {
    this.syscalls = [];
    const reply = await this.#command(netstring(`?${JSON.stringify(['deliver', delivery])}`));
    const [status, text] = JSON.parse(reply.subarray(reply.indexOf(1) + 1).toString('utf8')) as [string, unknown];
    if (status !== 'ok') throw new Error(`the floor's worker answered ${status}: ${String(text)}`);
  }

  async close(): Promise<void> {
    const ended = once(this.#child, 'close');
    this.#child.kill('SIGKILL');
    await ended;
  }

  #command(frame: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.#onFrame = answer => {
        if (answer[0] === 0x3f /* ? */) this.#out.write(netstring(`/${JSON.stringify(this.#answer(answer.subarray(1)))}`));
        else if (answer[0] === 0x2e /* . */) resolve(answer);
        else reject(new Error(`the floor's worker reports: ${answer.toString('utf8', 1, 300)}`));
      };
      this.#out.write(frame);
    });
  }

  #answer(query: Buffer): unknown {
    const [tag, body] = JSON.parse(query.toString('utf8')) as [string, RawSyscall];
    if (tag !== 'syscall') return ['ok'];
    const [kind, key, value] = body as readonly [string, string, string];
    switch (kind) {
      case 'vatstoreGet': return ['ok', this.store.get(key) ?? null];
      case 'vatstoreSet': this.store.set(key, value); return ['ok', null];
      case 'vatstoreDelete': this.store.delete(key); return ['ok', null];
      case 'vatstoreGetNextKey': return ['ok', [...this.store.keys()].sort().find(other => other > key) ?? null];
      default: this.syscalls.push(body); return ['ok', null];
    }
  }

  #read(chunk: Buffer): void {
    this.#unread = this.#unread.length === 0 ? chunk : Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const colon = this.#unread.indexOf(0x3a);
      if (colon < 0) return;
      const end = colon + 1 + Number(this.#unread.toString('latin1', 0, colon));
      if (this.#unread.length <= end) return;
      const frame = this.#unread.subarray(colon + 1, end);
      this.#unread = this.#unread.subarray(end + 1);
      this.#onFrame(frame);
    }
  }
}
