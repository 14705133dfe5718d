/** Ending a process group for certain. */
import { setTimeout as delay } from 'node:timers/promises';
import { processIdentity } from './process-identity.js';

const pollMs = 25;
/** After SIGKILL only the kernel can still be busy with a process. */
const afterKillMs = 5000;

/**
 * SIGTERM to the group that `pid` leads, then SIGKILL if it still runs after `graceMs`; resolves when it is gone. Does
 * nothing unless the process is the one of that identity. Rejects if even SIGKILL does not end it.
 */
export async function endGroup(pid: number, identity: string, graceMs: number): Promise<'was-gone' | 'ended' | 'killed'> {
  const runs = (): boolean => processIdentity(pid) === identity;
  if (!runs()) return 'was-gone';
  signalGroup(pid, 'SIGTERM');
  if (await becomesFalse(runs, graceMs)) return 'ended';
  signalGroup(pid, 'SIGKILL');
  if (await becomesFalse(runs, afterKillMs)) return 'killed';
  throw new Error(`process ${pid} does not end, not even by SIGKILL`);
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // it ended in between
  }
}

async function becomesFalse(condition: () => boolean, withinMs: number): Promise<boolean> {
  for (const end = performance.now() + withinMs; performance.now() < end; await delay(pollMs)) {
    if (!condition()) return true;
  }
  return !condition();
}
