/** Two batches of deliveries, measured by turns, so that whatever else the machine does meets both. */
import { timed } from './stopwatch.js';

/** One batch of deliveries, and how many they were. */
export type Batch = () => Promise<number>;

/** Microseconds a delivery. `unmeasured` batches of each come first: a node is warm for nearly all of its life. */
export async function byTurns(samples: number, ours: Batch, floors: Batch, unmeasured = 1): Promise<{ ours: number[]; floor: number[] }> {
  const figures = { ours: [] as number[], floor: [] as number[] };
  const measure = async (batch: Batch): Promise<number> => {
    let deliveries = 0;
    const ms = await timed(async () => { deliveries = await batch(); });
    return (ms * 1000) / deliveries;
  };
  for (let sample = -unmeasured; sample < samples; sample += 1) {
    const floor = await measure(floors);
    const our = await measure(ours);
    if (sample < 0) continue;
    figures.floor.push(floor);
    figures.ours.push(our);
  }
  return figures;
}
