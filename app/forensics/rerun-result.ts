/** What it means when the block of an incident is executed again. */
import type { Summary } from './summary.js';

/** `transient`: the chain's result, so that the machine is to be suspected; `reproducible`: ours again; `neither`: a third one. */
export function rerunResult(appHash: string, { ours, theirs }: Summary): NonNullable<Summary['rerun']>['result'] {
  if (appHash === ours?.appHash && appHash !== theirs?.appHash) return 'reproducible';
  return theirs === undefined || appHash === theirs.appHash ? 'transient' : 'neither';
}
