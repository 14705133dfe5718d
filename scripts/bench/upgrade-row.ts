/** An upgrade of a vat whose promises another vat holds: until each of them was told. */
import { initializeKernel, makeController, openKernelStorage, slotRef, type Controller } from '../../kernel/index.js';
import { contract } from './contracts.js';
import { rowOf, type Row } from './row.js';
import type { BenchSize } from './size.js';
import { timed } from './stopwatch.js';

export async function* upgradeRows({ samples, heldPromises }: BenchSize): AsyncIterable<Row> {
  const times: number[] = [];
  for (let sample = 0; sample < Math.min(samples, 5); sample += 1) times.push(await upgradeOnce(heldPromises));
  yield rowOf('upgrade', `upgrade-${heldPromises}`, 'ms', times);
}

/** Milliseconds from the upgrade's call to the last notify. Rejects when somebody was not told, or something is left. */
async function upgradeOnce(count: number): Promise<number> {
  const { bundleId, zip } = await contract('promises');
  const storage = await openKernelStorage(':memory:');
  await initializeKernel({ vats: { giver: { bundle: { bundleId, data: zip } }, holder: { bundle: bundleId } } }, storage);
  const controller = makeController(storage);
  await controller.run();
  await call(controller, 'holder', 'hold', [slotRef(controller.pinVatRoot('giver')), count]);
  const held = controller.dump().promises.length;
  if (held !== count) throw new Error(`${held} of ${count} promises are held`);
  const upgraded = controller.upgradeStaticVat('giver', false, bundleId);
  const ms = await timed(() => controller.run());
  controller.kpRelease(upgraded);
  await controller.run();
  const left = controller.dump().promises.length;
  if (left !== 0) throw new Error(`${left} promises are left`);
  const told = await call(controller, 'holder', 'told', []);
  if (told !== `#${count}`) throw new Error(`${told} of ${count} promises were told`);
  await controller.shutdown();
  return ms;
}

/** Calls a static vat and runs until nothing is left to do; answers with the body of the result. */
async function call(controller: Controller, name: string, method: string, args: Parameters<Controller['queueToVatRoot']>[2]): Promise<string> {
  const kp = controller.queueToVatRoot(name, method, args);
  if (kp === undefined) throw new Error(`${method} has no result`);
  await controller.run();
  const { body } = controller.kpResolution(kp);
  controller.kpRelease(kp);
  await controller.run();
  return body;
}
