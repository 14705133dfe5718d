/** A node in small, for tests: starts a worker, says its process id, and waits to be killed. With `busy` the worker is in a delivery. */
import { computronsPerDeliveryMax, makeXsnapWorkerFactory } from '../../kernel/vat/worker-xsnap.js';
import { startTestVat } from './worker-kit.js';

const factory = makeXsnapWorkerFactory();
const isBusy = process.argv[2] === 'busy';
const vat = await startTestVat(factory, 'misbehaver', { computronsPerDelivery: isBusy ? computronsPerDeliveryMax : 100_000_000 });
const delivered = isBusy ? vat.call('loop') : undefined;
process.stdout.write(`${vat.worker.pid}\n`);
await delivered;
