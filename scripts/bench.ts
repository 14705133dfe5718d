/** `npm run bench [-- group…] [--size tiny]`: measures, and prints one JSON line a row on stdout (docs/benchmarks.md). */
import { groups, readBenchOptions } from './bench/groups.js';

const usage = `usage: npm run bench [-- group…] [--size full|tiny]\ngroups: ${[...groups.keys()].join(' ')}\n`;

const options = readBenchOptions(process.argv.slice(2));
if ('problem' in options) {
  process.stderr.write(`${options.problem}\n${usage}`);
  process.exitCode = 2;
} else {
  for (const [name, measure] of options.chosen) {
    process.stderr.write(`measuring ${name}\n`);
    for await (const row of measure(options.size)) process.stdout.write(`${JSON.stringify(row)}\n`);
  }
}
