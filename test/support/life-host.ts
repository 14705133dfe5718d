/**
 * A host in small, for tests that kill it: it takes a home's facts, starts the worker of a vat, says which process
 * that is, and waits. Workers are not ended with it, and are stopped before it is killed, so that none ends by itself. Arguments: the home, a file with the vat's bundle, and where it kills itself:
 * a step, or `unnoted`, between a process and its note.
 */
import { readFileSync, writeSync } from 'node:fs';
import { HostFacts } from '../../app/host-db/host-facts.js';
import { encodeCapData } from '../../kernel/capdata.js';
import type { ProcessId } from '../../kernel/vat/life/life.js';
import type { WorkerLifeOptions } from '../../kernel/index.js';
import { processTable } from '../../kernel/vat/life/process-table.js';
import { computronsPerDeliveryMax, makeXsnapWorkerFactory } from '../../kernel/vat/worker-xsnap.js';
import type { XsnapWorkerFactory } from '../../kernel/vat/worker-xsnap.js';
import { StoreAnswerer, TestVat } from './worker-kit.js';

const [home = '', bundle = '', crash = 'never'] = process.argv.slice(2);
const quiet = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
let worker: ProcessId | undefined;

/** A worker that is stopped does not see that its host is gone. */
function stopWorker(): void {
  if (worker && processTable.isRunning(worker)) process.kill(worker.pid, 'SIGSTOP');
}

function die(): Promise<void> {
  stopWorker();
  process.kill(process.pid, 'SIGKILL');
  return new Promise(() => undefined);
}

const onStep: NonNullable<WorkerLifeOptions['onStep']> = step => (step === crash ? die() : Promise.resolve());
const facts = await HostFacts.open({ home, log: quiet, onStep });
const real = makeXsnapWorkerFactory({ mayOutliveNode: true });
const failsToStart = ['not-ready', 'gone', 'released'].includes(crash);

/** The factory, with its crash points. */
const watched: Pick<XsnapWorkerFactory, 'start' | 'shutdown'> = {
  shutdown: () => real.shutdown(),
  start: start => real.start({
    ...start,
    onProcess: async noted => {
      worker = processTable.identify(noted.pid, start.name);
      writeSync(1, `${JSON.stringify(worker)}\n`);
      if (crash === 'unnoted') await die();
      await start.onProcess?.(noted);
      if (failsToStart) throw new Error('it is not to be');
    },
  }),
};
const vat = new TestVat(
  await facts.life.workers(watched).start({ name: 'v1:misbehaver', vatId: 'v1', bundle: readFileSync(bundle), computronsPerDelivery: computronsPerDeliveryMax }),
  new StoreAnswerer(),
);
await vat.deliver(['startVat', encodeCapData(undefined)]);
if (crash === 'exit') {
  await vat.worker.close();
} else {
  stopWorker();
  writeSync(1, 'ready\n');
}
await new Promise(() => setInterval(() => undefined, 1000));
