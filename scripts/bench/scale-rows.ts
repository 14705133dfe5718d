/** Whether a delivery costs the same in a full kernel: with many vats, many objects, many promises; each by turns with few. */
import { byTurns } from './by-turns.js';
import { contract } from './contracts.js';
import { rowOverFloor, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { standInWorkers } from './stand-in-workers.js';
import { initializeKernel, makeController, openKernelStorage, slotRef, type Controller } from '../../kernel/index.js';

const group = 'scale';
const unit = 'us/delivery';

/** Vats with deliveries: all of them stay online. */
const online = 40;
const maxVatsOnline = 50;
/** No heap snapshots. */
const params = { snapshotInitial: 1_000_000_000, snapshotInterval: 1_000_000_000 };

export async function* scaleRows(size: BenchSize): AsyncIterable<Row> {
  yield await manyVats(size);
  yield await manyObjects(size);
  yield await manyPromises(size);
}

type Measured = { readonly controller: Controller; commit(): Promise<void> };

/** Kernels whose workers stand in, with vats `vat-0`, `vat-1`, …; their starts are done. */
async function standInKernel(vats: number): Promise<Measured> {
  const { bundleId, zip } = await contract('echo');
  const names = Array.from({ length: vats }, (_, at) => `vat-${at}`);
  const storage = await openKernelStorage(':memory:');
  await initializeKernel({ vats: Object.fromEntries(names.map((name, at) => [name, { bundle: at === 0 ? { bundleId, data: zip } : bundleId }])) }, storage);
  const controller = makeController(storage, { workers: standInWorkers(), maxVatsOnline, params });
  await controller.run();
  await storage.commit();
  return { controller, commit: () => storage.commit() };
}

/** Pings to the vats in turn, one run; what they answer is read by nobody. */
async function pings({ controller, commit }: Measured, names: readonly string[], count: number, method = 'ping'): Promise<number> {
  const results = Array.from({ length: count }, (_, at) => controller.queueToVatRoot(names[at % names.length] as string, method, []));
  await controller.run();
  for (const kp of results) if (kp !== undefined) controller.kpRelease(kp);
  await commit();
  return count;
}

const firstVats = (count: number): string[] => Array.from({ length: count }, (_, at) => `vat-${at}`);

/** Deliveries to the same few vats, beside many that are paged out. */
async function manyVats({ samples, deliveries, vatsFew, vatsMany }: BenchSize): Promise<Row> {
  const [few, many] = [await standInKernel(vatsFew), await standInKernel(vatsMany)];
  const names = firstVats(Math.min(vatsFew, online));
  const figures = await byTurns(samples, () => pings(many, names, 5 * deliveries), () => pings(few, names, 5 * deliveries));
  await Promise.all([few.controller.shutdown(), many.controller.shutdown()]);
  return rowOverFloor(group, `ping with ${vatsMany} vats, over ${vatsFew}`, unit, figures.ours, figures.floor);
}

/** Objects that go from one vat to another in one message. */
const portion = 1000;

/** Objects that one vat has made and another holds. */
async function manyObjects({ samples, deliveries, objectsFew, objectsMany }: BenchSize): Promise<Row> {
  const kernelWith = async (objects: number): Promise<Measured> => {
    const kernel = await standInKernel(3);
    for (let made = 0; made < objects; made += portion) {
      const count = Math.min(portion, objects - made);
      kernel.controller.queueToVatRoot('vat-1', 'give', [slotRef(kernel.controller.pinVatRoot('vat-2')), count], 'none');
      await kernel.controller.run();
      await kernel.commit();
    }
    return kernel;
  };
  const [few, many] = [await kernelWith(objectsFew), await kernelWith(objectsMany)];
  const figures = await byTurns(samples, () => pings(many, ['vat-0'], deliveries), () => pings(few, ['vat-0'], deliveries));
  await Promise.all([few.controller.shutdown(), many.controller.shutdown()]);
  return rowOverFloor(group, `ping with ${objectsMany} objects, over ${objectsFew}`, unit, figures.ours, figures.floor);
}

/** Promises of another that a vat waits for: in a real worker, whose collections look at all of them. */
async function manyPromises({ samples, deliveries, heldPromises }: BenchSize): Promise<Row> {
  const { bundleId, zip } = await contract('promises');
  const kernelWith = async (promises: number): Promise<Measured> => {
    const storage = await openKernelStorage(':memory:');
    await initializeKernel({ vats: { giver: { bundle: { bundleId, data: zip } }, holder: { bundle: bundleId } } }, storage);
    const controller = makeController(storage, { params });
    await controller.run();
    controller.queueToVatRoot('holder', 'hold', [slotRef(controller.pinVatRoot('giver')), promises], 'none');
    await controller.run();
    const held = controller.dump().promises.length;
    if (held !== promises) throw new Error(`${held} of ${promises} promises are held`);
    await storage.commit();
    return { controller, commit: () => storage.commit() };
  };
  const [few, many] = [await kernelWith(0), await kernelWith(heldPromises)];
  const figures = await byTurns(samples, () => pings(many, ['holder'], deliveries, 'told'), () => pings(few, ['holder'], deliveries, 'told'));
  await Promise.all([few.controller.shutdown(), many.controller.shutdown()]);
  return rowOverFloor(group, `call with ${heldPromises} promises outstanding, over none`, unit, figures.ours, figures.floor);
}
