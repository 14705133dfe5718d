/** Processes of this machine: told apart by pid, start time and tag together, and ended only when all three match. */
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import type { ProcessId } from './life.js';

export type ProcessTable = {
  /** Of a process that we have just started with that tag. */
  identify(pid: number, tag: string): ProcessId;
  /** Does exactly this process run? One that has ended and waits to be reaped does not. */
  isRunning(process: ProcessId): boolean;
  /** Ends exactly this process, if it runs. */
  kill(process: ProcessId): void;
  /** Running processes that have the tag as an argument of their own. */
  withTag(tag: string): readonly ProcessId[];
};

type Seen = { readonly startTime: string; readonly args: (tag: string) => boolean };

function makeTable(see: (pid: number) => Seen | undefined, pids: () => readonly number[]): ProcessTable {
  const isRunning = ({ pid, startTime, tag }: ProcessId): boolean => {
    const seen = see(pid);
    return seen !== undefined && startTime !== '' && seen.startTime === startTime && seen.args(tag);
  };
  return {
    identify: (pid, tag) => ({ pid, startTime: see(pid)?.startTime ?? '', tag }),
    isRunning,
    kill: id => {
      if (isRunning(id)) killIfThere(id.pid);
    },
    withTag: tag => pids().flatMap(pid => {
      const seen = pid === process.pid ? undefined : see(pid);
      return seen?.args(tag) ? [{ pid, startTime: seen.startTime, tag }] : [];
    }),
  };
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone is what was wanted
  }
}

/** proc(5): the second field of stat, the program's name in brackets, may itself hold blanks and brackets. */
function seeInProc(pid: number): Seen | undefined {
  const stat = readProc(pid, 'stat');
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTicks] = [fields?.[0], fields?.[19]];
  if (startTicks === undefined || state === 'Z' || state === 'X') return undefined;
  return { startTime: `${bootId()}/${startTicks}`, args: tag => readProc(pid, 'cmdline')?.split('\0').includes(tag) === true };
}

function readProc(pid: number, file: 'stat' | 'cmdline'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES' || code === 'EPERM') return undefined; // gone, or not ours
    throw error;
  }
}

let boot: string | undefined;
/** A number of ticks since the start of the machine says nothing without it. */
function bootId(): string {
  return (boot ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim());
}

function ps(args: readonly string[]): string {
  try {
    return execFileSync('ps', args, { encoding: 'latin1', env: { ...process.env, LC_ALL: 'C' }, stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    if ((error as { status?: number }).status === 1) return ''; // ps found no such process
    throw error;
  }
}

function seeByPs(pid: number): Seen | undefined {
  const [, state, start, command] = /^\s*(\S+)\s+(\S+\s+\S+\s+\S+\s+\S+\s+\S+)\s(.*)$/s.exec(ps(['-ww', '-o', 'stat=,lstart=,command=', '-p', String(pid)])) ?? [];
  if (state === undefined || state.startsWith('Z') || start === undefined || command === undefined) return undefined;
  return { startTime: start, args: tag => command.split(/\s+/).includes(tag) };
}

/** Of the machine this runs on: /proc where there is one, else what `ps` says. */
export const processTable: ProcessTable = existsSync('/proc/self/stat')
  ? makeTable(seeInProc, () => readdirSync('/proc').filter(name => /^\d+$/.test(name)).map(Number))
  : makeTable(seeByPs, () => ps(['-axo', 'pid=']).split('\n').map(Number).filter(pid => pid > 0));
