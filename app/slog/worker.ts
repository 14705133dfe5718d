/** The thread of one sender: it follows the ring by itself, so that nothing waits in the node for it. */
import assert from 'node:assert/strict';
import { parentPort, workerData } from 'node:worker_threads';
import { Feeder, type FeederCounts } from './feeder.js';
import { FileSender } from './senders/file-sender.js';
import { ModuleSender } from './senders/module-sender.js';
import { PipeSender } from './senders/pipe-sender.js';
import { defaultLimits } from './senders/retention.js';
import type { Sender } from './senders/sender.js';
import { countAt, type SlogMessage, type SlogRequest, type SlogWorkerData } from './worker-data.js';

/** One line of the log for what keeps failing. */
const warnEveryMs = 60_000;

const port = parentPort;
assert(port, 'this file is the thread of a sender');
const data = workerData as SlogWorkerData;
const counts = new BigInt64Array(data.counts);
const now = (): number => Date.now();

const say = (message: SlogMessage): void => { port.postMessage(message); };
const warn = (text: string): void => { say({ kind: 'warning', text }); };

let isStopping = false;
let wake = (): void => undefined;
port.on('message', (request: SlogRequest) => {
  isStopping ||= request === 'stop';
  wake();
});

async function makeSender(confirmed: () => bigint): Promise<Sender> {
  const { sender, folder, forensics, chain, release, boot, fileBytesMax } = data;
  switch (sender.kind) {
    case 'file': return new FileSender({ folder, forensics, chain, release, boot, fileBytesMax, limits: defaultLimits, now, confirmed, warn });
    case 'pipe': return new PipeSender({ path: sender.path, now, warn });
    case 'module': return await ModuleSender.load(sender.file, { chain, release, boot });
    default: throw new Error(`no such sender: ${JSON.stringify(sender satisfies never)}`);
  }
}

function makeOnLost(): (height: bigint, reason: string) => void {
  let warnedAt: number | undefined;
  return (height, reason) => {
    if (warnedAt !== undefined && now() - warnedAt < warnEveryMs) return;
    warnedAt = now();
    warn(`lost what belongs to height ${height}: ${reason}`);
  };
}

function publish({ taken, pieces, lost, inHand, begun }: Readonly<FeederCounts>, before: readonly [bigint, bigint]): void {
  Atomics.store(counts, countAt.taken, taken);
  Atomics.store(counts, countAt.pieces, before[0] + pieces);
  Atomics.store(counts, countAt.lost, before[1] + lost);
  Atomics.store(counts, countAt.inHand, inHand);
  Atomics.store(counts, countAt.begun, begun);
}

/** Until the node asks to stop or has something new, but not for ever. */
function pause(): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, data.pollMs);
    wake = () => {
      clearTimeout(timer);
      resolve();
    };
    if (isStopping) wake();
  });
}

async function main(): Promise<void> {
  const before = [Atomics.load(counts, countAt.pieces), Atomics.load(counts, countAt.lost)] as const;
  const taken = Atomics.load(counts, countAt.taken);
  const earlier = taken < 0n ? undefined : { taken, inHand: Atomics.load(counts, countAt.inHand) };
  let feeder: Feeder | undefined = undefined;
  const sender = await makeSender(() => feeder?.confirmed ?? 0n);
  feeder = new Feeder({ ring: data.ring, sender, earlier, onCounts: published => { publish(published, before); }, onLost: makeOnLost() });
  for (;;) {
    const isLast = isStopping;
    await feeder.poll();
    if (isLast) break;
    await pause();
  }
  await feeder.close();
  say({ kind: 'stopped' });
  port?.close();
}

await main();
