/**
 * How a process of the engine is started: with the limits and the surroundings that its verdicts depend on, the same on
 * every machine as far as the machine allows.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Where the stack overflows is a verdict, and it depends on RLIMIT_STACK (design 5.5). */
export const stackKib = 8192;

export type Launch = { readonly file: string; readonly args: readonly string[]; readonly cwd: string };

/**
 * The command that starts `binary` with `args`. It is run from the binary's folder, so that no path of this machine lies
 * on the stack. Where the system has the tools, the process ends with its parent (the thread that started it), and its
 * addresses are not randomised: otherwise the depth at which recursion in the engine overflows differs from start to start.
 * `mayOutliveParent` leaves the first of these out, as where the system has no tool for it.
 */
export function launchOf(binary: string, args: readonly string[], mayOutliveParent = false): Launch {
  const tools = surroundings().filter(([path = '']) => !mayOutliveParent || basename(path) !== endsWithParent).flat();
  const script = `${closeInherited}ulimit -s ${stackKib} && exec ${[...tools, '"$0"', '"$@"'].join(' ')}`;
  return { file: shell, args: ['-c', script, `./${basename(binary)}`, ...args], cwd: dirname(binary) };
}

const bash = '/bin/bash';
const shell = existsSync(bash) ? bash : '/bin/sh';
/** A worker's own descriptors end at 8; the database's, which are not closed when a program is started, must not reach it. A plain sh cannot name them. */
const closeInherited = shell === bash ? `for fd in /dev/fd/*; do fd=\${fd##*/}; if [ "$fd" -gt 8 ]; then eval "exec $fd>&-"; fi; done 2>/dev/null; ` : '';

const endsWithParent = 'setpriv';
let found: readonly (readonly string[])[] | undefined;

/** Tools that set something up and then become the program that follows. Tried once, for a container may forbid them. */
function surroundings(): readonly (readonly string[])[] {
  found ??= [[endsWithParent, '--pdeathsig', 'KILL'], ['setarch', '-R'], ['env', '-i']].flatMap(([tool, ...options]) => {
    const path = ['/usr/bin', '/bin'].map(folder => join(folder, tool as string)).find(existsSync);
    const works = path !== undefined && spawnSync(path, [...options, '/bin/sh', '-c', ':'], { stdio: 'ignore', env: {} }).status === 0;
    return works ? [[path, ...options]] : [];
  });
  return found;
}
