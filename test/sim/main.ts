/** Runs one seed, or a range of numbers, in every mode, and prints how to repeat what failed. */
import { compareModes } from './modes.js';

const [first = '1', last = first] = process.argv.slice(2);
const seeds = /^\d+$/.test(first) && /^\d+$/.test(last) ? Array.from({ length: Number(last) - Number(first) + 1 }, (_, index) => `s${Number(first) + index}`) : [first];
for (const seed of seeds) {
  const report = await compareModes(seed).catch((error: unknown) => ({ steps: 0, faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)] }));
  process.stdout.write(`${seed}: ${report.steps} steps, ${report.faults.length === 0 ? 'all invariants hold' : `${report.faults.length} faults`}\n`);
  for (const fault of report.faults) process.stdout.write(`  ${fault}\n`);
  if (report.faults.length > 0) {
    process.stdout.write(`to repeat: npm run sim -- ${seed}\n`);
    process.exitCode = 1;
  }
}
