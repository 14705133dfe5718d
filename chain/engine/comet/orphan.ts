/** What a node notes of its CometBFT, so that the next node can end it if this one is killed. */
import { readFileSync, rmSync } from 'node:fs';
import type { Logger } from '../../log.js';
import { homePaths, replaceFile } from '../home-files/index.js';
import { endGroup } from './group.js';
import { processIdentity } from './process-identity.js';

/** data/cometbft.pid.json. `startTime` is opaque: see processIdentity. */
export type ChildRecord = { readonly pid: number; readonly startTime: string };

/** Notes a running child, right after it was made. Throws if it has ended already. */
export function recordChild(home: string, pid: number): ChildRecord {
  const startTime = processIdentity(pid);
  if (startTime === undefined) throw new Error(`cometbft (process ${pid}) ended as soon as it was started`);
  const record = { pid, startTime };
  replaceFile(homePaths(home).cometPid, `${JSON.stringify(record)}\n`, 0o600);
  return record;
}

export function forgetChild(home: string): void {
  rmSync(homePaths(home).cometPid, { force: true });
}

/**
 * Ends the CometBFT that an earlier, killed node of this home left behind. To be called before anything of the home is
 * opened. A process that only has the same number by now is left alone. Resolves to whether there was one to end.
 */
export async function endOrphanedComet(home: string, log: Logger, graceMs = 5000): Promise<boolean> {
  const record = readRecord(home, log);
  if (!record) return false;
  const outcome = await endGroup(record.pid, record.startTime, graceMs);
  forgetChild(home);
  if (outcome === 'was-gone') return false;
  log.warn({ pid: record.pid, outcome }, 'ended the CometBFT that an earlier node had left behind');
  return true;
}

function readRecord(home: string, log: Logger): ChildRecord | undefined {
  const path = homePaths(home).cometPid;
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const record = parseRecord(text);
  if (!record) log.warn({ path }, 'the note of the last CometBFT process is damaged and is ignored');
  return record;
}

function parseRecord(text: string): ChildRecord | undefined {
  try {
    const { pid, startTime } = JSON.parse(text) as Partial<ChildRecord>;
    return Number.isSafeInteger(pid) && Number(pid) > 1 && typeof startTime === 'string' ? { pid: Number(pid), startTime } : undefined;
  } catch {
    return undefined; // the caller says so
  }
}
