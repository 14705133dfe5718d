/** Runs the C compiler over a folder of sources, a few files at a time, and links what comes out. */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';

export type Toolchain = {
  /** A C compiler of the GNU kind. */
  readonly compiler: string;
  readonly optimisation: string;
};

export const usualToolchain: Toolchain = { compiler: process.env['CC'] ?? 'cc', optimisation: '-O3' };

/** What is compiled, all in one flat folder. */
export type Program = {
  readonly folder: string;
  readonly units: readonly string[];
  readonly version: string;
};

/**
 * The published makefile's settings, and three of ours: a product and a sum are never contracted into one operation, signed
 * numbers wrap, and pointers of different types may name one thing. So every compiler has to come to the same results.
 */
const settings = [
  '-D_GNU_SOURCE', '-fno-common', '-ffp-contract=off', '-fwrapv', '-fno-strict-aliasing',
  '-DINCLUDE_XSPLATFORM', '-DXSPLATFORM="xsnapPlatform.h"', '-DXSNAP_TEST_RECORD=0',
  '-DmxLockdown=1', '-DmxMetering=1', '-DmxDebug=1', '-UmxInstrument', '-DmxNoConsole=1', '-DmxBoundsCheck=1', '-DmxParse=1',
  '-DmxRun=1', '-DmxSloppy=1', '-DmxSnapshot=1', '-DmxRegExpUnicodePropertyEscapes=1', '-DmxStringNormalize=1', '-DmxMinusZero=1',
  '-w', '-I.',
];

const libraries = process.platform === 'darwin' ? ['-framework', 'CoreServices'] : ['-rdynamic', '-ldl', '-lm', '-lpthread'];

/** Everything beside the sources that decides what comes out, for the cache. */
export function describeBuild(toolchain: Toolchain, version: string): string {
  return JSON.stringify([toolchain, settings, libraries, version, process.platform, process.arch]);
}

/** Compiles and links `program` into the file `worker` in its folder. Throws an Error with the compiler's words. */
export async function compile(program: Program, { compiler, optimisation }: Toolchain): Promise<string> {
  const waiting = [...program.units].sort((a, b) => weightOf(b) - weightOf(a));
  const work = async (): Promise<void> => {
    for (let unit = waiting.shift(); unit !== undefined; unit = waiting.shift()) {
      await run(compiler, [unit, ...settings, optimisation, `-DXSNAP_VERSION="${program.version}"`, '-c', '-o', objectOf(unit)], program.folder);
    }
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), waiting.length) }, work));
  await run(compiler, [...program.units.map(objectOf), ...libraries, '-o', 'worker'], program.folder);
  return join(program.folder, 'worker');
}

const objectOf = (unit: string): string => unit.replace(/\.c$/, '.o');

/** The slowest ones first, so that no core waits at the end for one that began late. */
const slowest = ['xsRun.c', 'xsre.c', 'xsdtoa.c', 'xsDataView.c', 'xsCode.c', 'xsSyntaxical.c'];
const weightOf = (unit: string): number => slowest.length - (slowest.indexOf(unit) + 1 || slowest.length + 1);

function run(compiler: string, args: readonly string[], cwd: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(compiler, args, { cwd, stdio: ['ignore', 'ignore', 'pipe'] });
    const words: Buffer[] = [];
    child.stderr.on('data', (bytes: Buffer) => words.push(bytes));
    child.on('error', cause => reject(new Error(`the C compiler ${compiler} cannot be run; install one (Debian: apt-get install gcc libc6-dev)`, { cause })));
    child.on('close', code => {
      if (code === 0) resolve();
      else reject(new Error(`${compiler} failed on ${args[0] ?? ''}:\n${Buffer.concat(words).toString('utf8').slice(0, 4_000)}`));
    });
  });
}
