/** The recorder of a node's home, which tells its operator what becomes of it. */
import { join } from 'node:path';
import type { Logger } from '../../chain/index.js';
import type { Difference } from './attempts.js';
import { Recorder } from './recorder.js';

/** Of app.toml. */
export type RecorderSettings = { readonly segments: number; readonly overflowBytes: number; readonly fsync: 'none' | 'commit' };

export const recorderFolder = (home: string): string => join(home, 'recorder');

/** `onDifference`: a height, executed again on this machine by the same release, gave something else. */
export function recorderOfHome(home: string, settings: RecorderSettings, release: string, log: Logger, onDifference?: (difference: Difference) => void): Recorder {
  return new Recorder({
    ...settings, release,
    folder: recorderFolder(home),
    onTrouble: trouble => { log.error({ reason: trouble.message }, 'the flight recorder cannot write: nothing is recorded until it can; blocks are not affected'); },
    onRecovered: ({ entries }) => { log.warn({ lostEntries: entries }, 'the flight recorder writes again'); },
    onDifference: difference => {
      const { height, stream, before, after } = difference;
      log.error({ height: String(height), stream, attempts: [before.attempt, after.attempt] }, 'a height was executed again with another result: this machine, or this release, is not deterministic');
      onDifference?.(difference);
    },
  });
}
