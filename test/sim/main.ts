/**
 * `npm run sim -- SEED` runs one seed in every mode. `npm run sim -- FROM TO` runs a range of numbers on all cores, each in
 * some of the modes. `npm run sim -- saga [all]` explores the life of workers instead (saga/). What fails is printed with the
 * command that repeats it, and the exit code is 1.
 */
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { compareModes, compareSome, type Comparison } from './modes.js';
import { tellSaga } from './saga/tell.js';

const isNumber = (text: string | undefined): text is string => text !== undefined && /^\d+$/.test(text);

async function faultsOf(comparison: Promise<Comparison>): Promise<Comparison> {
  return await comparison.catch((error: unknown) => ({ steps: 0, faults: [error instanceof Error ? (error.stack ?? error.message) : String(error)] }));
}

function tell(seed: string, { steps, faults }: Comparison): void {
  if (faults.length > 0) process.exitCode = 1;
  process.stdout.write(`${seed}: ${steps} steps, ${faults.length === 0 ? 'all invariants hold' : `${faults.length} faults`}\n${faults.map(fault => `  ${fault}\n`).join('')}`);
  if (faults.length > 0) process.stdout.write(`to repeat: npm run sim -- ${seed}\n`);
}

/** Every n-th number, in a process of its own; answers its parent after each. */
async function runShare(first: number, last: number, step: number): Promise<void> {
  for (let number = first; number <= last; number += step) process.send?.({ number, ...(await faultsOf(compareSome(`s${number}`, number))) });
}

type Told = Comparison & { readonly number: number };

async function runRange(first: number, last: number): Promise<void> {
  const began = performance.now();
  const processes = availableParallelism();
  const total = { seeds: 0, steps: 0, failed: 0 };
  const note = ({ number, ...comparison }: Told): void => {
    total.seeds += 1;
    total.steps += comparison.steps;
    if (comparison.faults.length > 0) {
      total.failed += 1;
      tell(`s${number}`, comparison);
    }
    if (total.seeds % 1000 === 0) process.stdout.write(`${total.seeds} seeds after ${seconds()} s\n`);
  };
  const seconds = (): string => ((performance.now() - began) / 1000).toFixed(0);
  const shares = Array.from({ length: processes }, (_, index) => shareOf(first + index, last, processes, note));
  await Promise.all(shares);
  if (total.seeds !== last - first + 1) process.exitCode = 1;
  process.stdout.write(`${total.seeds} seeds of ${last - first + 1}, ${total.steps} audited steps, ${total.failed} failed, ${seconds()} s with ${processes} processes\n`);
}

function shareOf(first: number, last: number, step: number, note: (told: Told) => void): Promise<void> {
  return new Promise(done => {
    const child = fork(import.meta.filename, ['share', String(first), String(last), String(step)]);
    child.on('message', told => { note(told as Told); });
    child.once('exit', code => {
      if (code !== 0) {
        process.exitCode = 1;
        process.stdout.write(`a process of the range ended with ${code}\n`);
      }
      done();
    });
  });
}

const [first = '1', last, step, by] = process.argv.slice(2);
if (first === 'saga') process.exitCode = tellSaga(last === 'all', line => { process.stdout.write(`${line}\n`); }) ? 0 : 1;
else if (first === 'share') await runShare(Number(last), Number(step), Number(by));
else if (isNumber(first) && isNumber(last)) await runRange(Number(first), Number(last));
else {
  const seed = isNumber(first) ? `s${first}` : first;
  tell(seed, await faultsOf(compareModes(seed)));
}
